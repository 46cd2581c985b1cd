// What was recorded of calls: lists page by page, one call with its timeline, and the figures of a day.
import { describe, expect, it } from 'vitest'
import { CALLER } from '../support/floor.ts'
import { testService } from '../support/service.ts'

const test = testService()
const get = (path: string, role: 'admin' | 'qa_inspector' = 'admin') =>
  test.service.ask(role, 'GET', `/api/v1${path}`)

/** Served, abandoned, refused, and one still waiting. */
async function playCalls(): Promise<void> {
  const { floor } = test.service
  floor.ready('a1')
  floor.park('c1')
  floor.clock.advance(3_000)
  floor.answer('c1')
  floor.clock.advance(1_000)
  floor.engine.submit({ type: 'agent.hold_requested', at: floor.clock.now(), agentId: 'a1' })
  floor.held('c1')
  floor.clock.advance(31_000)
  floor.hangUp('c1')
  floor.clock.advance(1_000)
  floor.park('c2', '12345', '075588886666')
  floor.clock.advance(2_000)
  floor.hangUp('c2')
  floor.park('c3', '99999')
  floor.hangUp('c3')
  floor.clock.advance(1_000)
  floor.park('c4')
  await test.service.record()
}

const idsOf = (reply: { json(): { calls: { callId: string }[] } }) =>
  reply.json().calls.map(({ callId }) => callId)

describe('calls', () => {
  it('are listed newest first, with times of the hotline and durations in ms', async () => {
    await playCalls()
    const reply = await get('/calls')
    expect(reply.statusCode).toBe(200)
    expect(idsOf(reply)).toEqual(['c4', 'c3', 'c2', 'c1'])
    expect(reply.json().nextCursor).toBeNull()
    expect(reply.json().calls[3]).toEqual({
      callId: 'c1',
      from: CALLER,
      to: '12345',
      queueId: 'city',
      agentId: 'a1',
      arrivedAt: '2026-11-23T11:59:59.975+08:00',
      queuedAt: '2026-11-23T12:00:00.000+08:00',
      offeredAt: '2026-11-23T12:00:00.000+08:00',
      answeredAt: '2026-11-23T12:00:03.000+08:00',
      connectedAt: '2026-11-23T12:00:03.000+08:00',
      endedAt: '2026-11-23T12:00:35.000+08:00',
      ending: 'served',
      hangupBy: 'caller',
      cause: 'NORMAL_CLEARING',
      waitMs: 3_000,
      talkMs: 1_000,
      holdMs: 31_000,
      isTimely: true,
      disposition: null,
      summary: null,
      writtenUpAt: null,
      leftUnrecorded: false,
      isNuisance: false,
      transferredAt: null,
      surveyedAt: null,
      surveyScore: null,
      surveyScale: null,
      helpResponseMs: null,
      helpRequestedAt: null,
      emergencyConnectedMs: null,
      urgentAt: null,
      direction: 'inbound',
      ground: null,
      callbackId: null,
      dialledAt: null,
    })
  })

  it('are filtered, each filter for itself and together', async () => {
    await playCalls()
    const filtered = async (query: string) => idsOf(await get(`/calls?${query}`))
    expect(await filtered('ending=served')).toEqual(['c1'])
    expect(await filtered('queueId=city')).toEqual(['c4', 'c2', 'c1'])
    expect(await filtered('agentId=a1')).toEqual(['c1'])
    expect(await filtered('number=075588886666')).toEqual(['c2'])
    expect(await filtered('number=99999')).toEqual(['c3'])
    expect(await filtered('from=2026-11-23T04:00:30Z')).toEqual(['c4', 'c3', 'c2'])
    expect(await filtered('to=2026-11-23T12:00:30%2B08:00')).toEqual(['c1'])
    expect(await filtered('queueId=city&ending=abandoned_waiting')).toEqual(['c2'])
    expect(await filtered('agentId=nobody')).toEqual([])
  })

  it('come page by page, each once', async () => {
    await playCalls()
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const reply = await get(`/calls?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
      seen.push(...idsOf(reply))
      cursor = reply.json().nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(['c4', 'c3', 'c2', 'c1'])
  })

  it('one call has its facts, offers, holds and recordings', async () => {
    await playCalls()
    const { call, timeline, offers, holds, recordings } = (await get('/calls/c1')).json()
    expect(call.callId).toBe('c1')
    expect(timeline.map(({ type }: { type: string }) => type)).toEqual([
      'call.arrived',
      'call.queued',
      'call.offered',
      'call.answered',
      'recording.requested',
      'call.connected',
      'call.hold_requested',
      'call.held',
      'call.hold_warned',
      'call.hold_limit_reached',
      'call.ended',
      'agent.wrap_up_started',
      'leg.ended',
      'leg.ended',
    ])
    expect(timeline[0]).toMatchObject({
      at: '2026-11-23T12:00:00.000+08:00',
      arrivedAt: '2026-11-23T11:59:59.975+08:00',
      from: CALLER,
    })
    expect(offers).toMatchObject([{ agentId: 'a1', outcome: 'answered', ringMs: 3_000, rings: 1 }])
    expect(holds).toMatchObject([
      { by: 'console', durationMs: 31_000, isExceeded: true, limitCount: 1 },
    ])
    expect(recordings).toMatchObject([{ status: 'requested', durationMs: null }])
    // Nowhere a bare number of milliseconds where a time belongs.
    expect(JSON.stringify({ call, timeline, offers, holds, recordings })).not.toMatch(
      /[^0-9]17\d{11}/,
    )
  })

  it('one that is none of ours is not found', async () => {
    expect((await get('/calls/nobody')).statusCode).toBe(404)
  })

  it.each([
    ['limit=0', ['query.limit']],
    ['limit=201', ['query.limit']],
    ['limit=many', ['query.limit']],
    ['from=yesterday', ['query.from']],
    ['from=2026-11-23T12:00:00', ['query.from']],
    ['from=0000-01-01T00:00:00Z&to=1', ['query.from', 'query.to']],
    ['queueId=a%00b&agentId=%27', ['query.queueId', 'query.agentId']],
    ['ending=happy', ['query.ending']],
    ['number=12-34', ['query.number']],
    ['cursor=%3D%3D', ['query.cursor']],
    ['cursor=bm90IGpzb24', ['query.cursor']],
    ['cursor=WzEsMl0', ['query.cursor']],
    ['sort=asc', ['query.sort']],
  ])('bad input %s', async (query, paths) => {
    const reply = await get(`/calls?${query}`)
    expect(reply.statusCode).toBe(400)
    const { details } = reply.json().error
    expect([...new Set(details.map(({ path }: { path: string }) => path))]).toEqual(paths)
  })

  it('a call id that cannot be one is bad input', async () => {
    const reply = await get('/calls/a%20b')
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.details[0].path).toBe('params.callId')
  })
})

describe('figures of a day', () => {
  it('live and recorded ones are the same', async () => {
    await playCalls()
    const live = (await get('/kpi/today')).json()
    const recorded = (await get('/kpi?day=2026-11-23')).json()
    expect(live).toMatchObject({
      day: '2026-11-23',
      source: 'live',
      total: {
        connectRate: { numerator: 1, denominator: 4, value: 0.25, target: 0.95, met: false },
        timelyAnswerRate: { numerator: 1, denominator: 1, value: 1, target: 0.8, met: true },
        serviceLevel: { value: 0.25, target: null, met: null },
        avgSpeedOfAnswerMs: 3_000,
        abandoned: 1,
        counts: { unknownNumber: 1, holds: 1, holdsExceeded: 1 },
      },
    })
    expect(recorded.source).toBe('records')
    expect(recorded.total).toEqual(live.total)
    const byId = (a: { queueId: string }, b: { queueId: string }) =>
      a.queueId < b.queueId ? -1 : 1
    expect(recorded.queues.sort(byId)).toEqual(live.queues.sort(byId))
    expect(live.queues.map(({ queueId }: { queueId: string }) => queueId)).toEqual([
      'city',
      'tiny',
      'yue',
    ])
  })

  it('a day without calls has no rates; a deleted queue keeps its figures', async () => {
    await playCalls()
    const quiet = (await get('/kpi?day=2026-11-22')).json()
    expect(quiet.total.connectRate).toMatchObject({ value: null, denominator: 0, met: null })
    await test.service.ask('admin', 'DELETE', '/api/v1/numbers/12345')
    await test.service.ask('admin', 'DELETE', '/api/v1/queues/city')
    const { queues } = (await get('/kpi?day=2026-11-23')).json()
    const city = queues.find(({ queueId }: { queueId: string }) => queueId === 'city')
    expect(city).toMatchObject({ name: null, figures: { counts: { inbound: 3 } } })
  })

  it.each(['', 'day=', 'day=2026-02-30', 'day=23.11.2026', 'day=0001-01-01', 'day=2026-11-23&x=1'])(
    'bad input %j',
    async (query) => {
      const reply = await get(`/kpi?${query}`)
      expect(reply.statusCode).toBe(400)
      expect(reply.json().error.details[0].path).toMatch(/^query\.(day|x)$/)
    },
  )
})

describe('the floor at this moment', () => {
  it('hotline, agents and calls', async () => {
    const { floor } = test.service
    floor.ready('a1')
    floor.park('c1')
    floor.park('c2')
    floor.clock.advance(2_000)
    expect((await get('/live/hotline')).json()).toMatchObject({
      at: '2026-11-23T12:00:02.000+08:00',
      day: '2026-11-23',
      waiting: 2,
      longestWaitSince: '2026-11-23T12:00:00.000+08:00',
      agents: { offered: 1, ready: 0 },
      queues: [{ queueId: 'city', waiting: 2 }, {}, {}],
      switchesLost: [],
    })
    const { agents } = (await get('/live/agents')).json()
    expect(agents[0]).toMatchObject({ agentId: 'a1', phase: 'offered', callId: 'c1' })
    expect(agents).toHaveLength(4)
    const { calls } = (await get('/live/calls')).json()
    expect(calls).toMatchObject([
      { callId: 'c1', phase: 'offered', from: CALLER, agentId: 'a1' },
      { callId: 'c2', phase: 'waiting', from: CALLER, agentId: null, hold: null },
    ])
  })

  it('says which switch is lost', async () => {
    const { engine, clock } = test.service.floor
    engine.submit({ type: 'switch.lost', at: clock.now(), nodeId: 'fs1' })
    expect((await get('/live/hotline')).json().switchesLost).toEqual(['fs1'])
  })
})
