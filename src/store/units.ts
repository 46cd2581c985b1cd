// The directory of departments, duty phone first, as the core takes it, and the attempts to reach them.
import { asc, eq } from 'drizzle-orm'
import type { UnitSettings } from '../core/config.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { units } from './unit-schema.ts'

export async function listUnits(db: Queryable): Promise<UnitSettings[]> {
  return db.select().from(units).orderBy(asc(units.unitId))
}

export async function findUnit(db: Queryable, unitId: string): Promise<UnitSettings | null> {
  const [row] = await db.select().from(units).where(eq(units.unitId, unitId))
  return row ?? null
}

export async function createUnit(db: Database, unit: UnitSettings): Promise<Changed<UnitSettings>> {
  return refusing({ units_pkey: 'duplicate' }, [unit.unitId], async () => {
    await db.insert(units).values({ ...unit, phones: [...unit.phones] })
    return changed(unit)
  })
}

/** Takes the unit as it shall be; only its id is fixed. */
export async function updateUnit(db: Database, unit: UnitSettings): Promise<Changed<UnitSettings>> {
  const [row] = await db
    .update(units)
    .set({ ...unit, phones: [...unit.phones] })
    .where(eq(units.unitId, unit.unitId))
    .returning()
  return row === undefined ? conflict('not_found', [unit.unitId]) : changed(row)
}

export async function deleteUnit(db: Database, unitId: string): Promise<Changed<UnitSettings>> {
  const [row] = await db.delete(units).where(eq(units.unitId, unitId)).returning()
  return row === undefined ? conflict('not_found', [unitId]) : changed(row)
}
