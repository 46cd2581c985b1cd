// Callbacks and dialling over HTTP, on a real engine: who may, what is refused and written down, and that
// an agent without `pii.read` calls a citizen back without ever seeing the number.
import { expect, it } from 'vitest'
import { listAudit } from '../../src/store/audit.ts'
import { testService } from '../support/service.ts'

const test = testService()
const agent = (method: 'GET' | 'POST', path: string, body?: unknown) =>
  test.service.ask('agent', method, `/api/v1/me/${path}`, body)
const leader = (method: 'GET' | 'POST', path: string, body?: unknown) =>
  test.service.ask('shift_leader', method, `/api/v1/${path}`, body)

async function audited(): Promise<object[]> {
  const { entries } = await listAudit(test.service.db, {}, { limit: 50 })
  return entries.map(({ actor, action, entityId, details }) => ({
    actor,
    action,
    entityId,
    details,
  }))
}

it('an agent dials what there is a ground for, and every refusal is written down', async () => {
  const { floor } = test.service
  floor.ready('a1')
  const refusedDial = await agent('POST', 'agent/dial', { number: '13900139000' })
  expect(refusedDial.statusCode).toBe(409)
  expect(refusedDial.json().error.code).toBe('not_permitted')
  expect((await agent('POST', 'agent/dial', { number: 'agent-a2' })).statusCode).toBe(400)
  expect((await agent('POST', 'agent/dial', { callbackId: 'cb-x-1' })).json().error.code).toBe(
    'unknown_callback',
  )

  const made = await leader('POST', 'callbacks', {
    number: '13900139000',
    queueId: 'city',
    dueAt: '2026-11-23T18:00:00+08:00',
    assignedTo: 'a1',
  })
  expect(made.statusCode).toBe(204)
  const again = await leader('POST', 'callbacks', { number: '13900139000', queueId: 'city' })
  expect(again.json().error.code).toBe('callback_open')

  const dialled = await agent('POST', 'agent/dial', { number: '13900139000' })
  expect(dialled.statusCode).toBe(200)
  expect(dialled.json()).toMatchObject({
    agent: { phase: 'offered' },
    call: { direction: 'outbound', from: '139****9000', to: '12345', phase: 'offered' },
  })
  expect(await audited()).toEqual(
    expect.arrayContaining([
      {
        actor: 'agent',
        action: 'dial.refused',
        entityId: '139****9000',
        details: { code: 'not_permitted' },
      },
      {
        actor: 'agent',
        action: 'dial.placed',
        entityId: '139****9000',
        details: { ground: 'callback' },
      },
    ]),
  )
  const busy = await agent('POST', 'agent/dial', { number: '13900139000' })
  expect(busy.json().error.code).toBe('offer_pending')
})

it('only those who act on the floor make, assign and cancel callbacks', async () => {
  const body = { number: '13900139000', queueId: 'city' }
  expect((await test.service.ask('agent', 'POST', '/api/v1/callbacks', body)).statusCode).toBe(403)
  expect(
    (await test.service.ask('qa_inspector', 'POST', '/api/v1/callbacks', body)).statusCode,
  ).toBe(403)
  expect((await leader('POST', 'callbacks', { ...body, queueId: 'none' })).statusCode).toBe(409)
  expect((await leader('POST', 'callbacks', body)).statusCode).toBe(204)
  const callbackId = [...test.service.floor.engine.state.callbacks.keys()][0] ?? ''
  const nobody = await leader('POST', `callbacks/${callbackId}/assign`, { agentId: 'a9' })
  expect(nobody.json().error.code).toBe('unknown_agent')
  const given = await leader('POST', `callbacks/${callbackId}/assign`, { agentId: 'a2' })
  expect(given.statusCode).toBe(204)
  expect(test.service.floor.engine.state.callbacks.get(callbackId)?.assignedTo).toBe('a2')
  expect((await leader('POST', `callbacks/${callbackId}/cancel`)).statusCode).toBe(204)
  expect((await leader('POST', `callbacks/${callbackId}/cancel`)).json().error.code).toBe(
    'unknown_callback',
  )
})

it('a caller whom the leader lets go is called back; an agent on a call promises another', async () => {
  const { floor } = test.service
  await agent('POST', 'agent/sign-in')
  floor.park('c1')
  expect((await leader('POST', 'floor/calls/c1/callback')).statusCode).toBe(204)
  expect(floor.engine.state.calls.get('c1')?.phase.name).toBe('leaving')
  expect((await leader('POST', 'floor/calls/c1/callback')).json().error.code).toBe(
    'callback_not_offered',
  )
  expect((await agent('POST', 'callbacks', {})).json().error.code).toBe('not_on_call')
  const { engine, clock } = floor
  engine.submit({ type: 'phone.registered', at: clock.now(), agentId: 'a1' })
  await agent('POST', 'agent/ready')
  floor.park('c2')
  floor.answer('c2')
  expect((await agent('POST', 'callbacks', {})).statusCode).toBe(204)
  const kinds = [...floor.engine.state.callbacks.values()].map(({ kind, assignedTo }) => ({
    kind,
    assignedTo,
  }))
  // The first is superseded: the same citizen has reached an agent meanwhile.
  expect(kinds).toEqual([{ kind: 'quick', assignedTo: 'a1' }])
})
