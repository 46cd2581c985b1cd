// The emergency mode over HTTP: who may switch it, that it is in force from the next call on, and that the
// audit log knows who did it.
import { describe, expect, it } from 'vitest'
import { testService } from '../support/service.ts'

const test = testService()
const PATH = '/api/v1/emergency-mode'
const TYPHOON = { action: 'close', reason: '台风' }

describe('emergency mode', () => {
  it('is off until a shift leader switches it on, and holds from the next call on', async () => {
    const { service } = test
    expect((await service.ask('shift_leader', 'GET', PATH)).json()).toEqual({ emergency: null })
    const on = await service.ask('shift_leader', 'PUT', PATH, TYPHOON)
    expect(on.statusCode).toBe(200)
    expect(on.json().emergency).toMatchObject({ ...TYPHOON, queueIds: null, by: 'shift_leader' })
    service.floor.ready('a1')
    service.floor.park('c1')
    expect(service.floor.facts.at(-1)).toMatchObject({ type: 'call.refused', reason: 'emergency' })
    const off = await service.ask('shift_leader', 'DELETE', PATH)
    expect(off.json()).toEqual({ emergency: null })
    service.floor.park('c2')
    expect(service.floor.engine.state.calls.get('c2')?.phase.name).toBe('offered')
    const audit = (await service.ask('admin', 'GET', '/api/v1/audit')).json()
    const actions = audit.entries.map(({ action }: { action: string }) => action)
    expect(actions).toEqual(expect.arrayContaining(['emergency.began', 'emergency.ended']))
  })

  it('is not an agent’s to switch', async () => {
    expect((await test.service.ask('agent', 'PUT', PATH, TYPHOON)).statusCode).toBe(403)
    expect((await test.service.ask('agent', 'DELETE', PATH)).statusCode).toBe(403)
  })

  it('is not for a queue that does not exist', async () => {
    const body = { ...TYPHOON, queueIds: ['gone'] }
    const reply = await test.service.ask('shift_leader', 'PUT', PATH, body)
    expect([reply.statusCode, reply.json().error.code]).toEqual([409, 'unknown_queue'])
    const { emergency } = (await test.service.ask('shift_leader', 'GET', PATH)).json()
    expect(emergency).toBeNull()
  })

  it.each([
    [{}, ['action', 'reason']],
    [{ ...TYPHOON, action: 'stop' }, ['action']],
    [{ ...TYPHOON, queueIds: [] }, ['queueIds']],
    [{ ...TYPHOON, reason: ' ' }, ['reason']],
  ])('bad input %j', async (body, paths) => {
    const reply = await test.service.ask('shift_leader', 'PUT', PATH, body)
    expect(reply.statusCode).toBe(400)
    const named = reply.json().error.details.map(({ path }: { path: string }) => path)
    expect(named).toEqual(paths.map((path) => `body.${path}`))
  })
})
