// Configuration as it was over time: what one change made of an entry, field by field. Entries are plain
// JSON; secrets are never part of them.

/** What has a history, by the noun that the audit log uses. */
export const CONFIG_ENTITIES = [
  'queue',
  'number',
  'skill',
  'unit',
  'agent',
  'user',
  'trunk',
  'not_ready_reason',
  'agent_policy',
  'kpi_target',
  'calendar_day',
  'categories',
  'emergency_mode',
] as const
export type ConfigEntity = (typeof CONFIG_ENTITIES)[number]

export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** `found`: it was there before its history began. */
export const CONFIG_VERBS = ['found', 'created', 'changed', 'deleted'] as const
export type ConfigVerb = (typeof CONFIG_VERBS)[number]

/** What became of one entry. `before`, `after`: null where it was not there. */
export interface EntryChange {
  readonly entityId: string
  readonly before: JsonObject | null
  readonly after: JsonObject | null
}

export interface FieldChange {
  /** Names of nested fields with dots between: `hold.beginPromptBy`. */
  readonly field: string
  /** Null where there was none. */
  readonly before: Json
  readonly after: Json
}

/** Entries of one kind by id, as they were and as they are. In the order of their ids. */
export function entryChanges(
  before: ReadonlyMap<string, JsonObject>,
  after: ReadonlyMap<string, JsonObject>,
): EntryChange[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])].sort()
  return ids.flatMap((entityId) => {
    const change = {
      entityId,
      before: before.get(entityId) ?? null,
      after: after.get(entityId) ?? null,
    }
    return isSame(change.before, change.after) ? [] : [change]
  })
}

export function verbOf({ before, after }: Omit<EntryChange, 'entityId'>): ConfigVerb {
  if (before === null) return 'created'
  return after === null ? 'deleted' : 'changed'
}

/** Lists are compared as a whole: their order means something. */
export function fieldChanges(before: Json, after: Json, field = ''): FieldChange[] {
  if (isSame(before, after)) return []
  const [one, other] = [fieldsOf(before), fieldsOf(after)]
  if (one === null && other === null) return [{ field, before, after }]
  // Where one side is not there at all, the other's fields are told one by one.
  if ((one === null && before !== null) || (other === null && after !== null))
    return [{ field, before, after }]
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])].sort()
  return names.flatMap((name) =>
    fieldChanges(
      one?.[name] ?? null,
      other?.[name] ?? null,
      field === '' ? name : `${field}.${name}`,
    ),
  )
}

function fieldsOf(value: Json): JsonObject | null {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as JsonObject)
    : null
}

function isSame(one: Json, other: Json): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, i) => isSame(item, other[i] ?? null))
  const [fields, others] = [fieldsOf(one), fieldsOf(other)]
  if (fields === null || others === null) return one === other
  const names = Object.keys(fields)
  return (
    names.length === Object.keys(others).length &&
    names.every((name) => name in others && isSame(fields[name] ?? null, others[name] ?? null))
  )
}
