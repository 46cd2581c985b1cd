// Changes that the records would not take, as values with the ids concerned. Only what is no such conflict
// is thrown.
import { inArray } from 'drizzle-orm'
import { CONFLICTS, type ConflictCode } from '../core/conflicts.ts'
import type { Queryable } from './database.ts'
import { skills } from './schema.ts'
import { constraintOf, sqlStateOf } from './sql-errors.ts'

export interface Conflict {
  readonly code: ConflictCode
  readonly message: string
  /** What it is about: the unknown skills, the numbers of the queue, … */
  readonly ids: readonly string[]
}

/** The outcome of a change: what stands in the records now, or why nothing was changed. */
export type Changed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly conflict: Conflict }

export function changed<T>(value: T): Changed<T> {
  return { ok: true, value }
}

export function conflict(code: ConflictCode, ids: readonly string[]): Changed<never> {
  return { ok: false, conflict: { code, message: CONFLICTS[code], ids } }
}

/** Which conflict each constraint stands for; both sides of a foreign key raise it under one name. */
type Meanings = Readonly<Record<string, ConflictCode>>

/**
 * Runs a change and turns a refused constraint into its conflict. `run` may be a whole transaction: by
 * then it has been rolled back.
 */
export async function refusing<T>(
  meanings: Meanings,
  ids: readonly string[],
  run: () => Promise<Changed<T>>,
): Promise<Changed<T>> {
  try {
    return await run()
  } catch (error) {
    const meaning = meanings[constraintOf(error) ?? '']
    if (meaning === undefined || sqlStateOf(error)?.startsWith('23') !== true) throw error
    return conflict(meaning, ids)
  }
}

/** Null when all exist; they then cannot be deleted before the transaction ends. */
export async function unknownSkills(
  tx: Queryable,
  skillIds: readonly string[],
): Promise<Changed<never> | null> {
  if (skillIds.length === 0) return null
  const rows = await tx
    .select({ skillId: skills.skillId })
    .from(skills)
    .where(inArray(skills.skillId, [...skillIds]))
    .for('key share')
  const known = new Set(rows.map(({ skillId }) => skillId))
  const unknown = skillIds.filter((skillId) => !known.has(skillId))
  return unknown.length === 0 ? null : conflict('unknown_skill', unknown)
}
