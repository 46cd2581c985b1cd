// Figures over HTTP: raw and adjusted, the calls behind them, who may leave what out, and settings that
// leave past days alone.
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/core/permissions.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { abandonedCall, MORNING, numbered, servedCall } from '../support/facts.ts'
import { testService } from '../support/service.ts'

const test = testService()
const MINUTE_MS = 60_000
const get = (url: string, role: Role = 'shift_leader') =>
  test.service.ask(role, 'GET', `/api/v1${url}`)
const post = (role: Role, url: string, body: unknown = {}) =>
  test.service.ask(role, 'POST', `/api/v1${url}`, body)
const iso = (at: number) => new Date(at).toISOString()
const PERIOD = `from=${iso(MORNING)}&to=${iso(MORNING + 60 * MINUTE_MS)}`

/** Three served, one of them late, and one lost in the second minute. */
async function record(arrivedAt = MORNING): Promise<void> {
  const facts = [
    ...servedCall({ callId: 'c1', queueId: 'city', arrivedAt, waitMs: 3_000 }),
    ...servedCall({ callId: 'c2', queueId: 'city', arrivedAt, waitMs: 15_000, agentId: 'a2' }),
    ...servedCall({ callId: 'c3', queueId: 'yue', arrivedAt, waitMs: 15_001, agentId: 'a3' }),
    ...abandonedCall({
      callId: 'c4',
      queueId: 'city',
      arrivedAt: arrivedAt + MINUTE_MS,
      waitMs: 4_000,
    }),
  ]
  await test.service.db.transaction((tx) => recordFacts(tx, numbered(facts)))
}

function window(more: object = {}) {
  const startsAt = iso(MORNING + MINUTE_MS)
  const endsAt = iso(MORNING + 2 * MINUTE_MS)
  return { reason: 'emergency', startsAt, endsAt, evidence: '台风，全市停电', ...more }
}

describe('exclusion windows', () => {
  it('change the adjusted figure alone, once a second person has approved', async () => {
    await record()
    const declared = await post('shift_leader', '/exclusion-windows', window())
    expect(declared.statusCode).toBe(201)
    const { windowId } = declared.json()
    const rates = async () => {
      const [row] = (await get(`/kpi/figures?${PERIOD}`)).json().rows
      return [row.raw.connectRate.value, row.adjusted.connectRate.value]
    }
    expect(await rates()).toEqual([0.75, 0.75])
    const own = await post('shift_leader', `/exclusion-windows/${windowId}/approve`)
    expect([own.statusCode, own.json().error.code]).toEqual([409, 'second_person_needed'])
    expect((await post('admin', `/exclusion-windows/${windowId}/approve`)).json()).toMatchObject({
      status: 'approved',
      declaredBy: 'shift_leader',
      decidedBy: 'admin',
    })
    expect(await rates()).toEqual([0.75, 1])
    const again = await post('admin', `/exclusion-windows/${windowId}/reject`)
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'window_decided'])
    await post('shift_leader', `/exclusion-windows/${windowId}/withdraw`)
    expect(await rates()).toEqual([0.75, 0.75])
    const { entries } = (await get('/audit?entity=exclusion_window', 'admin')).json()
    expect(
      entries.map(({ actor, action }: { actor: string; action: string }) => `${actor} ${action}`),
    ).toEqual([
      'shift_leader exclusion_window.withdrawn',
      'admin exclusion_window.approved',
      'shift_leader exclusion_window.declared',
    ])
  })

  it('of one queue leave its calls out of the total, of its own and of the number they dialled', async () => {
    await record()
    const declared = await post('shift_leader', '/exclusion-windows', window({ queueId: 'city' }))
    await post('admin', `/exclusion-windows/${declared.json().windowId}/approve`)
    const inbound = async (by: string) => {
      const { rows } = (await get(`/kpi/figures?${PERIOD}&by=${by}`)).json()
      return rows.map(({ key, raw, adjusted }: (typeof rows)[number]) => [
        key,
        raw.counts.inbound,
        adjusted.counts.inbound,
      ])
    }
    expect(await inbound('total')).toEqual([['', 4, 3]])
    expect(await inbound('queue')).toEqual([
      ['city', 3, 2],
      ['yue', 1, 1],
    ])
    expect(await inbound('number')).toEqual([['12345', 4, 3]])
  })

  it('are not for everybody, and want a stretch of time', async () => {
    expect((await post('agent', '/exclusion-windows', window())).statusCode).toBe(403)
    const reply = await post('admin', '/exclusion-windows', window({ endsAt: iso(MORNING) }))
    expect(reply.json().error.details[0].path).toBe('body.endsAt')
    expect((await post('admin', '/exclusion-windows/77/approve')).statusCode).toBe(404)
  })
})

describe('figures', () => {
  it('are told apart by queue, skill and time, and open to their calls', async () => {
    await record()
    const rows = async (by: string) => (await get(`/kpi/figures?${PERIOD}&by=${by}`)).json().rows
    const keyed = async (by: string) =>
      (await rows(by)).map(
        ({ key, raw }: { key: string; raw: { counts: { inbound: number } } }) => [
          key,
          raw.counts.inbound,
        ],
      )
    expect(await keyed('queue')).toEqual([
      ['city', 3],
      ['yue', 1],
    ])
    expect(await keyed('number')).toEqual([['12345', 4]])
    expect(await keyed('skill')).toEqual([
      ['mandarin', 3],
      ['cantonese', 1],
    ])
    expect((await keyed('quarter')).map(([, inbound]: [string, number]) => inbound)).toEqual([
      4, 0, 0, 0,
    ])
    const [total] = await rows('total')
    expect(total.serviceLevels).toMatchObject({
      strict: { numerator: 2, denominator: 4 },
      shortAbandonsOut: { numerator: 2, denominator: 3 },
    })
    const behind = async (code: string, part: string) => {
      const { calls } = (await get(`/kpi/${code}/calls?${PERIOD}&part=${part}`)).json()
      return calls.map(({ callId }: { callId: string }) => callId).sort()
    }
    expect(await behind('connectRate', 'denominator')).toEqual(['c1', 'c2', 'c3', 'c4'])
    expect(await behind('connectRate', 'missing')).toEqual(['c4'])
    expect(await behind('timelyAnswerRate', 'numerator')).toEqual(['c1', 'c2'])
    expect(await behind('timelyAnswerRate', 'missing')).toEqual(['c3'])
    expect(await behind('abandonedWaiting', 'numerator')).toEqual(['c4'])
    const { agents } = (await get(`/kpi/agents?${PERIOD}`)).json()
    expect(
      agents.find(({ agentId }: { agentId: string }) => agentId === 'a3').figures,
    ).toMatchObject({
      handled: 1,
      offers: { total: 1, answered: 1, missed: 0, answerRate: 1 },
    })
    const days = `from=${iso(MORNING)}&to=${iso(MORNING + 72 * 60 * MINUTE_MS)}`
    const { agents: ofDays } = (await get(`/kpi/agents?${days}`)).json()
    expect(ofDays).toEqual(agents)
    expect((await get('/kpi/check?day=2026-11-23', 'admin')).json()).toEqual({ differences: [] })
  })

  it('say how long callers waited also at the ragged ends of a period', async () => {
    await record()
    const from = iso(MORNING - 1)
    const to = iso(MORNING + MINUTE_MS + 1)
    const { waits } = (await get(`/kpi/figures?from=${from}&to=${to}`)).json()
    const filled = waits.filter((one: (typeof waits)[number]) => one.answered + one.abandoned > 0)
    expect(filled).toEqual([
      { waitMsMax: 5_000, answered: 1, abandoned: 1 },
      { waitMsMax: 15_000, answered: 1, abandoned: 0 },
      { waitMsMax: 20_000, answered: 1, abandoned: 0 },
    ])
  })

  it.each([
    ['/kpi/figures?from=2026-11-23T01:00:00Z&to=2026-11-23T01:00:00Z', 'query.to'],
    ['/kpi/figures?from=2026-11-23T01:00:01Z&to=2026-11-23T02:00:00Z&by=hour', 'query.from'],
    ['/kpi/figures?from=2020-11-23T01:00:00Z&to=2026-11-23T02:00:00Z', 'query.to'],
    [`/kpi/nonsense/calls?${PERIOD}`, 'params.code'],
  ])('refuse %s', async (url, path) => {
    const reply = await get(url)
    expect([reply.statusCode, reply.json().error.details[0].path]).toEqual([400, path])
  })
})

describe('what figures are judged by', () => {
  it('changes from a day to come, and the old version’s figures stay', async () => {
    const before = MORNING - 24 * 60 * MINUTE_MS
    const period = `from=${iso(before)}&to=${iso(before + 60 * MINUTE_MS)}`
    await record(before)
    const put = (effectiveFrom: string) =>
      test.service.ask('admin', 'PUT', '/api/v1/kpi-targets', {
        code: 'connectRate',
        effectiveFrom,
        comparator: 'at_least',
        threshold: 0.97,
      })
    expect((await put('2026-11-23')).statusCode).toBe(400)
    expect((await put('2026-12-01')).statusCode).toBe(200)
    const definition = { answerClockStart: 'queued', answerMsMax: 3_000, shortAbandonMs: 1_000 }
    const added = await post('admin', '/kpi-definitions', {
      ...definition,
      effectiveFrom: '2026-11-24',
    })
    expect(added.json().version).toBe(2)
    const recounted = await post('admin', '/kpi-definitions/2/recount', {
      from: '2026-11-22',
      to: '2026-11-22',
    })
    expect(recounted.json()).toEqual({ version: 2, calls: 4 })
    const timely = async (version: string) =>
      (await get(`/kpi/figures?${period}${version}`)).json().rows[0].raw.counts.answeredTimely
    expect([await timely(''), await timely('&version=2')]).toEqual([2, 1])
    expect((await post('agent', '/kpi-definitions', definition)).statusCode).toBe(403)
    const arrivedAt = MORNING + 24 * 60 * MINUTE_MS
    const facts = [
      ...servedCall({ callId: 'quick', queueId: 'city', arrivedAt, waitMs: 3_000 }),
      ...servedCall({ callId: 'slow', queueId: 'city', arrivedAt, waitMs: 15_000, agentId: 'a2' }),
    ]
    await test.service.db.transaction((tx) => recordFacts(tx, numbered(facts, 1_001)))
    const both = `from=${iso(before)}&to=${iso(arrivedAt + MINUTE_MS)}`
    const { calls } = (await get(`/kpi/timelyAnswerRate/calls?${both}`)).json()
    const callIds = calls.map(({ callId }: { callId: string }) => callId).sort()
    expect(callIds).toEqual(['c1', 'c2', 'quick'])
  })
})
