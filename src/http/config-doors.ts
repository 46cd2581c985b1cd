// By which requests entries of the configuration are made, changed and deleted: for finding out what a
// request has changed, and for taking a change back.
import { type ConfigEntity, fieldChanges, type JsonObject } from '../core/config-history.ts'
import { currentCategories } from '../store/categories.ts'
import type { ConfigVersion } from '../store/config-history.ts'
import type { Queryable } from '../store/database.ts'

export interface Door {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/api/v1`. */
  readonly url: string
  readonly payload?: Record<string, unknown>
}

interface Doors {
  readonly path: string
  /** The field that names an entry. */
  readonly idField?: string
  /** Its routes write to the audit log themselves. */
  readonly isAudited?: true
}

const DOORS: Readonly<Record<ConfigEntity, Doors>> = {
  queue: { path: '/queues', idField: 'queueId' },
  number: { path: '/numbers', idField: 'number' },
  skill: { path: '/skills', idField: 'skillId' },
  unit: { path: '/units', idField: 'unitId', isAudited: true },
  agent: { path: '/agents', idField: 'agentId' },
  user: { path: '/users' },
  trunk: { path: '/trunks', idField: 'trunkId' },
  not_ready_reason: { path: '/not-ready-reasons', idField: 'reasonId', isAudited: true },
  agent_policy: { path: '/agent-policy', isAudited: true },
  kpi_target: { path: '/kpi-targets', isAudited: true },
  calendar_day: { path: '/calendar-days' },
  categories: { path: '/categories', isAudited: true },
  emergency_mode: { path: '/emergency-mode', isAudited: true },
}

/** The shift leader's way to an agent's skills. */
const RESKILLING = '/floor/agents/:agentId/skills'

/** The tree by id, so that a change of one category is told as that. */
interface CategoriesEntry {
  readonly order: readonly string[]
  readonly nodes: Readonly<Record<string, JsonObject>>
}

/** `url`: a route's pattern. Null where no entry with a history is behind it. */
export function entityBehind(url: string): ConfigEntity | null {
  const path = pathOf(url)
  if (path === RESKILLING) return 'agent'
  const found = Object.entries(DOORS).find(
    ([, doors]) => path === doors.path || path.startsWith(`${doors.path}/`),
  )
  return (found?.[0] as ConfigEntity | undefined) ?? null
}

export function isAuditedByRoute(entity: ConfigEntity, url: string): boolean {
  return DOORS[entity].isAudited === true || pathOf(url) === RESKILLING
}

function pathOf(url: string): string {
  return url.replace(/^\/api\/v1/, '')
}

/** The request that makes of `now` what was there before the version; null where there is none. */
export async function rollBackOf(
  db: Queryable,
  { entity, entityId, before }: ConfigVersion,
  now: JsonObject | null,
): Promise<Door | null> {
  if (fieldChanges(now, before).length === 0) return null
  const { path, idField } = DOORS[entity]
  const entry = `${path}/${encodeURIComponent(entityId)}`
  switch (entity) {
    case 'categories': {
      if (before === null) return null
      const { version: baseVersion } = await currentCategories(db)
      const { order, nodes } = before as unknown as CategoriesEntry
      return {
        method: 'PUT',
        url: path,
        payload: { baseVersion, nodes: order.map((categoryId) => nodes[categoryId]) },
      }
    }
    case 'agent_policy':
      return before === null ? null : { method: 'PATCH', url: path, payload: { ...before } }
    case 'kpi_target':
      return before === null
        ? { method: 'DELETE', url: `${path}/${entityId.replace(' ', '/')}` }
        : { method: 'PUT', url: path, payload: { ...before } }
    case 'calendar_day':
      return before === null
        ? { method: 'DELETE', url: entry }
        : { method: 'PUT', url: entry, payload: { ...before } }
    case 'not_ready_reason':
      return before === null ? null : { method: 'PUT', url: entry, payload: rest(before, idField) }
    case 'emergency_mode':
      return before === null
        ? { method: 'DELETE', url: path }
        : { method: 'PUT', url: path, payload: { ...before } }
    case 'number':
      if (before === null) return { method: 'DELETE', url: entry }
      if (now === null) return { method: 'POST', url: path, payload: { ...before } }
      // A number is never changed without its queue.
      return { method: 'PATCH', url: entry, payload: rest(before, idField) }
    case 'user':
      // Users are disabled, never deleted, and a password is needed to make one.
      return before === null || now === null
        ? null
        : { method: 'PATCH', url: entry, payload: changed(now, before) }
    default:
      if (before === null) return { method: 'DELETE', url: entry }
      if (now === null) return { method: 'POST', url: path, payload: { ...before } }
      return { method: 'PATCH', url: entry, payload: changed(now, before) }
  }
}

/** The fields that differ, as they shall be. */
function changed(now: JsonObject, wanted: JsonObject): Record<string, unknown> {
  const names = new Set(fieldChanges(now, wanted).map(({ field }) => field.split('.')[0] ?? ''))
  return Object.fromEntries([...names].map((name) => [name, wanted[name]]))
}

function rest(entry: JsonObject, idField = ''): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== idField))
}
