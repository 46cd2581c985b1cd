// The history of the configuration: what was changed by whom, field by field, and the way back.
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { fieldChanges } from '../../src/core/config-history.ts'
import type { Role } from '../../src/core/permissions.ts'
import { createSkill, renameSkill } from '../../src/store/skills.ts'
import { testService } from '../support/service.ts'

const test = testService()
const ask = (
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  url: string,
  body?: unknown,
  role: Role = 'admin',
) => test.service.ask(role, method, `/api/v1${url}`, body)

interface Version {
  readonly versionId: number
  readonly latestVersionId: number
  readonly by: string
  readonly verb: string
  readonly entity: string
  readonly entityId: string
  readonly changes: readonly { field: string; before: unknown; after: unknown }[]
}
const versions = async (query = '', role: Role = 'admin'): Promise<readonly Version[]> =>
  (await ask('GET', `/config-history${query}`, undefined, role)).json().versions
const rollBack = ({ versionId, latestVersionId }: Version) =>
  ask('POST', `/config-history/${versionId}/roll-back`, { latestVersionId })

describe('what differs between two states of an entry', () => {
  it.each([
    ['nothing', { a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, []],
    ['a nested field', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, [['a.c', 2, 3]]],
    ['a list, as a whole', { a: ['x', 'y'] }, { a: ['y', 'x'] }, [['a', ['x', 'y'], ['y', 'x']]]],
    ['a field that was not there', {}, { a: 0 }, [['a', null, 0]]],
    ['an entry that was not there', null, { a: { b: 1 } }, [['a.b', null, 1]]],
  ])('%s', (_, before, after, expected) => {
    const changes = fieldChanges(before, after)
    expect(changes.map((one) => [one.field, one.before, one.after])).toEqual(expected)
  })
})

describe('a change', () => {
  it('is listed with who made it and what it changed, and in the audit log', async () => {
    await ask('PATCH', '/queues/city', { answerMsMax: 12_000, hold: { prolongedMs: 60_000 } })
    const [latest] = await versions()
    expect(latest).toMatchObject({
      by: 'admin',
      verb: 'changed',
      entity: 'queue',
      entityId: 'city',
    })
    expect(latest?.changes).toEqual([
      { field: 'answerMsMax', before: 15_000, after: 12_000 },
      { field: 'hold.prolongedMs', before: 180_000, after: 60_000 },
    ])
    const { entries } = (await ask('GET', '/audit?entity=queue')).json()
    expect(entries).toMatchObject([{ action: 'queue.changed', actor: 'admin', entityId: 'city' }])
    expect(entries[0].details.fields).toEqual(['answerMsMax', 'hold.prolongedMs'])
  })

  it('that was refused, or changed nothing, is none', async () => {
    await ask('PATCH', '/queues/city', { answerMsMax: -1 })
    await ask('PATCH', '/queues/city', { requiredSkills: ['unheard-of'] })
    await ask('PATCH', '/queues/city', { answerMsMax: 15_000 })
    expect(await versions()).toEqual([])
  })

  it('behind our back is not taken for the next caller’s', async () => {
    await ask('PATCH', '/skills/mandarin', { name: '普通话一' })
    await renameSkill(test.service.db, 'mandarin', '别人改的')
    await createSkill(test.service.db, { skillId: 'wu', name: '吴语' })
    await ask('PATCH', '/skills/cantonese', { name: '广州话' })
    const seen = (await versions('?entity=skill')).map(({ by, entityId, verb }) => [
      by,
      entityId,
      verb,
    ])
    expect(seen).toEqual([
      ['admin', 'cantonese', 'changed'],
      ['system', 'mandarin', 'changed'],
      ['admin', 'mandarin', 'changed'],
    ])
  })

  it('by a shift leader is theirs: an agent’s skills, the emergency mode', async () => {
    const note = { note: 'busy', skills: ['cantonese'] }
    await ask('POST', '/floor/agents/a1/skills', note, 'shift_leader')
    const emergency = { action: 'close', queueIds: ['city'], reason: '洪水' }
    await ask('PUT', '/emergency-mode', emergency, 'shift_leader')
    const [mode, skills] = await versions()
    expect(skills).toMatchObject({ by: 'shift_leader', entity: 'agent', entityId: 'a1' })
    expect(mode).toMatchObject({ by: 'shift_leader', entity: 'emergency_mode', verb: 'created' })
    if (mode === undefined) throw new Error('nothing was noted')
    expect((await rollBack(mode)).statusCode).toBe(200)
    expect((await ask('GET', '/emergency-mode')).json().emergency).toBeNull()
    const [ended] = await versions('?entity=emergency_mode')
    if (ended === undefined) throw new Error('nothing was noted')
    await rollBack(ended)
    expect((await ask('GET', '/emergency-mode')).json().emergency).toMatchObject(emergency)
  })

  it('made at the same moment as another is still its own caller’s', async () => {
    const second = { username: 'second', name: '二', role: 'admin', password: 'first-secret' }
    await ask('POST', '/users', second)
    const { userId } = (await ask('GET', '/users'))
      .json()
      .users.find(({ username }: { username: string }) => username === 'second')
    const setCookie = await test.service.signIns.open(userId, false)
    const asSecond = test.service.app.inject({
      method: 'PATCH',
      url: '/api/v1/queues/yue',
      headers: { cookie: setCookie.split(';')[0] ?? '' },
      payload: { priority: 9 },
    })
    await Promise.all([ask('PATCH', '/queues/city', { priority: 9 }), asSecond])
    const made = (await versions('?entity=queue')).map(({ by, entityId }) => `${by} ${entityId}`)
    expect(made.sort()).toEqual(['admin city', 'second yue'])
  })

  it('stays in the history as it was written', async () => {
    await ask('PATCH', '/queues/city', { priority: 3 })
    await expect(test.service.db.execute(sql`delete from config_versions`)).rejects.toThrow()
    await expect(
      test.service.db.execute(sql`update config_versions set by = 'x'`),
    ).rejects.toThrow()
    expect(await versions()).toHaveLength(1)
  })

  it('never shows a password, and of users nothing to those who do not keep them', async () => {
    const user = { username: 'li', name: '李', role: 'agent', password: 'first-secret' }
    const { userId } = (await ask('POST', '/users', user)).json()
    await ask('PATCH', `/users/${userId}`, { password: 'second-secret' })
    const listed = await ask('GET', '/config-history?entity=user')
    expect(listed.body).not.toContain('secret')
    expect(listed.json().versions.map(({ verb }: Version) => verb)).toEqual(['created'])
    const audited = await ask('GET', '/audit?entity=user')
    expect(audited.body).not.toContain('secret')
    expect(audited.json().entries.map(({ action }: { action: string }) => action)).toEqual([
      'user.changed',
      'user.created',
    ])
    expect(await versions('', 'shift_leader')).toEqual([])
    expect((await ask('GET', '/config-history', undefined, 'agent')).statusCode).toBe(403)
  })
})

describe('the way back', () => {
  it('undoes a change, a creation and a deletion, each as a change of its own', async () => {
    const before = (await ask('GET', '/queues/city')).json()
    await ask('PATCH', '/queues/city', { answerMsMax: 12_000, hold: { prolongedMs: 60_000 } })
    await ask('PATCH', '/queues/city', { answerMsMax: 12_000, priority: 7 })
    const [changed] = await versions('?entity=queue')
    if (changed === undefined) throw new Error('nothing was noted')
    expect((await rollBack(changed)).statusCode).toBe(200)
    expect((await ask('GET', '/queues/city')).json()).toEqual({
      ...before,
      answerMsMax: 12_000,
      hold: { ...before.hold, prolongedMs: 60_000 },
    })
    const first = (await versions('?entity=queue')).at(-1)
    if (first === undefined) throw new Error('nothing was noted')
    expect((await rollBack(first)).statusCode).toBe(200)
    expect((await ask('GET', '/queues/city')).json()).toEqual(before)

    await ask('POST', '/units', { unitId: 'lifts', name: '电梯', phones: [] })
    const [made] = await versions('?entity=unit')
    if (made === undefined) throw new Error('nothing was noted')
    await rollBack(made)
    const units = async () =>
      (await ask('GET', '/units')).json().units.map(({ unitId }: { unitId: string }) => unitId)
    expect(await units()).not.toContain('lifts')
    const [deleted] = await versions('?entity=unit')
    if (deleted === undefined) throw new Error('nothing was noted')
    expect(deleted).toMatchObject({ verb: 'deleted', by: 'admin', entityId: 'lifts' })
    await rollBack(deleted)
    expect(await units()).toContain('lifts')
  })

  it('says beforehand what it would change, and brings numbers and trunks back too', async () => {
    await ask('PATCH', '/queues/city', { priority: 3 })
    await ask('PATCH', '/queues/city', { priority: 4, name: '新名' })
    const first = (await versions()).at(-1)
    const preview = await ask('GET', `/config-history/${first?.versionId}/roll-back`)
    const [latest] = await versions()
    expect(preview.json()).toEqual({
      latestVersionId: latest?.versionId,
      changes: [
        { field: 'name', before: '新名', after: expect.any(String) },
        { field: 'priority', before: 4, after: 0 },
      ],
    })

    const number = async () => (await ask('GET', '/numbers')).json().numbers[0]
    const before = await number()
    const entry = { closedQueueId: 'city' }
    await ask('PATCH', `/numbers/${before.number}`, { queueId: before.queueId, entry })
    const [moved] = await versions('?entity=number')
    if (moved === undefined) throw new Error('nothing was noted')
    expect((await rollBack(moved)).statusCode).toBe(200)
    expect(await number()).toEqual(before)

    const trunk = { trunkId: 'telecom', name: '电信', username: 'telecom' }
    const { password } = (await ask('POST', '/trunks', trunk)).json()
    await ask('DELETE', '/trunks/telecom')
    const [gone] = await versions('?entity=trunk')
    if (gone === undefined) throw new Error('nothing was noted')
    const back = (await rollBack(gone)).json()
    expect(back.rolledBackTo).toMatchObject(trunk)
    expect([undefined, null, password]).not.toContain(back.password)
    const { body } = await ask('GET', '/config-history?entity=trunk')
    expect(body).not.toContain(back.password)
  })

  it('is closed where the rules of today do not allow it', async () => {
    await ask('POST', '/skills', { skillId: 'wu', name: '吴语' })
    await ask('PATCH', '/queues/city', { requiredSkills: ['wu'] })
    await ask('PATCH', '/queues/city', { requiredSkills: [] })
    await ask('DELETE', '/skills/wu')
    const [latest] = await versions('?entity=queue')
    if (latest === undefined) throw new Error('nothing was noted')
    const refused = await rollBack(latest)
    expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'unknown_skill'])
    expect((await ask('GET', '/queues/city')).json().requiredSkills).toEqual([])
  })

  it('is not taken over somebody else’s later change unseen, nor by who may not', async () => {
    await ask('PATCH', '/queues/city', { priority: 3 })
    const [seen] = await versions('?entity=queue')
    if (seen === undefined) throw new Error('nothing was noted')
    await ask('PATCH', '/queues/city', { priority: 4 })
    const refused = await rollBack(seen)
    expect([refused.statusCode, refused.json().error.code]).toEqual([409, 'changed_since'])
    const url = `/config-history/${seen.versionId}/roll-back`
    const denied = await ask('POST', url, { latestVersionId: 1 }, 'shift_leader')
    expect(denied.statusCode).toBe(403)
    expect(
      (await ask('POST', '/config-history/999/roll-back', { latestVersionId: 1 })).statusCode,
    ).toBe(404)
  })

  it('brings back policies, reasons and the category tree', async () => {
    const policy = (await ask('GET', '/agent-policy')).json()
    await ask('PATCH', '/agent-policy', { restAfterCalls: 9 })
    const reason = (await ask('GET', '/not-ready-reasons')).json().reasons.at(-1)
    const { reasonId, ...rest } = reason
    await ask('PUT', `/not-ready-reasons/${reasonId}`, { ...rest, name: '别的' })
    const tree = (await ask('GET', '/categories')).json()
    const nodes = tree.nodes.map((node: object, i: number) =>
      i === 0 ? { ...node, name: '改了' } : node,
    )
    await ask('PUT', '/categories', { baseVersion: tree.version, nodes })
    for (const version of await versions()) expect((await rollBack(version)).statusCode).toBe(200)
    expect((await ask('GET', '/agent-policy')).json()).toEqual(policy)
    expect((await ask('GET', '/not-ready-reasons')).json().reasons.at(-1)).toEqual(reason)
    expect((await ask('GET', '/categories')).json().nodes).toEqual(tree.nodes)
  })
})
