// The system's own proposals of exclusion windows, from what is seen to the row that people decide on.
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { liveHotline } from '../../src/core/live.ts'
import { ExclusionWatch } from '../../src/exclusion-watch.ts'
import { listAudit } from '../../src/store/audit.ts'
import { decideWindow, listWindows } from '../../src/store/exclusion-windows.ts'
import { testDatabase } from '../support/database.ts'
import { Floor, NOON, silentLog } from '../support/floor.ts'

const database = testDatabase()
const STEP_MS = 5_000
let floor: Floor
let partsLost: string[]
let watch: ExclusionWatch

beforeEach(() => {
  floor = new Floor()
  partsLost = []
  const { clock, engine } = floor
  watch = new ExclusionWatch({
    db: database.db,
    clock,
    log: silentLog,
    live: (at) => liveHotline(engine.state, at),
    partsLost: () => partsLost,
  })
})
afterEach(() => watch.stop())

async function pass(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds * 1_000; passed += STEP_MS) {
    floor.clock.advance(STEP_MS)
    await watch.look()
  }
}

async function proposed() {
  const windows = await listWindows(database.db)
  return windows.map(({ reason, startsAt, endsAt, status, declaredBy }) => [
    `${reason} ${status} by ${declaredBy}`,
    (startsAt - NOON) / 1_000,
    (endsAt - NOON) / 1_000,
  ])
}

it('proposes a stretch above capacity once, lets it grow, and goes on anew once it is decided', async () => {
  floor.ready('a1')
  floor.park('c1')
  floor.answer('c1')
  for (const callId of ['c2', 'c3']) floor.park(callId)
  await pass(60)
  expect(await proposed()).toEqual([])
  await pass(70)
  expect(await proposed()).toEqual([['over_capacity proposed by system', 5, 125]])
  const { entries } = await listAudit(database.db, { actor: 'system' }, { limit: 10 })
  expect(entries.map(({ action }) => action)).toEqual(['exclusion_window.declared'])
  const [{ windowId } = { windowId: 0 }] = await listWindows(database.db)
  const decision = { action: 'approve', by: 'admin', at: floor.clock.now() } as const
  await database.db.transaction((tx) => decideWindow(tx, windowId, decision))
  await pass(150)
  expect(await proposed()).toEqual([
    ['over_capacity approved by system', 5, 125],
    ['over_capacity proposed by system', 125, 245],
  ])
})

it('writes what happened while the database was away when it is back', async () => {
  await database.db.execute(sql`alter table kpi_exclusion_windows rename to away`)
  partsLost = ['database']
  await pass(30)
  await database.db.execute(sql`alter table away rename to kpi_exclusion_windows`)
  partsLost = []
  await pass(5)
  expect(await proposed()).toEqual([['system_fault proposed by system', 5, 35]])
})
