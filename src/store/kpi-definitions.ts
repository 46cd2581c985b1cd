// Versions of the definition by which calls are counted. They are only ever added, each from a day to come,
// so that the figures of a day are counted by one definition from its first call to its last.
import { asc, desc, sql } from 'drizzle-orm'
import type { KpiDefinition } from '../core/kpi-definitions.ts'
import type { Queryable } from './database.ts'
import { kpiDefinitions } from './kpi-schema.ts'

export type KpiDefinitionRow = typeof kpiDefinitions.$inferSelect

/** Without the first, which is the norms' own. */
export async function listDefinitions(db: Queryable): Promise<KpiDefinitionRow[]> {
  return db.select().from(kpiDefinitions).orderBy(asc(kpiDefinitions.version))
}

/** Within a transaction. Returns it with its version. */
export async function addDefinition(
  tx: Queryable,
  definition: Omit<KpiDefinition, 'version'> & {
    readonly decidedBy: string
    readonly decidedAt: number
  },
): Promise<KpiDefinitionRow> {
  await tx.execute(sql`lock table ${kpiDefinitions} in exclusive mode`)
  const [last] = await tx
    .select({ version: kpiDefinitions.version })
    .from(kpiDefinitions)
    .orderBy(desc(kpiDefinitions.version))
    .limit(1)
  const version = (last?.version ?? 1) + 1
  const [row] = await tx
    .insert(kpiDefinitions)
    .values({ ...definition, version })
    .returning()
  if (row === undefined) throw new Error('an insert returns its row')
  return row
}
