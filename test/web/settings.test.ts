// An administrator changes settings, sees what was changed by whom, and finds the way back.
import { describe, expect, it } from 'vitest'
import { hasChromium, inChromium, walk } from '../support/walk.ts'

describe.skipIf(!hasChromium)(inChromium, { timeout: 120_000 }, () => {
  const walking = walk()
  const signIn = (path: string) => {
    const password = walking.service.newAdminPassword ?? ''
    return walking.signIn({ username: 'admin', password }, path)
  }
  const agree = () => walking.page.getByRole('dialog').getByRole('button', { name: '确定' }).click()

  it('a change stands in the history field by field, and is taken back from there', async () => {
    const { page, admin } = walking
    await admin.does('POST', '/queues', { queueId: 'night', name: '夜间' })
    await admin.does('PATCH', '/queues/night', {
      answerMsMax: 12_000,
      name: '夜班',
      hold: { prolongedMs: 60_000 },
    })
    await signIn('/admin/history')
    const change = page.getByRole('row', { name: /队列 night 修改/ })
    await change.getByText('及时应答时限').waitFor()
    await change.getByText('15 秒').waitFor()
    await change.getByText('保持 › 过长保持：180 秒 60 秒').waitFor()
    expect(await walking.barriers()).toEqual([])
    await change.getByRole('button', { name: '恢复到此前' }).click()
    await page.getByRole('dialog').getByText('名称：夜班 夜间').waitFor()
    await agree()
    await expect
      .poll(async () => (await admin.does<{ name: string }>('GET', '/queues/night')).name)
      .toBe('夜间')
    await page
      .getByRole('row', { name: /队列 night 修改/ })
      .nth(1)
      .waitFor()
    // Undoing the creation is undoing what came after, too, and the page says so.
    await page
      .getByRole('row', { name: /队列 night 新增/ })
      .getByRole('button', { name: '恢复到此前' })
      .click()
    await page.getByRole('dialog').getByText('之后又改过').waitFor()
    await agree()
    await page.getByRole('row', { name: /队列 night 删除/ }).waitFor()
    await page
      .getByRole('button', { name: /队列 night/ })
      .first()
      .click()
    await page.waitForURL(/entity=queue/)
    await page.waitForURL(/entityId=night/)
  })

  it('reasons for being away and the rules for agents are set by forms', async () => {
    const { page, admin } = walking
    await signIn('/admin/not-ready-reasons')
    await page.getByRole('button', { name: '新增', exact: true }).click()
    await page.locator('[data-field="reasonId"] input').fill('training')
    await page.locator('[data-field="name"] input').fill('培训')
    await page.getByRole('button', { name: '保存' }).click()
    await page.getByRole('cell', { name: '培训', exact: true }).waitFor()
    await page.getByRole('link', { name: '坐席规则' }).click()
    await page.locator('[data-field="restAfterCalls"] input').fill('20')
    expect(await walking.barriers()).toEqual([])
    await page.getByRole('button', { name: '保存' }).click()
    await expect
      .poll(async () => {
        const policy = await admin.does<{ restAfterCalls: number }>('GET', '/agent-policy')
        return policy.restAfterCalls
      })
      .toBe(20)
  })

  it('the tree of categories is changed as a draft and published whole', async () => {
    const { page, admin } = walking
    await signIn('/admin/categories')
    const names = page.getByRole('textbox', { name: '分类名称' })
    await names.first().waitFor()
    const before = await names.count()
    await page.getByRole('button', { name: '新增下级' }).first().click()
    await names.nth(1).fill('提取')
    expect(await walking.barriers()).toEqual([])
    await page.getByRole('button', { name: '发布' }).click()
    await page.getByText('新版本已发布').waitFor()
    const tree = () =>
      admin.does<{ nodes: { name: string; parentId: string | null }[] }>('GET', '/categories')
    expect((await tree()).nodes).toHaveLength(before + 1)
    expect((await tree()).nodes.find(({ name }) => name === '提取')?.parentId).toBe('fund')
    await page.getByRole('button', { name: '删除' }).nth(1).click()
    await agree()
    await page.getByRole('button', { name: '发布' }).click()
    await expect.poll(async () => (await tree()).nodes.length).toBe(before)
  })

  it('a holiday is put into the calendar, and the forecast page says what it has to go by', async () => {
    const { page } = walking
    await signIn('/forecast')
    await page.getByText('历史数据不足').waitFor()
    expect(await walking.barriers()).toEqual([])
    await page.getByRole('link', { name: '维护节假日' }).click()
    await page.getByRole('button', { name: '新增', exact: true }).click()
    await page.locator('[data-field="day"] input').fill('2031-10-01')
    await page.locator('[data-field="name"] input').fill('国庆节')
    await page.getByRole('button', { name: '保存' }).click()
    const row = page.getByRole('row', { name: /2031-10-01 节假日 国庆节/ })
    await row.waitFor()
    await row.getByRole('button', { name: '删除' }).click()
    await agree()
    await row.waitFor({ state: 'detached' })
  })

  it('everybody ends their own sign-ins and changes their own password', async () => {
    const { page } = walking
    const user = await walking.newUser('shift_leader')
    await walking.signIn(user, '/')
    await page.getByTitle('我的账号').click()
    // The other one is the user's own at the API.
    await page.getByRole('button', { name: '结束登录' }).click()
    await agree()
    await page.getByRole('button', { name: '结束登录' }).waitFor({ state: 'detached' })
    expect((await user.person.request('GET', '/session')).status).toBe(401)
    expect(await walking.barriers()).toEqual([])
    await page.getByLabel('当前密码').fill(user.password)
    await page.getByLabel('新密码（至少 8 位）').fill('battery staple horse')
    await page.getByLabel('再输入一次新密码').fill('battery staple horse')
    await page.getByRole('button', { name: '修改并重新登录' }).click()
    await page.waitForURL(/sign-in/)
    await walking.signIn({ ...user, password: 'battery staple horse' }, '/account')
    await page.getByText('当前这一台').waitFor()
  })
})
