// Shift leaders' and inspectors' ways through their pages: what they click and type is all that drives it.
import { describe, expect, it } from 'vitest'
import { hasChromium, inChromium, walk } from '../support/walk.ts'

describe.skipIf(!hasChromium)(inChromium, { timeout: 120_000 }, () => {
  const walking = walk()

  async function readyAgent(name: string) {
    const agent = await walking.newAgent(name)
    await agent.person.does('POST', '/me/agent/sign-in')
    await agent.person.does('POST', '/me/agent/ready')
    return agent
  }

  it('a shift leader listens, whispers, joins in and takes over; a second one listens to the first', async () => {
    const { page, simulator } = walking
    const agent = await readyAgent('王芳')
    const leader = await walking.newSeated('shift_leader', '班长甲')
    const second = await walking.newSeated('shift_leader', '班长乙')
    await walking.signIn(leader, '/floor')
    const row = page.locator(`[data-agent="${agent.agentId}"]`)
    await row.locator('[data-phase=ready]').waitFor()
    await row.getByRole('button', { name: '操作' }).click()
    // Nobody talks yet, so there is nobody to listen to, and nothing to take over.
    await page.getByRole('menuitem', { name: '调整技能' }).waitFor()
    for (const verb of ['监听', '耳语', '强插', '接管通话']) {
      expect(await page.getByRole('menuitem', { name: verb }).count()).toBe(0)
    }
    await page.getByText('我的话机').click()
    await page.getByRole('menuitem').first().waitFor({ state: 'hidden' })

    const caller = simulator.call({ to: '12345', from: '13800138000' })
    await expect
      .poll(() => caller.heard().at(-1)?.source, { timeout: 20_000 })
      .toBe(`agent:${agent.agentId}`)
    await row.locator('[data-phase=on_call]').waitFor()
    await row.getByRole('button', { name: '操作' }).click()
    await page.getByRole('menuitem', { name: '耳语' }).click()
    const watching = page.locator(`[data-watching="${agent.agentId}"]`)
    await watching.getByText('正在对 王芳 耳语').waitFor()
    expect(await walking.barriers()).toEqual([])
    const own = page.getByLabel('我的话机')
    await own.getByText('强插', { exact: true }).first().click()
    await watching.getByText('正与 王芳 和来电人三方通话').waitFor()

    await second.person.does('POST', `/floor/agents/${leader.agentId}/monitor`, { mode: 'listen' })
    const leaderRow = page.locator(`[data-agent="${leader.agentId}"]`)
    await leaderRow.getByText(`${second.agentId} 正在监听`).waitFor()

    await own.getByRole('button', { name: '接管通话' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
    await expect
      .poll(() => caller.heard().at(-1)?.source, { timeout: 20_000 })
      .toBe(`agent:${leader.agentId}`)
    await leaderRow.locator('[data-phase=on_call]').waitFor()
    caller.hangUp()
    const actions = await walking.actionsOf(leader.username)
    expect(actions).toEqual(
      expect.arrayContaining([
        'agent.monitored',
        'agent.monitor_changed',
        'call.take_over_requested',
      ]),
    )
  })

  it('a shift leader moves waiting callers, changes skills and states, and every verb is audited', async () => {
    const { page, simulator, admin } = walking
    await admin.does('POST', '/skills', { skillId: 'cantonese', name: '粤语' })
    await admin.does('POST', '/queues', {
      queueId: 'yue',
      name: '粤语专席',
      requiredSkills: ['cantonese'],
    })
    await admin.does('PATCH', '/queues/yue', { waiting: { greeting: [] } })
    const agent = await walking.newAgent('陈静')
    await agent.person.does('POST', '/me/agent/sign-in')
    const leader = await walking.newUser('shift_leader')
    await walking.signIn(leader, '/floor')
    await page.getByText('请管理员为您的账号关联坐席').waitFor()
    let row = page.locator(`[data-agent="${agent.agentId}"]`)
    const verb = async (name: string) => {
      await row.getByRole('button', { name: '操作' }).click()
      await page.getByRole('menuitem', { name }).click()
    }
    const dialog = page.getByRole('dialog')

    await verb('调整技能')
    await dialog.getByText('普通话').waitFor()
    await dialog.locator('.el-select').click()
    await page.getByRole('option', { name: '粤语' }).click()
    await page.keyboard.press('Escape')
    await dialog.getByLabel('请填写原因').fill('粤语来电增多')
    expect(await walking.barriers()).toEqual([])
    await dialog.getByRole('button', { name: '确定' }).click()
    await expect
      .poll(async () => {
        const { agents } = await admin.does<{ agents: { agentId: string; skills: string[] }[] }>(
          'GET',
          '/live/agents',
        )
        return agents.find(({ agentId }) => agentId === agent.agentId)?.skills
      })
      .toEqual(['mandarin', 'cantonese'])

    const caller = simulator.call({ to: '12345', from: '13800138000' })
    const call = page.locator('[data-call]')
    await call.waitFor()
    expect(await walking.barriers()).toEqual([])
    await call.getByRole('button', { name: '操作' }).click()
    await page.getByRole('menuitem', { name: '转到队列：粤语专席' }).click()
    await call.getByText('粤语专席').waitFor()
    // Without the skill, so that routing alone would not ring them.
    const other = await readyAgent('李强')
    row = page.locator(`[data-agent="${other.agentId}"]`)
    await row.locator('[data-phase=ready]').waitFor()
    await call.getByRole('button', { name: '操作' }).click()
    await page.getByRole('menuitem', { name: '指派给坐席' }).click()
    await dialog.locator('.el-select').click()
    await page.getByRole('option', { name: /李强/ }).click()
    await dialog.getByRole('button', { name: '确定' }).click()
    await row.locator('[data-phase=on_call]').waitFor()
    await expect
      .poll(() => caller.heard().at(-1)?.source, { timeout: 20_000 })
      .toBe(`agent:${other.agentId}`)
    await verb('强拆通话')
    await page.getByRole('dialog').getByRole('textbox').fill('骚扰')
    await page.getByRole('button', { name: '确定' }).click()
    await caller.ended
    await row.locator('[data-phase=wrap_up]').waitFor()
    await verb('强制签出')
    await page.getByRole('dialog').getByRole('textbox').fill('交班')
    await page.getByRole('button', { name: '确定' }).click()
    await row.waitFor({ state: 'hidden' })
    const actions = await walking.actionsOf(leader.username)
    expect(actions).toEqual(
      expect.arrayContaining([
        'agent.reskilled',
        'call.reassigned',
        'call.moved',
        'call.released',
        'agent.signed_out',
      ]),
    )
  })

  it('the floor decides on leave and exclusion windows, in English on a large screen too', async () => {
    const { page, admin } = walking
    const agent = await walking.newAgent('Chen Jing')
    await agent.person.does('POST', '/me/agent/sign-in')
    await agent.person.does('POST', '/me/agent/off-seat', { durationMs: 900_000, note: 'pharmacy' })
    await admin.does('POST', '/exclusion-windows', {
      reason: 'system_fault',
      startsAt: '2026-11-01T08:00:00+08:00',
      endsAt: '2026-11-01T09:00:00+08:00',
      evidence: 'trunk down for an hour',
    })
    const leader = await walking.newUser('shift_leader')
    await page.setViewportSize({ width: 3840, height: 2160 })
    await walking.signIn(leader, '/floor')
    await page.getByRole('button', { name: 'English' }).click()
    const leave = page.locator(`[data-off-seat="${agent.agentId}"]`)
    await leave.getByText('15 min').waitFor()
    await leave.getByRole('button', { name: 'Approve', exact: true }).click()
    await leave.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Exclusion windows (1 to decide)' }).click()
    await page.waitForURL(/panel=windows/)
    await page.locator('[data-window=proposed]').getByText('trunk down for an hour').waitFor()
    expect(await walking.barriers()).toEqual([])
    await page.getByRole('button', { name: 'Approve', exact: true }).click()
    await page
      .locator('[data-window=approved]')
      .getByText(`Decided by ${leader.username}`)
      .waitFor()
  })

  it('an inspector finds a recording and plays it, which the audit log keeps', async () => {
    const { page, simulator } = walking
    const agent = await readyAgent('王芳')
    const caller = simulator.call({ to: '12345', from: '13800138000' })
    await expect
      .poll(() => caller.heard().at(-1)?.source, { timeout: 20_000 })
      .toBe(`agent:${agent.agentId}`)
    // Long enough that both have been heard.
    await expect.poll(() => caller.heard().length, { timeout: 5_000 }).toBeGreaterThan(1)
    caller.hangUp()
    const inspector = await walking.newUser('qa_inspector')
    await walking.signIn(inspector, '/recordings')
    await page.getByLabel('坐席').first().fill(agent.agentId)
    await page.keyboard.press('Enter')
    await page.waitForURL(new RegExp(`agentId=${agent.agentId}`))
    const play = page.getByRole('button', { name: '播放' })
    await expect
      .poll(
        async () => {
          await page.getByRole('button', { name: '刷新' }).click()
          return (await play.count()) > 0 && (await play.first().isEnabled())
        },
        { timeout: 60_000 },
      )
      .toBe(true)
    expect(await walking.barriers()).toEqual([])
    await play.first().click()
    const sound = page.waitForResponse((response) => response.url().includes('/audio'))
    const shape = page.getByRole('slider', { name: '播放位置' })
    await shape.focus()
    await page.keyboard.press('Space')
    expect([200, 206]).toContain((await sound).status())
    expect(await walking.actionsOf(inspector.username)).toContain('recording.played')
    expect(await shape.locator('path.caller').getAttribute('d')).toMatch(/^M.+Z$/)
    expect(await walking.barriers()).toEqual([])
    await page.getByText('只听来电人').click()
    const drawer = page.getByRole('dialog', { name: '录音播放' })
    await drawer.getByRole('button', { name: '依法保全' }).click()
    await page.getByRole('dialog', { name: '依法保全' }).getByRole('textbox').fill('法院来函')
    await page.getByRole('button', { name: '确定' }).click()
    await drawer.getByText('已依法保全').waitFor()
    const copy = page.waitForEvent('download')
    await drawer.getByRole('link', { name: '导出录音' }).click()
    expect((await copy).suggestedFilename()).toMatch(/\.wav$/)
  })
})
