// What agents do at the console, on a real engine: each action takes effect or is refused with a code.
import { describe, expect, it } from 'vitest'
import { NOT_READY_REASONS } from '../../src/core/inputs.ts'
import { updateUser } from '../../src/store/users.ts'
import { testService } from '../support/service.ts'

const test = testService()
const act = (action: string, body?: unknown) =>
  test.service.ask('agent', 'POST', `/api/v1/me/agent/${action}`, body)
const me = () => test.service.ask('agent', 'GET', '/api/v1/me/agent')

function register(): void {
  const { engine, clock } = test.service.floor
  engine.submit({ type: 'phone.registered', at: clock.now(), agentId: 'a1' })
}

it('a whole shift: sign in, take a call, hold, retrieve, hang up, write up, leave', async () => {
  const { floor } = test.service
  register()
  expect((await me()).json()).toEqual({
    agent: {
      agentId: 'a1',
      name: '王芳',
      skills: ['mandarin'],
      phase: 'signed_out',
      reason: null,
      since: null,
      isRegistered: true,
      callId: null,
      until: null,
      seat: {
        afterCall: null,
        offSeat: null,
        isOverrun: false,
        extensionsLeft: null,
        isWrittenUp: false,
        missedOffers: 0,
        isChecklistPassed: false,
      },
      watching: null,
      watchers: [],
    },
    call: null,
  })
  expect((await act('sign-in')).json().agent).toMatchObject({
    phase: 'not_ready',
    reason: 'signed_in',
    since: '2026-11-23T12:00:00.000+08:00',
  })
  for (const reason of NOT_READY_REASONS.filter((one) => one !== 'off_seat')) {
    const reply = await act('not-ready', { reason })
    expect(reply.json().agent).toMatchObject({ phase: 'not_ready', reason })
  }
  expect((await act('ready')).json().agent).toMatchObject({ phase: 'ready', reason: null })
  floor.park('c1')
  // The caller's number is masked: the role has no `pii.read`.
  expect((await me()).json()).toMatchObject({
    agent: { phase: 'offered', callId: 'c1' },
    call: { callId: 'c1', queueId: 'city', from: '138****8000', phase: 'offered' },
  })
  floor.answer('c1')
  expect((await act('hold')).statusCode).toBe(200)
  floor.held('c1')
  expect((await me()).json().call).toMatchObject({
    phase: 'held',
    hold: { by: 'console', isWarned: false, limitCount: 0 },
  })
  expect((await act('retrieve')).statusCode).toBe(200)
  const { clock, engine } = floor
  const at = clock.now()
  const legId = 'c1-leg'
  engine.submit({ type: 'leg.parked', at, legId })
  engine.submit({ type: 'leg.bridged', at, legId, otherLegId: floor.agentLeg('c1') })
  expect((await act('hang-up')).statusCode).toBe(200)
  floor.hangUp('c1')
  expect((await me()).json()).toMatchObject({
    agent: { phase: 'wrap_up', callId: 'c1', until: '2026-11-23T12:01:00.000+08:00' },
    call: null,
  })
  const written = await act('wrap-up-done', { disposition: 'answered', summary: '咨询\n公积金' })
  expect(written.json().agent.phase).toBe('ready')
  expect(floor.facts.find(({ type }) => type === 'call.written_up')).toMatchObject({
    disposition: 'answered',
    summary: '咨询\n公积金',
  })
  expect((await act('sign-out')).json().agent.phase).toBe('signed_out')
})

describe('what does not fit is refused with a code and changes nothing', () => {
  const done = { disposition: 'answered' }
  it.each([
    ['ready', undefined, 'signed_out'],
    ['not-ready', { reason: 'meal' }, 'signed_out'],
    ['sign-out', undefined, 'signed_out'],
    ['hold', undefined, 'not_on_call'],
    ['retrieve', undefined, 'not_on_call'],
    ['hang-up', undefined, 'not_on_call'],
    ['wrap-up-done', done, 'not_in_wrap_up'],
  ])('%s while signed out', async (action, body, code) => {
    await expectRefusal(action, body, code)
  })

  it('ready while the phone is not registered', async () => {
    await act('sign-in')
    await expectRefusal('sign-in', undefined, 'already_signed_in')
    await expectRefusal('ready', undefined, 'phone_unregistered')
  })

  it('anything but the call while it rings, and while it is talked on', async () => {
    const { floor } = test.service
    floor.ready('a1')
    await expectRefusal('ready', undefined, 'already_ready')
    floor.park('c1')
    await expectRefusal('not-ready', { reason: 'break' }, 'offer_pending')
    await expectRefusal('sign-out', undefined, 'offer_pending')
    await expectRefusal('hold', undefined, 'not_on_call')
    floor.answer('c1')
    await expectRefusal('ready', undefined, 'on_call')
    await expectRefusal('retrieve', undefined, 'not_held')
    await act('hold')
    floor.held('c1')
    await expectRefusal('hold', undefined, 'already_held')
    floor.hangUp('c1')
    await expectRefusal('sign-out', undefined, 'in_wrap_up')
  })

  async function expectRefusal(action: string, body: unknown, code: string): Promise<void> {
    const facts = test.service.floor.facts.length
    const reply = await act(action, body)
    expect(reply.statusCode).toBe(409)
    const { error } = reply.json()
    expect(error.code).toBe(code)
    expect(error.message).not.toBe('')
    expect(test.service.floor.facts).toHaveLength(facts)
  }
})

it.each([
  ['not-ready', {}, ['body.reason']],
  ['not-ready', { reason: 'rona' }, ['body.reason']],
  ['not-ready', { reason: 'meal', until: 'noon' }, ['body.until']],
  ['wrap-up-done', {}, ['body.disposition']],
  ['wrap-up-done', { disposition: 'bored', summary: 7 }, ['body.disposition', 'body.summary']],
  ['wrap-up-done', { disposition: 'answered', summary: 'x'.repeat(4_001) }, ['body.summary']],
  ['wrap-up-done', { disposition: 'answered', summary: 'a\u0000b' }, ['body.summary']],
])('%s %j is bad input', async (action, body, paths) => {
  const reply = await act(action, body)
  expect(reply.statusCode).toBe(400)
  const { code, details } = reply.json().error
  expect(code).toBe('invalid_request')
  expect(details.map(({ path }: { path: string }) => path)).toEqual(paths)
})

it('a body that is missing altogether is bad input too', async () => {
  const reply = await act('not-ready')
  expect(reply.statusCode).toBe(400)
  expect(reply.json().error.details).toEqual([expect.objectContaining({ path: 'body' })])
})

it('one with an agent’s role and no agent is told so', async () => {
  const { service } = test
  await updateUser(service.db, service.userIds.get('agent') ?? 0, { agentId: null })
  for (const reply of [await me(), await act('sign-in')]) {
    expect(reply.statusCode).toBe(404)
    expect(reply.json().error.code).toBe('unknown_agent')
  }
})

describe('the phrases of a hold', () => {
  it('are confirmed by the agent where the queue leaves them to the agent', async () => {
    const { floor } = test.service
    floor.ready('a1')
    floor.park('c1', '12347')
    floor.answer('c1')
    expect((await act('hold', { phraseSaid: false })).statusCode).toBe(200)
    floor.held('c1')
    expect((await me()).json().call).toMatchObject({ phase: 'held', phraseDue: 'begin' })
    expect((await act('hold-phrases', { phrase: 'begin' })).json().call.phraseDue).toBeNull()
    const early = await act('hold-phrases', { phrase: 'end' })
    expect([early.statusCode, early.json().error.code]).toEqual([409, 'nothing_to_confirm'])
  })

  it('bad input', async () => {
    expect((await act('hold', { phraseSaid: 'yes' })).statusCode).toBe(400)
    expect((await act('hold-phrases', { phrase: 'middle' })).statusCode).toBe(400)
  })
})

it('one’s own day begins with nothing in it', async () => {
  const reply = await test.service.ask('agent', 'GET', '/api/v1/me/agent/figures')
  expect([reply.statusCode, reply.json().figures]).toEqual([
    200,
    expect.objectContaining({ handled: 0, averageHandleMs: null, holds: 0 }),
  ])
})
