// Being away: reasons with limits, leave from the seat that somebody must give, plans for after the call,
// and the alarms and conduct events that follow when it takes longer than allowed.
import { expect, it } from 'vitest'
import { testService } from '../support/service.ts'

const test = testService()
const act = (action: string, body?: unknown, method: 'POST' | 'DELETE' = 'POST') =>
  test.service.ask('agent', method, `/api/v1/me/agent/${action}`, body)
const codeOf = (reply: { statusCode: number; json: () => { error: { code: string } } }) => [
  reply.statusCode,
  reply.json().error.code,
]
const MINUTE_MS = 60_000
const leader = (method: 'GET' | 'POST', url: string, body?: unknown) =>
  test.service.ask('shift_leader', method, `/api/v1/${url}`, body)

it('leave is asked for, approved live, taken, overrun and ended', async () => {
  const { service } = test
  const { floor } = service
  floor.ready('a1')
  expect(codeOf(await act('not-ready', { reason: 'off_seat' }))).toEqual([
    409,
    'off_seat_not_approved',
  ])
  const asked = await act('off-seat', { durationMs: 5 * MINUTE_MS, note: '取文件' })
  const { requestId } = asked.json().agent.seat.offSeat
  expect(asked.json().agent.seat.offSeat).toMatchObject({ status: 'requested', note: '取文件' })
  expect(codeOf(await act('off-seat', { durationMs: MINUTE_MS }))).toEqual([
    409,
    'off_seat_pending',
  ])
  expect((await act('not-ready', { reason: 'off_seat' })).statusCode).toBe(409)

  const decide = (isApproved: boolean) =>
    leader('POST', `off-seat-requests/${requestId}/decision`, { isApproved })
  expect((await decide(true)).statusCode).toBe(204)
  expect(codeOf(await decide(false))).toEqual([409, 'already_decided'])
  const away = await act('not-ready', { reason: 'off_seat' })
  expect(away.json().agent).toMatchObject({
    phase: 'not_ready',
    reason: 'off_seat',
    until: '2026-11-23T12:05:00.000+08:00',
    seat: { isOverrun: false },
  })
  floor.clock.advance(5 * MINUTE_MS)
  expect((await service.ask('agent', 'GET', '/api/v1/me/agent')).json().agent.seat.isOverrun).toBe(
    true,
  )
  floor.clock.advance(MINUTE_MS)
  await act('ready')
  await service.record()
  const list = await leader('GET', 'off-seat-requests')
  expect(list.json().requests).toMatchObject([
    {
      requestId,
      status: 'ended',
      decidedBy: 'shift_leader',
      leftAt: '2026-11-23T12:00:00.000+08:00',
      overranAt: '2026-11-23T12:05:00.000+08:00',
      returnedAt: '2026-11-23T12:06:00.000+08:00',
    },
  ])
  const events = await leader('GET', 'conduct-events')
  expect(events.json().events).toMatchObject([
    { agentId: 'a1', type: 'absence_overrun', reason: 'off_seat', limitMs: 5 * MINUTE_MS },
  ])
  // Taken and over: the next time needs another request.
  expect((await act('not-ready', { reason: 'off_seat' })).statusCode).toBe(409)
})

it('a refused, withdrawn or lapsed leave lets nobody go', async () => {
  const { floor } = test.service
  floor.ready('a1')
  const ask = async () => {
    const reply = await act('off-seat', { durationMs: MINUTE_MS })
    return reply.json().agent.seat.offSeat.requestId as string
  }
  const refused = await ask()
  await leader('POST', `off-seat-requests/${refused}/decision`, { isApproved: false, note: '高峰' })
  await ask()
  expect((await act('off-seat', undefined, 'DELETE')).json().agent.seat.offSeat).toBeNull()
  expect(codeOf(await act('off-seat', undefined, 'DELETE'))).toEqual([409, 'no_off_seat_request'])
  const lapsed = await ask()
  await leader('POST', `off-seat-requests/${lapsed}/decision`, { isApproved: true })
  floor.clock.advance(15 * MINUTE_MS)
  expect((await act('not-ready', { reason: 'off_seat' })).statusCode).toBe(409)
  await test.service.record()
  const statuses = (await leader('GET', 'off-seat-requests')).json().requests
  expect(statuses.map(({ status }: { status: string }) => status).sort()).toEqual([
    'cancelled',
    'expired',
    'refused',
  ])
  const unknown = '00000000-0000-4000-8000-000000000000'
  const gone = await leader('POST', `off-seat-requests/${unknown}/decision`, { isApproved: true })
  expect(gone.statusCode).toBe(404)
})

it('the policy may give leave by itself while few are away', async () => {
  const { service } = test
  service.floor.ready('a1')
  await service.ask('admin', 'PATCH', '/api/v1/agent-policy', { offSeatAutoApproveBelow: 1 })
  const reply = await act('off-seat', { durationMs: MINUTE_MS })
  expect(reply.json().agent.seat.offSeat.status).toBe('approved')
  expect((await act('not-ready', { reason: 'off_seat' })).statusCode).toBe(200)
})

it('administrators add reasons and limit them by use and by day', async () => {
  const { service } = test
  const { floor } = service
  floor.ready('a1')
  const put = (reasonId: string, body: unknown) =>
    service.ask('admin', 'PUT', `/api/v1/not-ready-reasons/${reasonId}`, body)
  const tea = { name: '茶歇', msMaxPerUse: 3 * MINUTE_MS, msMaxPerDay: 4 * MINUTE_MS }
  expect((await act('not-ready', { reason: 'tea' })).statusCode).toBe(400)
  expect((await put('tea', tea)).json()).toMatchObject({ reasonId: 'tea', isActive: true })
  expect((await put('rona', tea)).statusCode).toBe(400)
  expect((await put('tea', { ...tea, msMaxPerDay: 5 })).json().error.details).toMatchObject([
    { path: 'body.msMaxPerDay' },
  ])
  const reasons = (await service.ask('agent', 'GET', '/api/v1/not-ready-reasons')).json().reasons
  expect(reasons.map(({ reasonId }: { reasonId: string }) => reasonId)).toEqual([
    'break',
    'meal',
    'training',
    'meeting',
    'off_seat',
    'other',
    'tea',
  ])
  const first = await act('not-ready', { reason: 'tea' })
  expect(first.json().agent.until).toBe('2026-11-23T12:03:00.000+08:00')
  floor.clock.advance(2 * MINUTE_MS)
  await act('ready')
  // Two of the day's four minutes are left, fewer than one use may take.
  expect((await act('not-ready', { reason: 'tea' })).json().agent.until).toBe(
    '2026-11-23T12:04:00.000+08:00',
  )
  floor.clock.advance(2 * MINUTE_MS)
  expect(floor.facts.at(-1)).toMatchObject({
    type: 'agent.absence_overran',
    reason: 'tea',
    limitMs: 4 * MINUTE_MS,
  })
})

it('one whose phone is gone for a minute has left the seat without leave', async () => {
  const { service } = test
  const { floor } = service
  floor.ready('a1')
  const at = floor.clock.now()
  floor.engine.submit({ type: 'phone.unregistered', at, agentId: 'a1' })
  floor.clock.advance(MINUTE_MS)
  await service.record()
  expect((await leader('GET', 'conduct-events')).json().events).toMatchObject([
    { agentId: 'a1', type: 'unauthorised_off_seat', reason: 'unreachable', limitMs: null },
  ])
})

it('what is planned during a call happens after its wrap-up, unless it is called off', async () => {
  const { floor } = test.service
  floor.ready('a1')
  const meal = { action: 'not_ready', reason: 'meal' }
  expect(codeOf(await act('after-call', meal))).toEqual([409, 'no_call_to_wait_for'])
  floor.park('c1')
  floor.answer('c1')
  expect((await act('after-call', meal)).json().agent.seat.afterCall).toEqual(meal)
  expect((await act('after-call', undefined, 'DELETE')).json().agent.seat.afterCall).toBeNull()
  expect(codeOf(await act('after-call', undefined, 'DELETE'))).toEqual([409, 'nothing_planned'])
  await act('after-call', meal)
  floor.hangUp('c1')
  const done = await act('wrap-up-done', { disposition: 'answered' })
  expect(done.json().agent).toMatchObject({ phase: 'not_ready', reason: 'meal' })
  await act('ready')
  floor.park('c2')
  floor.answer('c2')
  await act('after-call', { action: 'sign_out' })
  floor.hangUp('c2')
  const out = await act('wrap-up-done', { disposition: 'silent' })
  expect(out.json().agent.phase).toBe('signed_out')
})

it('a second browser takes over, and the first may ask for nothing more', async () => {
  const { service } = test
  service.floor.ready('a1')
  const from = async (cookie: string, action: string) =>
    service.app.inject({
      method: 'POST',
      url: `/api/v1/me/agent/${action}`,
      headers: { cookie },
    })
  const one = await service.cookieOf('agent')
  const other = await service.cookieOf('agent')
  await from(one, 'sign-out')
  await from(one, 'sign-in')
  expect(codeOf(await from(other, 'ready'))).toEqual([409, 'signed_in_elsewhere'])
  expect((await from(other, 'sign-in')).statusCode).toBe(200)
  expect(codeOf(await from(one, 'ready'))).toEqual([409, 'signed_in_elsewhere'])
  expect((await from(other, 'ready')).statusCode).toBe(200)
  await service.ask('admin', 'PATCH', '/api/v1/agent-policy', { secondSignIn: 'refuse' })
  expect(codeOf(await from(one, 'sign-in'))).toEqual([409, 'signed_in_elsewhere'])
  // Once the console that has the agent is signed out of the service, nobody needs its protection.
  await service.app.inject({ method: 'DELETE', url: '/api/v1/session', headers: { cookie: other } })
  expect((await from(one, 'sign-in')).statusCode).toBe(200)
})

it('calls are turned away only where the queue allows it', async () => {
  const { service } = test
  const { floor } = service
  floor.ready('a1')
  expect(codeOf(await act('reject'))).toEqual([409, 'no_offer'])
  floor.park('c1')
  expect(codeOf(await act('reject'))).toEqual([409, 'reject_not_allowed'])
  await service.ask('admin', 'PATCH', '/api/v1/queues/city', { offering: { allowReject: true } })
  const reply = await act('reject')
  expect(reply.json().agent).toMatchObject({ phase: 'not_ready', reason: 'rejected' })
  expect(floor.engine.state.calls.get('c1')?.phase.name).toBe('waiting')
})

it('wrap-up can be extended so many times, and is held until the record is saved', async () => {
  const { service } = test
  const { floor } = service
  const wrapUp = { mode: 'held', extensionMs: 30_000, extensionsMax: 1 }
  floor.ready('a1')
  await service.ask('admin', 'PATCH', '/api/v1/queues/city', { wrapUp })
  floor.park('c1')
  floor.answer('c1')
  floor.hangUp('c1')
  expect((await act('wrap-up-extend')).json().agent).toMatchObject({
    until: '2026-11-23T12:01:30.000+08:00',
    seat: { extensionsLeft: 0 },
  })
  expect(codeOf(await act('wrap-up-extend'))).toEqual([409, 'no_extension_left'])
  floor.clock.advance(90_000)
  expect(floor.facts.at(-1)?.type).toBe('agent.wrap_up_overran')
  expect(codeOf(await act('wrap-up-done', { disposition: 'answered' }))).toEqual([
    409,
    'record_missing',
  ])
  await service.record()
  const changes = { disposition: 'silent' }
  await service.ask('agent', 'POST', '/api/v1/me/contact-records/c1/save', { version: 0, changes })
  expect((await service.ask('agent', 'GET', '/api/v1/me/agent')).json().agent.phase).toBe('ready')
})

it('where the checks of the shift are asked for, nobody is ready without them', async () => {
  const { service } = test
  service.floor.ready('a1')
  await service.ask('admin', 'PATCH', '/api/v1/agent-policy', { isChecklistRequired: true })
  await act('not-ready', { reason: 'break' })
  expect(codeOf(await act('ready'))).toEqual([409, 'checklist_missing'])
  await act('checklist', { echoCall: 'passed', microphone: 'failed' })
  expect(codeOf(await act('ready'))).toEqual([409, 'checklist_missing'])
  await act('checklist', { echoCall: 'passed', microphone: 'passed' })
  expect((await act('ready')).statusCode).toBe(200)
  await service.record()
  expect((await leader('GET', 'seat-checks')).json().checks).toMatchObject([
    { agentId: 'a1', isRegistered: true, microphone: 'passed', isPassed: true },
    { agentId: 'a1', microphone: 'failed', isPassed: false },
  ])
})
