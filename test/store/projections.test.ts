// Each kind of fact, and the row that people will read of it.
import { asc, eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/facts.ts'
import type { LegSnapshot } from '../../src/core/inputs.ts'
import { findCall } from '../../src/store/calls.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { findRecording } from '../../src/store/recordings.ts'
import { agentStates, facts as factsTable } from '../../src/store/schema.ts'
import { testDatabase } from '../support/database.ts'
import { arrival, connection, ending, MORNING, numbered, servedCall } from '../support/facts.ts'

const database = testDatabase()
let seq = 0
beforeEach(() => {
  seq = 0
})

async function record(...facts: Fact[]): Promise<number> {
  const recorded = numbered(facts, seq + 1)
  seq += facts.length
  return database.db.transaction((tx) => recordFacts(tx, recorded))
}

async function callOf(callId: string) {
  const found = await findCall(database.db, callId)
  if (found === null) throw new Error(`no call ${callId}`)
  return found
}

async function statesOf(agentId: string) {
  const { db } = database
  return db
    .select()
    .from(agentStates)
    .where(eq(agentStates.agentId, agentId))
    .orderBy(asc(agentStates.seq))
}

const OFFER = { callId: 'c1', agentId: '1001', legId: 'c1-1001', queueId: 'citizen' }
const LEG = { callId: 'c1', agentId: '1001', legId: 'c1-1001' }

describe('a served call', () => {
  it('has every moment of its timeline to the millisecond, and who wrote what', async () => {
    const plan = { callId: 'c1', arrivedAt: MORNING + 123, waitMs: 7_001, talkMs: 65_432 }
    await record(...servedCall(plan))
    const { call, facts, offers, recordings } = await callOf('c1')
    const answeredAt = MORNING + 123 + 7_001
    expect(call).toEqual({
      callId: 'c1',
      legId: 'c1-leg',
      nodeId: 'fs1',
      fromNumber: '13800138000',
      toNumber: '12345',
      arrivedAt: MORNING + 123,
      enteredQueueId: 'citizen',
      queueId: 'citizen',
      priority: 0,
      queuedAt: MORNING + 123,
      offeredAt: answeredAt - 4_000,
      answeredAt,
      connectedAt: answeredAt + 20,
      endedAt: answeredAt + 20 + 65_432,
      ending: 'served',
      hangupBy: 'caller',
      cause: 'NORMAL_CLEARING',
      agentId: '1001',
      waitMs: 7_001,
      talkMs: 65_432,
      holdMs: 0,
      isAnswered: true,
      isConnected: true,
      isTimely: true,
      disposition: 'answered',
      summary: '路灯',
      writtenUpAt: answeredAt + 20 + 65_432 + 9_000,
      leftUnrecorded: false,
      urgentAt: null,
      emergencyConnectedMs: null,
      isNuisance: false,
      helpRequestedAt: null,
      helpResponseMs: null,
      surveyScale: null,
      surveyScore: null,
      surveyedAt: null,
      transferredAt: null,
      direction: 'inbound',
      ground: null,
      callbackId: null,
      dialledAt: null,
    })
    // The agent's becoming ready names no call and is not in its timeline.
    expect(facts.map(({ type }) => type)).toEqual(
      servedCall(plan)
        .map(({ type }) => type)
        .slice(0, -1),
    )
    expect(facts[0]).toEqual({ ...servedCall(plan)[0], seq: 1 })
    expect(offers).toEqual([
      {
        legId: 'c1-1001',
        callId: 'c1',
        queueId: 'citizen',
        agentId: '1001',
        offeredAt: answeredAt - 4_000,
        ringingAt: answeredAt - 3_900,
        answeredAt,
        endedAt: answeredAt,
        outcome: 'answered',
        ringMs: 4_000,
        rings: 1,
        isLate: false,
        cause: 'NORMAL_CLEARING',
        sipStatus: 200,
      },
    ])
    expect(recordings).toMatchObject([{ status: 'stopped', durationMs: 65_432, agentId: '1001' }])
  })

  it('keeps the wait and the verdict of its first connection when a second agent takes it', async () => {
    await record(...arrival({ callId: 'c1' }), ...connection({ callId: 'c1', waitMs: 20_000 }))
    const [offered, , answered, connected] = connection({
      callId: 'c1',
      agentId: '1002',
      waitMs: 90_000,
    })
    if (connected?.type !== 'call.connected' || offered === undefined || answered === undefined) {
      throw new Error('connection() has changed')
    }
    await record(
      {
        type: 'call.requeued',
        at: MORNING + 50_000,
        callId: 'c1',
        queueId: 'citizen',
        reason: 'phone_vanished',
      },
      offered,
      answered,
      { ...connected, isFirst: false, isTimely: true },
    )
    const { call, offers } = await callOf('c1')
    expect(call).toMatchObject({
      agentId: '1002',
      waitMs: 20_000,
      isTimely: false,
      answeredAt: MORNING + 20_000,
      connectedAt: MORNING + 20_020,
    })
    expect(offers.map(({ agentId }) => agentId)).toEqual(['1001', '1002'])
  })

  it('shows when nobody wrote it up', async () => {
    await record(...arrival({ callId: 'c1' }))
    await record({ type: 'call.left_unrecorded', at: MORNING, callId: 'c1', agentId: '1001' })
    expect((await callOf('c1')).call.leftUnrecorded).toBe(true)
  })
})

describe('a call that nobody answers', () => {
  it('shows the refusal', async () => {
    const [arrived] = arrival({ callId: 'c1' })
    if (arrived === undefined) throw new Error('arrival() has changed')
    await record(
      arrived,
      { type: 'call.refused', at: MORNING, callId: 'c1', reason: 'queue_full', queueId: 'citizen' },
      {
        ...ending({ callId: 'c1', ending: 'queue_full', at: MORNING + 4_000 }),
        waitMs: null,
      } as Fact,
    )
    expect((await callOf('c1')).call).toMatchObject({
      ending: 'queue_full',
      queueId: 'citizen',
      queuedAt: null,
      waitMs: null,
      isAnswered: false,
      isConnected: false,
      isTimely: null,
    })
  })

  it.each(['rejected', 'rona', 'unreachable', 'caller_abandoned'] as const)(
    'has an offer that came out as %s',
    async (outcome) => {
      await record(
        ...arrival({ callId: 'c1' }),
        { type: 'call.offered', at: MORNING, ...OFFER },
        {
          type: 'offer.ended',
          at: MORNING + 11_000,
          ...OFFER,
          outcome,
          ringMs: 10_900,
          rings: 3,
          cause: 'X',
        },
        { type: 'leg.ended', at: MORNING + 11_010, ...LEG, cause: 'Y', sipStatus: 486 },
      )
      expect((await callOf('c1')).offers).toMatchObject([
        {
          outcome,
          endedAt: MORNING + 11_000,
          ringMs: 10_900,
          rings: 3,
          cause: 'X',
          sipStatus: 486,
        },
      ])
    },
  )

  it('calls an answered offer failed when the legs could not be joined', async () => {
    await record(
      ...arrival({ callId: 'c1' }),
      { type: 'call.offered', at: MORNING, ...OFFER },
      { type: 'call.answered', at: MORNING + 100, ...OFFER, ringMs: 100, rings: 1, isLate: false },
      {
        type: 'offer.ended',
        at: MORNING + 900,
        ...OFFER,
        outcome: 'failed',
        ringMs: 100,
        rings: 1,
        cause: 'LOST',
      },
    )
    const { call, offers } = await callOf('c1')
    expect(offers).toMatchObject([
      { outcome: 'failed', answeredAt: MORNING + 100, endedAt: MORNING + 900 },
    ])
    expect(call).toMatchObject({ answeredAt: MORNING + 100, isConnected: false })
  })
})

describe('holds', () => {
  const held = (segment: number, at: number): Fact => ({
    type: 'call.held',
    at,
    ...LEG,
    by: 'console',
    segment,
    beginPrompt: 'system',
  })

  it('have both ends, their prompts, warnings and the verdict', async () => {
    await record(
      ...arrival({ callId: 'c1' }),
      held(1, MORNING),
      { type: 'call.hold_warned', at: MORNING + 20_000, ...LEG },
      { type: 'call.hold_limit_reached', at: MORNING + 30_000, ...LEG, count: 1 },
      {
        type: 'call.retrieved',
        at: MORNING + 31_000,
        ...LEG,
        segment: 1,
        holdMs: 31_000,
        isExceeded: true,
        endPrompt: 'system',
      },
      held(2, MORNING + 40_000),
      {
        type: 'call.retrieved',
        at: MORNING + 41_000,
        ...LEG,
        segment: 2,
        holdMs: 1_000,
        isExceeded: false,
        endPrompt: null,
      },
    )
    expect((await callOf('c1')).holds).toEqual([
      {
        callId: 'c1',
        seq: 3,
        segment: 1,
        agentId: '1001',
        by: 'console',
        startedAt: MORNING,
        endedAt: MORNING + 31_000,
        durationMs: 31_000,
        beginPrompt: 'system',
        endPrompt: 'system',
        isExceeded: true,
        warnedAt: MORNING + 20_000,
        limitCount: 1,
        prolongedCount: 0,
        missingPrompt: false,
      },
      expect.objectContaining({
        segment: 2,
        durationMs: 1_000,
        isExceeded: false,
        limitCount: 0,
        warnedAt: null,
        missingPrompt: true,
      }),
    ])
  })

  it('lack no phrase that the agent has confirmed, however late', async () => {
    const silent = { ...held(1, MORNING), beginPrompt: null } as Fact
    const confirmed = (phrase: 'begin' | 'end', at: number): Fact => ({
      type: 'call.phrase_confirmed',
      at,
      ...LEG,
      segment: 1,
      phrase,
    })
    await record(
      ...arrival({ callId: 'c1' }),
      silent,
      confirmed('begin', MORNING + 2_000),
      { type: 'call.hold_prolonged', at: MORNING + 4_000, ...LEG, count: 1, action: 'alarm' },
      {
        type: 'call.retrieved',
        at: MORNING + 5_000,
        ...LEG,
        segment: 1,
        holdMs: 5_000,
        isExceeded: false,
        endPrompt: null,
      },
    )
    expect((await callOf('c1')).holds).toMatchObject([
      { beginPrompt: 'agent', endPrompt: null, missingPrompt: true, prolongedCount: 1 },
    ])
    await record(confirmed('end', MORNING + 6_000))
    expect((await callOf('c1')).holds).toMatchObject([
      { beginPrompt: 'agent', endPrompt: 'agent', missingPrompt: false },
    ])
  })

  it('end with the call, as long as its ending says', async () => {
    await record(
      ...arrival({ callId: 'c1' }),
      held(1, MORNING),
      ending({
        callId: 'c1',
        ending: 'served',
        at: MORNING + 30_001,
        holdMs: 30_001,
        openHold: { segment: 1, holdMs: 30_001, isExceeded: true },
      }),
    )
    expect((await callOf('c1')).holds).toMatchObject([
      { endedAt: MORNING + 30_001, durationMs: 30_001, isExceeded: true, missingPrompt: true },
    ])
  })

  it('keep their rows when a call taken over counts its segments from 1 again', async () => {
    await record(...arrival({ callId: 'c1' }), held(1, MORNING))
    await record({
      type: 'call.retrieved',
      at: MORNING + 1_000,
      ...LEG,
      segment: 1,
      holdMs: 1_000,
      isExceeded: false,
      endPrompt: 'agent',
    })
    await record(held(1, MORNING + 5_000))
    expect((await callOf('c1')).holds).toMatchObject([{ durationMs: 1_000 }, { endedAt: null }])
  })
})

describe('a call taken over after an outage', () => {
  const caller: LegSnapshot = {
    legId: 'c1-leg',
    role: 'caller',
    callId: 'c1',
    from: '13800138000',
    to: '12345',
    createdAt: MORNING,
    isAnswered: true,
    bridgedTo: 'c1-1001',
    isPlaying: false,
    agentId: '1001',
    queueId: 'citizen',
    queuedAt: MORNING,
    answeredAt: MORNING + 9_000,
    connectedAt: MORNING + 9_050,
    heldAt: null,
    recordingPath: null,
    promptedAt: null,
  }
  const adopted: Fact = {
    type: 'call.adopted',
    at: MORNING + 60_000,
    callId: 'c1',
    nodeId: 'fs1',
    caller,
    agent: { ...caller, role: 'agent', legId: 'c1-1001' },
    queueId: 'citizen',
    priority: 3,
    arrivedAt: MORNING,
    queuedAt: MORNING,
  }

  it('has a row made of what the switch shows, when nothing was known of it', async () => {
    await record(adopted)
    expect((await callOf('c1')).call).toMatchObject({
      fromNumber: '13800138000',
      priority: 3,
      agentId: '1001',
      answeredAt: MORNING + 9_000,
      connectedAt: MORNING + 9_050,
      waitMs: 9_000,
      isTimely: true,
      endedAt: null,
    })
    expect(await statesOf('1001')).toMatchObject([
      { phase: 'on_call', callId: 'c1', endedAt: null },
    ])
  })

  it('keeps what the records knew better, is no longer ended, and does not split the talk', async () => {
    await record(...arrival({ callId: 'c1' }), ...connection({ callId: 'c1', waitMs: 16_000 }))
    await record({ ...ending({ callId: 'c1', ending: 'failed', at: MORNING }) })
    await record({
      type: 'history.restored',
      at: MORNING,
      agents: [],
      calls: [],
      recordings: [],
      counts: [],
    })
    await record(adopted)
    expect((await callOf('c1')).call).toMatchObject({
      answeredAt: MORNING + 16_000,
      isTimely: false,
      waitMs: 16_000,
      endedAt: null,
      ending: null,
    })
    expect(await statesOf('1001')).toMatchObject([
      { phase: 'offered' },
      { phase: 'on_call', endedAt: null },
    ])
  })
})

describe('recordings', () => {
  const path = '2026/11/23/c1.wav'
  const requested: Fact = { type: 'recording.requested', at: MORNING, ...LEG, path }

  it('are verified with length, size and hash, and a late stop does not undo that', async () => {
    const sha256 = 'ab'.repeat(32)
    await record(
      requested,
      { type: 'recording.started', at: MORNING + 5, callId: 'c1', path },
      {
        type: 'recording.verified',
        at: MORNING + 99,
        callId: 'c1',
        path,
        durationMs: 61_234,
        sizeBytes: 3_000_000_000,
        sha256,
      },
      { type: 'recording.stopped', at: MORNING + 90, callId: 'c1', path, durationMs: 60_000 },
    )
    expect(await findRecording(database.db, path)).toMatchObject({
      status: 'verified',
      requestedAt: MORNING,
      startedAt: MORNING + 5,
      checkedAt: MORNING + 99,
      durationMs: 61_234,
      sizeBytes: 3_000_000_000,
      sha256,
    })
  })

  it('are missing with a reason, even those of which only the check was seen', async () => {
    await record({ type: 'recording.missing', at: MORNING, callId: 'c1', path, reason: 'no_file' })
    expect(await findRecording(database.db, path)).toMatchObject({
      status: 'missing',
      reason: 'no_file',
      agentId: null,
    })
  })
})

describe("an agent's states", () => {
  it('follow one another without a gap from sign-in to sign-out', async () => {
    const at = MORNING - 60_000
    await record(
      { type: 'agent.signed_in', at, agentId: '1001' },
      { type: 'agent.became_ready', at: at + 1_000, agentId: '1001', since: at + 1_000 },
      { type: 'agent.became_not_ready', at: at + 2_000, agentId: '1001', reason: 'meal' },
      { type: 'agent.became_ready', at: at + 3_000, agentId: '1001', since: at + 3_000 },
      ...servedCall({ callId: 'c1' }),
      { type: 'agent.signed_out', at: MORNING + 90_000, agentId: '1001' },
    )
    const states = await statesOf('1001')
    expect(states.map(({ phase, reason, callId }) => [phase, reason, callId])).toEqual([
      ['not_ready', 'signed_in', null],
      ['ready', null, null],
      ['not_ready', 'meal', null],
      ['ready', null, null],
      ['offered', null, 'c1'],
      ['on_call', null, 'c1'],
      ['wrap_up', null, 'c1'],
      ['ready', null, null],
      ['signed_out', null, null],
    ])
    const ends = states.slice(0, -1).map(({ endedAt }) => endedAt)
    expect(ends).toEqual(states.slice(1).map(({ startedAt }) => startedAt))
    expect(states.at(-1)?.endedAt).toBeNull()
  })

  it('are ready again after a restart that interrupted the ringing', async () => {
    const since = MORNING - 600_000
    await record(
      { type: 'agent.became_ready', at: MORNING - 5_000, agentId: '1001', since },
      { type: 'call.offered', at: MORNING, ...OFFER },
      {
        type: 'history.restored',
        at: MORNING + 9_000,
        agents: [{ agentId: '1001', phase: 'ready', reason: null, since, callId: null }],
        calls: [],
        recordings: [],
        counts: [],
      },
    )
    expect((await statesOf('1001')).slice(1)).toMatchObject([
      { phase: 'offered', endedAt: MORNING + 9_000 },
      { phase: 'ready', startedAt: MORNING + 9_000, idleSince: since, endedAt: null },
    ])
  })
})

it('changes nothing when facts are recorded again, alone or among new ones', async () => {
  const facts = numbered(servedCall({ callId: 'c1' }))
  const { db } = database
  await db.transaction((tx) => recordFacts(tx, facts))
  const before = await callOf('c1')
  const states = await statesOf('1001')
  const more = numbered(servedCall({ callId: 'c2' }), facts.length + 1)
  expect(await db.transaction((tx) => recordFacts(tx, [...facts, ...more, ...more]))).toBe(
    more.length,
  )
  expect(await callOf('c1')).toEqual(before)
  expect((await statesOf('1001')).slice(0, states.length - 1)).toEqual(states.slice(0, -1))
  expect(await db.select({ seq: factsTable.seq }).from(factsTable)).toHaveLength(
    facts.length + more.length,
  )
})
