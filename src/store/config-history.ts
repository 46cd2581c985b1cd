// The history of the configuration: read the entries of a kind as they are, note what has changed since
// they were last looked at, and list it.
import { and, desc, eq, getTableColumns, gte, lt, ne, sql } from 'drizzle-orm'
import { type ConfigEntity, entryChanges, type JsonObject, verbOf } from '../core/config-history.ts'
import { findAgentPolicy, listNotReadyReasons } from './agent-rules.ts'
import { listAgents } from './agents.ts'
import { listCalendarDays } from './calendar-days.ts'
import { currentCategories } from './categories.ts'
import { configVersions } from './config-schema.ts'
import type { Database, Queryable } from './database.ts'
import { loadEmergencyMode } from './emergency-mode.ts'
import { listTargets } from './kpi-targets.ts'
import { listNumbers } from './numbers.ts'
import { listQueues } from './queues.ts'
import { listSkills } from './skills.ts'
import { listTrunks } from './trunks.ts'
import { listUnits } from './units.ts'
import { listUsers } from './users.ts'

export type ConfigVersion = typeof configVersions.$inferSelect
/** What stands for entries of which there is only one. */
export const ONLY_ONE = 'hotline'
/** One look at a time: two would note the same change twice. */
const LOCK = 12_345_007

type Reader = (db: Queryable) => Promise<readonly (readonly [string, object])[]>

const READERS: Readonly<Record<ConfigEntity, Reader>> = {
  queue: async (db) => (await listQueues(db)).map((queue) => [queue.queueId, queue]),
  number: async (db) => (await listNumbers(db)).map((number) => [number.number, number]),
  skill: async (db) => (await listSkills(db)).map((skill) => [skill.skillId, skill]),
  unit: async (db) => (await listUnits(db)).map((unit) => [unit.unitId, unit]),
  agent: async (db) => (await listAgents(db)).map((agent) => [agent.agentId, agent]),
  user: async (db) =>
    (await listUsers(db)).map(({ userId, username, name, role, agentId, disabledAt }) => [
      String(userId),
      { username, name, role, agentId, isDisabled: disabledAt !== null },
    ]),
  trunk: async (db) => (await listTrunks(db)).map((trunk) => [trunk.trunkId, trunk]),
  not_ready_reason: async (db) =>
    (await listNotReadyReasons(db)).map((reason) => [reason.reasonId, reason]),
  agent_policy: async (db) => [[ONLY_ONE, await findAgentPolicy(db)]],
  kpi_target: async (db) =>
    (await listTargets(db)).map(({ code, effectiveFrom, comparator, threshold }) => [
      `${code} ${effectiveFrom}`,
      { code, effectiveFrom, comparator, threshold },
    ]),
  calendar_day: async (db) =>
    (await listCalendarDays(db)).map(({ day, kind, name }) => [day, { kind, name }]),
  categories: async (db) => {
    const { nodes } = await currentCategories(db)
    const order = nodes.map(({ categoryId }) => categoryId)
    const byId = Object.fromEntries(nodes.map((node) => [node.categoryId, node]))
    return [[ONLY_ONE, { order, nodes: byId }]]
  },
  emergency_mode: async (db) => {
    const mode = await loadEmergencyMode(db)
    if (mode === null) return []
    const { action, queueIds, reason } = mode
    return [[ONLY_ONE, { action, queueIds, reason }]]
  },
}

async function entriesNow(db: Queryable, entity: ConfigEntity): Promise<Map<string, JsonObject>> {
  const entries = await READERS[entity](db)
  return new Map(entries.map(([id, value]) => [id, JSON.parse(JSON.stringify(value))]))
}

async function entriesKnown(db: Queryable, entity: ConfigEntity): Promise<Map<string, JsonObject>> {
  const rows = await db
    .selectDistinctOn([configVersions.entityId])
    .from(configVersions)
    .where(eq(configVersions.entity, entity))
    .orderBy(configVersions.entityId, desc(configVersions.versionId))
  return new Map(rows.flatMap(({ entityId, after }) => (after === null ? [] : [[entityId, after]])))
}

/**
 * Notes what of the kind has changed since the last look, as changes of `by`; null: as what was found there.
 * Returns the new versions.
 */
export async function noteConfigChanges(
  db: Database,
  entity: ConfigEntity,
  { by, at }: { readonly by: string | null; readonly at: number },
): Promise<readonly ConfigVersion[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`)
    const changes = entryChanges(await entriesKnown(tx, entity), await entriesNow(tx, entity))
    if (changes.length === 0) return []
    const rows = changes.map((change) => ({
      ...change,
      entity,
      at,
      by: by ?? 'system',
      verb: by === null && change.before === null ? ('found' as const) : verbOf(change),
    }))
    return tx.insert(configVersions).values(rows).returning()
  })
}

export interface ConfigFilter {
  readonly entity?: ConfigEntity
  /** Together with `entity`. */
  readonly entityId?: string
  readonly by?: string
  /** At or after. */
  readonly from?: number
  /** Before. */
  readonly to?: number
  readonly seesUsers: boolean
}

export type ListedVersion = ConfigVersion & { readonly latestVersionId: number }

/** Changes, newest first, without what was only found there. `before`: the next page begins below it. */
export async function listConfigVersions(
  db: Queryable,
  filter: ConfigFilter,
  page: { readonly limit: number; readonly before?: number | undefined },
): Promise<{ readonly versions: readonly ListedVersion[]; readonly next: number | null }> {
  const { entity, entityId, by, from, to, seesUsers } = filter
  const rows = await db
    .select({
      ...getTableColumns(configVersions),
      // Drizzle leaves out the table's name where there is only one, and the inner one would be meant.
      latestVersionId: sql<number>`(select max(later.version_id) from config_versions later
        where later.entity = config_versions.entity
          and later.entity_id = config_versions.entity_id)`.mapWith(Number),
    })
    .from(configVersions)
    .where(
      and(
        ne(configVersions.verb, 'found'),
        seesUsers ? undefined : ne(configVersions.entity, 'user'),
        entity === undefined ? undefined : eq(configVersions.entity, entity),
        entityId === undefined ? undefined : eq(configVersions.entityId, entityId),
        by === undefined ? undefined : eq(configVersions.by, by),
        from === undefined ? undefined : gte(configVersions.at, from),
        to === undefined ? undefined : lt(configVersions.at, to),
        page.before === undefined ? undefined : lt(configVersions.versionId, page.before),
      ),
    )
    .orderBy(desc(configVersions.versionId))
    .limit(page.limit + 1)
  const versions = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? versions.at(-1) : undefined
  return { versions, next: last?.versionId ?? null }
}

export async function findConfigVersion(
  db: Queryable,
  versionId: number,
): Promise<ConfigVersion | null> {
  const [row] = await db
    .select()
    .from(configVersions)
    .where(eq(configVersions.versionId, versionId))
  return row ?? null
}

/** The latest version of an entry. */
export async function latestVersion(
  db: Queryable,
  { entity, entityId }: Pick<ConfigVersion, 'entity' | 'entityId'>,
): Promise<ConfigVersion | null> {
  const [row] = await db
    .select()
    .from(configVersions)
    .where(and(eq(configVersions.entity, entity), eq(configVersions.entityId, entityId)))
    .orderBy(desc(configVersions.versionId))
    .limit(1)
  return row ?? null
}
