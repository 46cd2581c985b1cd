// A whole day of the demo hotline, from midnight to midnight: what the wallboard shows at the end is
// what plain SQL finds in the recorded calls, for every queue and in total, to the last count.
import { afterEach, expect, it } from 'vitest'
import { liveHotline } from '../../src/core/live.ts'
import { figures, NO_COUNTS } from '../../src/core/metrics.ts'
import { countsOfDay } from '../../src/store/kpi.ts'
import { testDatabase } from '../support/database.ts'
import { PlayedHotline, TIME_ZONE } from '../support/played-hotline.ts'

const database = testDatabase()
const MIDNIGHT = Date.UTC(2026, 10, 22, 16)
const DAY_MS = 86_400_000
const CALLS = 180

let played: PlayedHotline | undefined
afterEach(async () => {
  await played?.stop()
  played = undefined
})

it('shows on the wallboard exactly what SQL finds in the calls of a simulated day', async () => {
  const startedAt = performance.now()
  const { db } = database
  played = await PlayedHotline.start({ db, startAt: MIDNIGHT, seed: 'a day', callsPerDay: CALLS })
  await played.playUntil(MIDNIGHT + DAY_MS - 600_000)
  played.callers.stop()
  // On a quiet day nobody is kept waiting long enough to give up; one caller thinks better of it.
  const hasty = played.simulator.call({ to: '12345', from: '13800138000' })
  await played.playUntil(MIDNIGHT + DAY_MS - 598_500)
  hasty.hangUp()
  await played.playUntil(MIDNIGHT + DAY_MS - 1)
  await played.hotline.journal.flush()
  console.log(`a day at ${Math.round(DAY_MS / (performance.now() - startedAt))} times its speed`)

  const wallboard = liveHotline(played.hotline.engine.state, played.clock.now())
  const sql = await countsOfDay(db, '2026-11-23', TIME_ZONE)
  expect(wallboard.today).toEqual(figures(sql.get('*') ?? NO_COUNTS))
  for (const queue of wallboard.queues) {
    expect(queue.today, queue.name).toEqual(figures(sql.get(queue.queueId) ?? NO_COUNTS))
  }

  const { counts } = wallboard.today
  expect(counts.inbound).toBe(played.callers.placed + 1)
  expect(counts.inbound).toBeGreaterThan(CALLS * 0.8)
  // A day on which nothing went wrong would prove little.
  expect(counts.abandonedWaiting + counts.abandonedRinging).toBeGreaterThan(0)
  expect(counts.holdsExceeded).toBeGreaterThan(0)
  expect(counts.unknownNumber).toBeGreaterThan(0)
}, 300_000)
