// The shift leader's verbs over HTTP, on a real engine: what each does, who may, what is refused with
// which code, and the entry that each leaves in the audit log.
import { beforeEach, describe, expect, it } from 'vitest'
import { findAgent } from '../../src/store/agents.ts'
import { listAudit } from '../../src/store/audit.ts'
import { updateUser } from '../../src/store/users.ts'
import { testService } from '../support/service.ts'

const test = testService()
const LEADER = 'a4'

const ask = (path: string, body?: unknown) =>
  test.service.ask('shift_leader', 'POST', `/api/v1/floor/${path}`, body)
const ownView = () => test.service.ask('agent', 'GET', '/api/v1/me/agent')

beforeEach(async () => {
  const { db, userIds } = test.service
  await updateUser(db, userIds.get('shift_leader') ?? 0, { agentId: LEADER })
  const { engine, clock } = test.service.floor
  engine.submit({ type: 'phone.registered', at: clock.now(), agentId: LEADER })
})

/** a1, the agent who is a user, talks on c1. */
function talk(): void {
  const { floor } = test.service
  floor.ready('a1')
  floor.park('c1')
  floor.answer('c1')
}

function supervisorLeg(): string {
  return test.service.floor.engine.state.agents.get(LEADER)?.legId ?? ''
}

function pickUp(): void {
  const { engine, clock } = test.service.floor
  engine.submit({ type: 'leg.answered', at: clock.now(), legId: supervisorLeg() })
}

async function audited(): Promise<object[]> {
  const { entries } = await listAudit(test.service.db, {}, { limit: 50 })
  return entries
    .filter(({ actor }) => actor === 'shift_leader')
    .map(({ action, entity, entityId, details }) => ({ action, entity, entityId, details }))
    .reverse()
}

describe('the leader’s own phone', () => {
  it('listens, whispers, joins in and takes over; the agent sees what the policy shows', async () => {
    const { floor } = test.service
    talk()
    const asked = await ask('agents/a1/monitor', { mode: 'listen' })
    expect(asked.statusCode).toBe(200)
    expect(asked.json()).toMatchObject({
      agent: {
        agentId: LEADER,
        watching: { agentId: 'a1', callId: 'c1', mode: 'listen', isAnswered: false },
      },
      call: { callId: 'c1', phase: 'talking', agentId: 'a1' },
    })
    pickUp()
    // By the policy's default listening is not shown.
    expect((await ownView()).json().agent.watchers).toEqual([])
    const agents = (await test.service.ask('shift_leader', 'GET', '/api/v1/live/agents')).json()
    expect(agents.agents).toContainEqual(
      expect.objectContaining({
        agentId: 'a1',
        watchers: [
          { supervisorId: LEADER, mode: 'listen', isAnswered: true, since: expect.any(String) },
        ],
      }),
    )
    await ask('monitor/mode', { mode: 'whisper' })
    expect((await ownView()).json().agent.watchers).toMatchObject([
      { supervisorId: LEADER, mode: 'whisper' },
    ])
    await ask('monitor/mode', { mode: 'barge' })
    expect((await ask('monitor/take-over')).json().agent.watching).toMatchObject({
      isTakingOver: true,
    })
    const at = floor.clock.now()
    floor.engine.submit({ type: 'leg.bridged', at, legId: 'c1-leg', otherLegId: supervisorLeg() })
    expect(floor.engine.state.calls.get('c1')?.phase).toMatchObject({
      name: 'talking',
      agentId: LEADER,
    })
    expect((await ownView()).json()).toMatchObject({ agent: { phase: 'ready' }, call: null })
    const details = { callId: 'c1', supervisorId: LEADER }
    const entity = { entity: 'agent', entityId: 'a1' }
    expect(await audited()).toEqual([
      { action: 'agent.monitored', ...entity, details: { ...details, mode: 'listen' } },
      { action: 'agent.monitor_changed', ...entity, details: { ...details, mode: 'whisper' } },
      { action: 'agent.monitor_changed', ...entity, details: { ...details, mode: 'barge' } },
      { action: 'call.take_over_requested', ...entity, details },
    ])
  })

  it('shows who listens where the queue’s policy says so', async () => {
    const body = { supervision: { showsListeners: true } }
    const changed = await test.service.ask('admin', 'PATCH', '/api/v1/queues/city', body)
    expect(changed.json().supervision).toEqual({ showsListeners: true })
    talk()
    await ask('agents/a1/monitor', { mode: 'listen' })
    expect((await ownView()).json().agent.watchers).toEqual([])
    pickUp()
    expect((await ownView()).json().agent.watchers).toMatchObject([{ mode: 'listen' }])
    await ask('monitor/end')
    expect((await ownView()).json().agent.watchers).toEqual([])
    expect((await audited()).at(-1)).toMatchObject({ action: 'agent.monitor_ended' })
  })

  it.each([
    ['agents/nobody/monitor', { mode: 'listen' }, 404, 'unknown_agent'],
    ['agents/a2/monitor', { mode: 'listen' }, 409, 'not_on_call'],
    ['agents/a4/monitor', { mode: 'listen' }, 409, 'own_call'],
    ['monitor/mode', { mode: 'whisper' }, 409, 'not_monitoring'],
    ['monitor/take-over', undefined, 409, 'not_monitoring'],
    ['monitor/end', undefined, 409, 'not_monitoring'],
  ])('%s %j is refused', async (path, body, status, code) => {
    talk()
    const reply = await ask(path, body)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().error.code).toBe(code)
    expect(await audited()).toEqual([])
  })

  it('needs a seat', async () => {
    const { db, userIds } = test.service
    await updateUser(db, userIds.get('shift_leader') ?? 0, { agentId: null })
    talk()
    const reply = await ask('agents/a1/monitor', { mode: 'listen' })
    expect(reply.statusCode).toBe(409)
    expect(reply.json().error.code).toBe('no_seat')
  })
})

describe('waiting calls', () => {
  it('are given another place, priority and queue', async () => {
    const { floor } = test.service
    floor.ready('a2', 'a3')
    for (const agentId of ['a2', 'a3'])
      await ask(`agents/${agentId}/state`, { state: 'not_ready', reason: 'meeting' })
    floor.park('c1')
    floor.park('c2')
    const placed = await ask('calls/c2/reassign', { position: 1 })
    expect(placed.json().call).toMatchObject({ callId: 'c2', phase: 'waiting', queueId: 'city' })
    const moved = await ask('calls/c1/reassign', { queueId: 'yue', priority: 7 })
    expect(moved.json().call).toMatchObject({ callId: 'c1', queueId: 'yue' })
    await ask('agents/a2/state', { state: 'ready', note: '支援' })
    expect(floor.engine.state.calls.get('c2')?.phase.name).toBe('offered')
    expect((await audited()).slice(2)).toEqual([
      {
        action: 'call.reassigned',
        entity: 'call',
        entityId: 'c2',
        details: { queueId: null, priority: null, position: 1 },
      },
      {
        action: 'call.reassigned',
        entity: 'call',
        entityId: 'c1',
        details: { queueId: 'yue', priority: 7, position: null },
      },
      {
        action: 'agent.state_forced',
        entity: 'agent',
        entityId: 'a2',
        details: { note: '支援' },
      },
    ])
  })

  it('ring at an agent of choice, and are hung up', async () => {
    const { floor } = test.service
    floor.ready('a1', 'a2')
    floor.park('c1')
    expect(floor.engine.state.agents.get('a1')?.phase.name).toBe('offered')
    const moved = await ask('calls/c1/move', { agentId: 'a2' })
    expect(moved.json().call).toMatchObject({ phase: 'offered', ringingAgentIds: ['a2'] })
    const again = await ask('calls/c1/move', { agentId: 'a2' })
    expect(again.json().error.code).toBe('offer_pending')
    const released = await ask('calls/c1/release', { note: '重复来电' })
    expect(released.statusCode).toBe(200)
    floor.hangUp('c1')
    expect(floor.facts).toContainEqual(
      expect.objectContaining({ type: 'call.ended', callId: 'c1', hangupBy: 'supervisor' }),
    )
    await test.service.record()
    const call = await test.service.ask('shift_leader', 'GET', '/api/v1/calls/c1')
    expect(call.json().call).toMatchObject({ ending: 'failed', hangupBy: 'supervisor' })
    expect(await audited()).toEqual([
      { action: 'call.moved', entity: 'call', entityId: 'c1', details: { agentId: 'a2' } },
      { action: 'call.released', entity: 'call', entityId: 'c1', details: { note: '重复来电' } },
    ])
  })

  it.each([
    ['calls/c9/reassign', { position: 1 }, 404, 'unknown_call'],
    ['calls/c9/move', { agentId: 'a2' }, 404, 'unknown_call'],
    ['calls/c9/release', {}, 404, 'unknown_call'],
    ['calls/c1/reassign', { position: 1 }, 409, 'not_waiting'],
    ['calls/c1/move', { agentId: 'a2' }, 409, 'not_waiting'],
    ['calls/c1/reassign', {}, 400, 'invalid_request'],
    ['calls/c1/reassign', { position: 0 }, 400, 'invalid_request'],
    ['calls/c1/release', { reason: 'x' }, 400, 'invalid_request'],
  ])('%s %j is refused', async (path, body, status, code) => {
    talk()
    const reply = await ask(path, body)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().error.code).toBe(code)
  })
})

describe('agents', () => {
  it('are set ready, not ready and signed out', async () => {
    test.service.floor.ready('a2')
    const meeting = await ask('agents/a2/state', { state: 'not_ready', reason: 'meeting' })
    expect(meeting.json().agent).toMatchObject({ phase: 'not_ready', reason: 'meeting' })
    expect((await ask('agents/a2/state', { state: 'ready' })).json().agent.phase).toBe('ready')
    const out = await ask('agents/a2/sign-out', { note: '设备故障' })
    expect(out.json().agent.phase).toBe('signed_out')
    expect(await audited()).toMatchObject([
      { action: 'agent.state_forced', details: { reason: 'meeting' } },
      { action: 'agent.state_forced' },
      { action: 'agent.signed_out', entityId: 'a2', details: { note: '设备故障' } },
    ])
  })

  it('get other skills, by which routing goes at once', async () => {
    const { floor, db } = test.service
    floor.ready('a1', 'a4')
    await ask('agents/a1/state', { state: 'not_ready', reason: 'training' })
    floor.park('c1')
    expect(floor.engine.state.calls.get('c1')?.phase.name).toBe('waiting')
    const reply = await ask('agents/a4/skills', { skills: ['mandarin'], note: '高峰' })
    expect(reply.json().agent).toMatchObject({ agentId: 'a4', skills: ['mandarin'] })
    expect(floor.engine.state.calls.get('c1')?.phase).toMatchObject({
      name: 'offered',
      rings: [{ agentId: 'a4' }],
    })
    expect((await findAgent(db, 'a4'))?.skills).toEqual(['mandarin'])
    expect(floor.facts).toContainEqual(
      expect.objectContaining({ type: 'agent.reskilled', agentId: 'a4', by: 'shift_leader' }),
    )
    expect((await audited()).at(-1)).toMatchObject({ action: 'agent.reskilled', entityId: 'a4' })
  })

  it.each([
    ['agents/a1/state', { state: 'ready' }, 409, 'on_call'],
    ['agents/a1/sign-out', {}, 409, 'on_call'],
    ['agents/a2/state', { state: 'ready' }, 409, 'signed_out'],
    ['agents/a2/sign-out', {}, 409, 'signed_out'],
    ['agents/nobody/state', { state: 'ready' }, 404, 'unknown_agent'],
    ['agents/nobody/skills', { skills: [] }, 404, 'not_found'],
    ['agents/a2/skills', { skills: ['no_such_skill'] }, 409, 'unknown_skill'],
    ['agents/a2/state', { state: 'not_ready' }, 400, 'invalid_request'],
    ['agents/a2/state', { state: 'away' }, 400, 'invalid_request'],
  ])('%s %j is refused', async (path, body, status, code) => {
    talk()
    const reply = await ask(path, body)
    expect([reply.statusCode, reply.json().error.code]).toEqual([status, code])
  })
})

it.each([
  ['agents/a1/monitor', { mode: 'listen' }],
  ['monitor/mode', { mode: 'listen' }],
  ['monitor/end', undefined],
  ['monitor/take-over', undefined],
  ['calls/c1/reassign', { position: 1 }],
  ['calls/c1/move', { agentId: 'a2' }],
  ['calls/c1/release', {}],
  ['agents/a1/state', { state: 'ready' }],
  ['agents/a1/sign-out', {}],
  ['agents/a1/skills', { skills: [] }],
])('%s is for shift leaders and administrators only', async (path, body) => {
  for (const role of ['agent', 'qa_inspector', 'wallboard'] as const) {
    const reply = await test.service.ask(role, 'POST', `/api/v1/floor/${path}`, body)
    expect(reply.statusCode, role).toBe(403)
  }
  const nobody = await test.service.ask(null, 'POST', `/api/v1/floor/${path}`, body)
  expect(nobody.statusCode).toBe(401)
  const admin = await test.service.ask('admin', 'POST', `/api/v1/floor/${path}`, body)
  expect([401, 403]).not.toContain(admin.statusCode)
})
