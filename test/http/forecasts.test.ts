// Forecasts over HTTP: from the sums of days that have passed, changed by the calendar, and in force on the
// floor as an alarm when too few agents are there.
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/core/permissions.ts'
import { listAdvice } from '../../src/store/forecasts.ts'
import { testService } from '../support/service.ts'

const test = testService()
const ask = (method: 'GET' | 'PUT' | 'DELETE', url: string, body?: unknown, role: Role = 'admin') =>
  test.service.ask(role, method, `/api/v1${url}`, body)

/** The floor's clock stands at 12:00 of Monday 2026-11-23. The same calls at every noon of seven weeks. */
async function noons(calls: number, queueId = 'city'): Promise<void> {
  const counts = JSON.stringify({
    inbound: calls,
    queued: calls,
    answered: calls,
    answeredTimely: calls,
    talkMs: calls * 240_000,
    waitMsAnswered: calls * 4_000,
  })
  for (const [dimension, key] of [
    ['total', ''],
    ['queue', queueId],
  ]) {
    for (const grain of ['quarter', 'day']) {
      const hour = grain === 'day' ? 0 : 12
      await test.service.db.execute(sql`
        insert into kpi_aggregates (dimension, key, grain, version, start_at, counts)
        select ${dimension}, ${key}, ${grain}, 1,
          (date '2026-11-23' - n + make_interval(hours => ${hour})) at time zone 'Asia/Shanghai', ${counts}::jsonb
        from generate_series(1, 49) n`)
    }
  }
}

describe('a forecast', () => {
  it('says what each half hour brings, whom it asks for, and what it was wrong by', async () => {
    await noons(60)
    const reply = (await ask('GET', '/kpi/forecast?queueId=city', undefined, 'shift_leader')).json()
    expect(reply.days).toHaveLength(7)
    const [today] = reply.days
    expect(today).toMatchObject({ day: '2026-11-23', kind: null, basedOn: expect.any(Array) })
    expect(today.basedOn[0]).toBe('2026-11-16')
    expect(today.calls).toBeCloseTo(60, 9)
    const noon = today.halfHours[24]
    expect(noon.startAt).toBe('2026-11-23T12:00:00.000+08:00')
    expect(noon.calls).toBeCloseTo(60, 9)
    expect([noon.low < 60, noon.high > 60]).toEqual([true, true])
    // 120 calls an hour of four minutes are 8 Erlang.
    expect(noon.agentsErlangA).toBeGreaterThanOrEqual(8)
    expect(noon.agentsErlangC).toBeGreaterThanOrEqual(noon.agentsErlangA)
    expect(today.halfHours[0]).toMatchObject({ calls: 0, agentsErlangA: null })
    expect(reply.basis).toMatchObject({ handleMs: 240_000, answerMsMax: 15_000 })
    expect(reply.pastError.days).toHaveLength(28)
    expect(reply.pastError.error).toBeCloseTo(0, 9)
  })

  it('is none where there is too little to go by, and says so', async () => {
    const { days, basis, pastError } = (await ask('GET', '/kpi/forecast')).json()
    expect(days[0]).toMatchObject({ calls: null, halfHours: null, basedOn: [] })
    expect([basis, pastError.error]).toEqual([null, null])
  })

  it.each([
    ['?from=2026-11-22', 400],
    ['?from=2026-11-24&to=2026-11-23', 400],
    ['?from=2026-11-24&to=2026-12-24', 400],
    ['?queueId=unheard-of', 404],
  ])('%s is refused', async (query, status) => {
    expect((await ask('GET', `/kpi/forecast${query}`)).statusCode).toBe(status)
  })

  it('is not for agents', async () => {
    expect((await ask('GET', '/kpi/forecast', undefined, 'agent')).statusCode).toBe(403)
  })
})

describe('the calendar', () => {
  it('changes what a day is like, and the advice of today with it', async () => {
    await noons(60)
    expect(
      (await ask('PUT', '/calendar-days/2026-11-23', { kind: 'holiday', name: '休' })).statusCode,
    ).toBe(200)
    const [today] = (await ask('GET', '/kpi/forecast')).json().days
    // No holiday is known: Sundays it is.
    expect([today.kind, today.basedOn[0]]).toEqual(['holiday', '2026-11-22'])
    expect((await ask('GET', '/calendar-days')).json().days).toEqual([
      { day: '2026-11-23', kind: 'holiday', name: '休' },
    ])
    const advice = await listAdvice(test.service.db, test.service.floor.clock.now())
    expect(advice.map(({ queueId }) => queueId)).toContain('city')
    expect((await ask('DELETE', '/calendar-days/2026-11-23')).statusCode).toBe(204)
    expect((await ask('DELETE', '/calendar-days/2026-11-23')).statusCode).toBe(404)
    const { versions } = (await ask('GET', '/config-history?entity=calendar_day')).json()
    expect(versions.map(({ verb }: { verb: string }) => verb)).toEqual(['deleted', 'created'])
  })

  it('is kept by administrators', async () => {
    const body = { kind: 'event', name: '马拉松' }
    expect((await ask('PUT', '/calendar-days/2026-11-29', body, 'shift_leader')).statusCode).toBe(
      403,
    )
    expect((await ask('PUT', '/calendar-days/2026-11-31', body)).statusCode).toBe(400)
  })
})

it('too few agents for this half hour are an alarm of the queue until enough are there', async () => {
  await noons(8)
  await ask('PUT', '/calendar-days/2026-12-25', { kind: 'event', name: '任意一天' })
  const queue = async () => {
    const { queues } = (await ask('GET', '/live/hotline')).json()
    return queues.find(({ queueId }: { queueId: string }) => queueId === 'city')
  }
  const { agentsAdvised, alarms } = await queue()
  expect(agentsAdvised).toBeGreaterThan(0)
  expect(alarms).toContainEqual({ code: 'understaffed', level: 'warning', since: null })
  expect((await test.service.app.inject({ url: '/metrics' })).body).toContain(
    `yingda_agents_advised{queue="city"} ${agentsAdvised}`,
  )
})
