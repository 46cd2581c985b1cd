// What happens to the figures by the clock: the night's check and the morning's reports, each once.
import { expect, it } from 'vitest'
import { KpiWatch } from '../../src/kpi-watch.ts'
import { kpiAggregates } from '../../src/store/kpi-schema.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { listReports } from '../../src/store/reports.ts'
import { testDatabase } from '../support/database.ts'
import { MORNING, numbered, servedCall } from '../support/facts.ts'
import { keptLog } from '../support/floor.ts'
import { ManualClock } from '../support/manual-clock.ts'

const database = testDatabase()
const HOUR_MS = 3_600_000

it('checks the day in the night, tells of a difference, and makes each report once at 08:00', async () => {
  const { db } = database
  await db.transaction((tx) => recordFacts(tx, numbered(servedCall({ callId: 'c1' }))))
  const clock = new ManualClock(MORNING + 15 * HOUR_MS + 11 * 60_000)
  const { log } = keptLog()
  const watch = new KpiWatch({ db, clock, log, timeZone: 'Asia/Shanghai', reload: async () => {} })
  await watch.look()
  expect(watch.differences).toBe(0)
  expect(await listReports(db, 10)).toEqual([])

  clock.advance(8 * HOUR_MS)
  await watch.look()
  await watch.look()
  const made = await listReports(db, 10)
  expect(
    made.map(({ kind, fromDay, status, requestedBy }) => [kind, fromDay, status, requestedBy]),
  ).toEqual([
    ['daily', '2026-11-23', 'done', 'schedule'],
    ['interval', '2026-11-23', 'done', 'schedule'],
  ])
  await watch.stop()

  await db.update(kpiAggregates).set({ counts: { inbound: 2 } })
  const again = new KpiWatch({ db, clock, log, timeZone: 'Asia/Shanghai', reload: async () => {} })
  await again.look()
  expect(again.differences).toBeGreaterThan(0)
  expect(await listReports(db, 10)).toHaveLength(2)
  await again.stop()
})
