// The emergency mode: at most one row, and while it is there, it is on. Who switched it when is in the
// audit log.
import type { EmergencyMode } from '../core/entry-policy.ts'
import type { Queryable } from './database.ts'
import { emergencyMode } from './schema.ts'

export async function loadEmergencyMode(db: Queryable): Promise<EmergencyMode | null> {
  const [row] = await db.select().from(emergencyMode)
  return row?.mode ?? null
}

/** Null switches it off. */
export async function saveEmergencyMode(db: Queryable, mode: EmergencyMode | null): Promise<void> {
  await db.delete(emergencyMode)
  if (mode !== null) await db.insert(emergencyMode).values({ only: true, mode })
}
