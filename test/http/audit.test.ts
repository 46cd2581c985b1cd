// The audit log: what is noted, who may read it, and that nobody can change it.
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { recordAudit } from '../../src/store/audit.ts'
import { NOON } from '../support/floor.ts'
import { testService } from '../support/service.ts'

const test = testService()
const read = (query = '', role: 'admin' | 'agent' = 'admin') =>
  test.service.ask(role, 'GET', `/api/v1/audit${query}`)
const idsOf = (reply: Awaited<ReturnType<typeof read>>) =>
  reply.json().entries.map(({ entityId }: { entityId: string }) => entityId)

async function note(actor: string, action: string, entityId: string, at: number): Promise<void> {
  const entity = action.split('.')[0] ?? ''
  const entry = { actor, action, entity, entityId, ip: '192.0.2.1', at }
  await recordAudit(test.service.db, { ...entry, details: { range: null } })
}

describe('the audit log', () => {
  it('is read newest first, filtered, page by page', async () => {
    await note('qa', 'recording.played', 'r1', NOON)
    await note('qa', 'recording.played', 'r2', NOON + 1)
    await note('li', 'queue.changed', 'q1', NOON + 1)
    const all = await read()
    expect(idsOf(all)).toEqual(['q1', 'r2', 'r1'])
    expect(all.json().entries[2]).toEqual({
      auditId: expect.any(Number),
      at: '2026-11-23T12:00:00.000+08:00',
      actor: 'qa',
      action: 'recording.played',
      entity: 'recording',
      entityId: 'r1',
      ip: '192.0.2.1',
      details: { range: null },
    })
    expect(idsOf(await read('?actor=li'))).toEqual(['q1'])
    expect(idsOf(await read('?action=recording.played&entity=recording&entityId=r2'))).toEqual([
      'r2',
    ])
    expect(idsOf(await read('?to=2026-11-23T12:00:00.001%2B08:00'))).toEqual(['r1'])
    expect(idsOf(await read('?from=2026-11-23T12:00:00.001%2B08:00'))).toEqual(['q1', 'r2'])
    const first = await read('?limit=2')
    const second = await read(`?limit=2&cursor=${first.json().nextCursor}`)
    expect([idsOf(first), idsOf(second)]).toEqual([['q1', 'r2'], ['r1']])
    expect(second.json().nextCursor).toBeNull()
  })

  it('keeps who asked for what the role does not allow, without what was searched for', async () => {
    const path = '/api/v1/recordings'
    expect((await test.service.ask('agent', 'GET', `${path}?agentId=a2`)).statusCode).toBe(403)
    expect((await test.service.ask('wallboard', 'GET', `${path}/abc/audio`)).statusCode).toBe(403)
    expect((await test.service.ask(null, 'GET', path)).statusCode).toBe(401)
    const { entries } = (await read('?action=access.denied')).json()
    expect(entries).toMatchObject([
      {
        actor: 'wallboard',
        entity: 'route',
        entityId: 'GET /api/v1/recordings/:recordingId/audio',
        details: { path: `${path}/abc/audio` },
      },
      { actor: 'agent', entityId: `GET ${path}`, ip: '127.0.0.1', details: { path } },
    ])
    expect(entries).toHaveLength(2)
  })

  it('is closed to those who may not read it', async () => {
    expect((await read('', 'agent')).statusCode).toBe(403)
  })

  it.each([
    ['limit=0&from=1', ['query.from', 'query.limit']],
    ['cursor=WzEsIngiXQ', ['query.cursor']],
    ['actor=%00&x=1', ['query.actor', 'query.x']],
  ])('bad input %s', async (query, paths) => {
    const reply = await read(`?${query}`)
    expect(reply.statusCode).toBe(400)
    const named = reply.json().error.details.map(({ path }: { path: string }) => path)
    expect([...new Set(named)].sort()).toEqual(paths)
  })

  it('takes no change of an entry', async () => {
    await note('qa', 'recording.played', 'r1', NOON)
    const { db } = test.service
    for (const statement of [sql`update audit_log set actor = 'x'`, sql`delete from audit_log`]) {
      await expect(db.execute(statement)).rejects.toMatchObject({
        cause: { message: expect.stringContaining('append-only') },
      })
    }
    expect(idsOf(await read())).toEqual(['r1'])
  })
})
