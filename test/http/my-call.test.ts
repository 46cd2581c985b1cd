// What agents do within a call, over HTTP on a real engine: consulting, handing over, and the buttons.
import { describe, expect, it } from 'vitest'
import type { Input } from '../../src/core/inputs.ts'
import { testService } from '../support/service.ts'

const test = testService()
const act = (action: string, body?: unknown) =>
  test.service.ask('agent', 'POST', `/api/v1/me/agent/${action}`, body)
const codeOf = async (reply: ReturnType<typeof act>) => {
  const { statusCode, body } = await reply
  return [statusCode, (JSON.parse(body) as { error?: { code: string } }).error?.code]
}
const submit = (input: Omit<Input, 'at'>) => {
  const { engine, clock } = test.service.floor
  return engine.submit({ ...input, at: clock.now() } as Input)
}
const call = () => test.service.floor.engine.state.calls.get('c1')
const partyLeg = () => call()?.parties.at(-1)?.legId ?? ''

/** Agent a1 talks with the caller of c1. */
function talk(): void {
  const { floor } = test.service
  floor.ready('a1')
  floor.park('c1')
  floor.answer('c1')
}

async function hold(): Promise<void> {
  await act('hold')
  test.service.floor.held('c1')
}

/** Whoever is rung picks up and is joined with a1. */
function partyAnswers(): void {
  const legId = partyLeg()
  submit({ type: 'leg.answered', legId } as Omit<Input, 'at'>)
  submit({ type: 'leg.parked', legId } as Omit<Input, 'at'>)
  const bridged = {
    type: 'leg.bridged',
    legId: test.service.floor.agentLeg('c1'),
    otherLegId: legId,
  }
  submit(bridged as Omit<Input, 'at'>)
}

describe('consulting', () => {
  const water = { target: { kind: 'unit', unitId: 'water' } }

  it('is refused before the caller is on hold, and twice', async () => {
    expect(await codeOf(act('consult', water))).toEqual([409, 'not_on_call'])
    talk()
    expect(await codeOf(act('consult', water))).toEqual([409, 'not_held'])
    await hold()
    const reply = await act('consult', water)
    expect(reply.statusCode).toBe(200)
    expect(reply.json().call.parties).toMatchObject([
      { kind: 'unit', id: 'water', name: '水务局', number: '87654321', state: 'dialling' },
    ])
    expect(await codeOf(act('consult', water))).toEqual([409, 'consult_active'])
    expect(await codeOf(act('retrieve'))).toEqual([409, 'consult_active'])
  })

  it('ends in a hand-over after which the department has the caller and the agent writes up', async () => {
    talk()
    await hold()
    await act('consult', water)
    expect(await codeOf(act('consult/swap'))).toEqual([409, 'consult_not_answered'])
    partyAnswers()
    expect((await act('consult/complete')).statusCode).toBe(200)
    submit({ type: 'leg.parked', legId: 'c1-leg' } as Omit<Input, 'at'>)
    const legId = partyLeg()
    submit({ type: 'leg.bridged', legId: 'c1-leg', otherLegId: legId } as Omit<Input, 'at'>)
    expect(call()?.phase.name).toBe('transferred')
    const me = (await test.service.ask('agent', 'GET', '/api/v1/me/agent')).json()
    expect(me.agent.phase).toBe('wrap_up')
    await test.service.record()
    const shown = (await test.service.ask('admin', 'GET', '/api/v1/calls/c1')).json()
    expect(shown.call.transferredAt).not.toBeNull()
    const attempts = await test.service.ask('admin', 'GET', '/api/v1/unit-attempts?callId=c1')
    expect(attempts.json().attempts).toMatchObject([{ unitId: 'water', result: 'answered' }])
  })

  it.each([
    ['an unknown unit', { target: { kind: 'unit', unitId: 'nope' } }, 'unknown_target'],
    ['a unit without a phone', { target: { kind: 'unit', unitId: 'mute' } }, 'unknown_target'],
    ['an unknown agent', { target: { kind: 'agent', agentId: 'a9' } }, 'unknown_target'],
    ['oneself', { target: { kind: 'agent', agentId: 'a1' } }, 'target_unavailable'],
    [
      'an agent who is not ready',
      { target: { kind: 'agent', agentId: 'a2' } },
      'target_unavailable',
    ],
    [
      'a number without a permit',
      { target: { kind: 'number', number: '13900139000' } },
      'number_not_permitted',
    ],
  ])('is refused for %s', async (_, body, code) => {
    talk()
    await hold()
    expect(await codeOf(act('consult', body))).toEqual([409, code])
  })

  it('rings an outside number for which there is a permit, and masks it for those who may not see it', async () => {
    talk()
    await hold()
    const permit = { agentId: 'a1', number: '13900139000', ground: 'callback', expiresAt: null }
    const granted = await test.service.ask('admin', 'POST', '/api/v1/dial-permits', permit)
    expect(granted.statusCode).toBe(201)
    const reply = await act('consult', { target: { kind: 'number', number: '13900139000' } })
    expect(reply.json().call.parties[0].number).toBe('139****9000')
  })

  it.each([
    ['consult', {}, 'body.target'],
    ['consult', { target: { kind: 'unit', unitId: 'a b' } }, 'body.target.unitId'],
    ['transfer', { target: { kind: 'number', number: '1;2' } }, 'body.target.number'],
    ['digits', { digits: '12x' }, 'body.digits'],
    ['return-to-queue', { priority: 1_000 }, 'body.priority'],
    ['emergency-transfer', {}, 'body.unitId'],
    ['remove-party', { legId: 'a b' }, 'body.legId'],
  ])('%s says what is wrong with %j', async (action, body, path) => {
    talk()
    const reply = await act(action, body)
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.details.map((fault: { path: string }) => fault.path)).toContain(path)
  })
})

describe('buttons', () => {
  it('mute and unmute, once each', async () => {
    talk()
    expect((await act('mute')).json().call.mutedSince).not.toBeNull()
    expect(await codeOf(act('mute'))).toEqual([409, 'already_muted'])
    expect((await act('unmute')).json().call.mutedSince).toBeNull()
    expect(await codeOf(act('unmute'))).toEqual([409, 'not_muted'])
  })

  it('flags, keys, and a closing phrase that writes the call up', async () => {
    talk()
    expect((await act('flag-nuisance')).json().call.isNuisance).toBe(true)
    expect((await act('flag-urgent')).json().call.urgentSince).not.toBeNull()
    expect(await codeOf(act('flag-urgent'))).toEqual([409, 'already_flagged'])
    expect((await act('digits', { digits: '12#' })).statusCode).toBe(200)
    const closed = await act('silent-caller')
    expect(closed.json().agent.phase).toBe('ready')
    test.service.floor.hangUp('c1')
    await test.service.record()
    const shown = (await test.service.ask('admin', 'GET', '/api/v1/calls/c1')).json()
    expect(shown.call).toMatchObject({
      disposition: 'silent',
      ending: 'served',
      hangupBy: 'agent',
      isNuisance: true,
    })
  })

  it('help waits for a hold, and its answer is timed', async () => {
    const answer = () => test.service.ask('shift_leader', 'POST', '/api/v1/calls/c1/help-answer')
    talk()
    expect(await codeOf(act('help'))).toEqual([409, 'not_held'])
    expect((await answer()).json().error.code).toBe('no_help_pending')
    await hold()
    expect((await act('help')).json().call.helpRequestedAt).not.toBeNull()
    expect(await codeOf(act('help'))).toEqual([409, 'help_pending'])
    test.service.floor.clock.advance(4_000)
    expect((await answer()).json().helpRequestedAt).toBeNull()
    await test.service.record()
    const shown = (await test.service.ask('admin', 'GET', '/api/v1/calls/c1')).json()
    expect(shown.call.helpResponseMs).toBe(4_000)
    const audit = (await test.service.ask('admin', 'GET', '/api/v1/audit')).json()
    expect(audit.entries[0]).toMatchObject({ action: 'call.help_answered', entityId: 'c1' })
  })
})

describe('emergencies', () => {
  it('ring while caller and agent talk on, and only those of the list', async () => {
    talk()
    expect(await codeOf(act('emergency-transfer', { unitId: 'water' }))).toEqual([
      409,
      'not_an_emergency_unit',
    ])
    const { call: shown } = (await act('emergency-transfer', { unitId: 'fire' })).json()
    expect(shown).toMatchObject({ phase: 'talking', parties: [{ id: 'fire', state: 'dialling' }] })
    expect(shown.urgentSince).not.toBeNull()
  })
})

describe('departments', () => {
  const asAdmin = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
    test.service.ask('admin', method, `/api/v1${path}`, body)

  it('are kept by administrators, read by everybody, and rung from the next click on', async () => {
    const unit = { unitId: 'gas', name: '燃气公司', phones: [{ number: '96777' }] }
    const created = await asAdmin('POST', '/units', unit)
    expect([created.statusCode, created.json()]).toMatchObject([201, { isEmergency: false }])
    expect((await asAdmin('POST', '/units', unit)).statusCode).toBe(409)
    const change = { isEmergency: true, phones: [{ number: '96778', label: '值班' }] }
    expect((await asAdmin('PATCH', '/units/gas', change)).json()).toMatchObject(change)
    const list = await test.service.ask('agent', 'GET', '/api/v1/units')
    expect(list.json().units).toContainEqual(expect.objectContaining({ unitId: 'gas', ...change }))
    expect(test.service.floor.engine.state.units.get('gas')?.phones[0]?.number).toBe('96778')
    expect((await test.service.ask('agent', 'POST', '/api/v1/units', unit)).statusCode).toBe(403)
    expect((await asAdmin('DELETE', '/units/gas')).statusCode).toBe(204)
    expect((await asAdmin('PATCH', '/units/gas', change)).statusCode).toBe(404)
    expect(test.service.floor.engine.state.units.has('gas')).toBe(false)
  })

  it('that nobody answered are owed another call, until it was made often enough', async () => {
    const { floor } = test.service
    const retries = async (query = '') =>
      (await asAdmin('GET', `/unit-retries${query}`)).json().retries as { state: string }[]
    talk()
    await hold()
    await act('consult', { target: { kind: 'unit', unitId: 'water' } })
    submit({
      type: 'leg.ended',
      legId: partyLeg(),
      cause: 'NO_ANSWER',
      sipStatus: null,
    } as unknown as Omit<Input, 'at'>)
    await test.service.record()
    expect(await retries()).toMatchObject([{ unitId: 'water', callId: 'c1', state: 'pending' }])
    floor.clock.advance(600_000)
    expect(await retries('?state=due')).toHaveLength(1)
    expect(
      (await test.service.ask('agent', 'GET', '/api/v1/me/agent/unit-retries')).json(),
    ).toMatchObject({ retries: [{ state: 'due' }] })
    const again = { unitId: 'water', callId: 'c1', result: 'no_answer' }
    for (const state of ['pending', 'given_up']) {
      floor.clock.advance(1_000)
      const entered = await test.service.ask('agent', 'POST', '/api/v1/unit-attempts', again)
      expect(entered.statusCode).toBe(201)
      expect(await retries()).toMatchObject([{ state }])
    }
    floor.clock.advance(1_000)
    await test.service.ask('agent', 'POST', '/api/v1/unit-attempts', {
      ...again,
      result: 'answered',
    })
    expect(await retries()).toMatchObject([{ state: 'reached' }])
    const wrong = { ...again, callId: 'c999' }
    expect(
      (await test.service.ask('agent', 'POST', '/api/v1/unit-attempts', wrong)).statusCode,
    ).toBe(404)
  })
})
