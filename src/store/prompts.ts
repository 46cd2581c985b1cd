// Versions of recorded prompts: added, made the one that callers hear, and deleted. At most one of a
// prompt and language is active; with none, the prompt that ships is heard.
import { and, asc, desc, eq, isNull, max, sql } from 'drizzle-orm'
import { BEEP, type Language, PROMPTS, type PromptId } from '../core/prompts.ts'
import { type Changed, changed, conflict } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'
import { promptVersions } from './prompt-schema.ts'

export type PromptVersion = typeof promptVersions.$inferSelect

export interface PromptKey {
  readonly promptId: PromptId
  readonly language: Language
}

export type NewPromptVersion = PromptKey &
  Pick<
    PromptVersion,
    'sha256' | 'sizeBytes' | 'durationMs' | 'uploadedBy' | 'uploadedAt' | 'isActive' | 'note'
  >

/** Runs within the transaction of the change; what it throws undoes it. */
type Also<T> = (tx: Queryable, value: T) => Promise<void>

/** Newest first, without deleted ones. */
export async function listPromptVersions(
  db: Queryable,
  only: Partial<PromptKey> = {},
): Promise<PromptVersion[]> {
  const { promptId, language } = only
  return db
    .select()
    .from(promptVersions)
    .where(
      and(
        isNull(promptVersions.deletedAt),
        promptId === undefined ? undefined : eq(promptVersions.promptId, promptId),
        language === undefined ? undefined : eq(promptVersions.language, language),
      ),
    )
    .orderBy(asc(promptVersions.promptId), promptVersions.language, desc(promptVersions.version))
}

export async function listActivePrompts(db: Queryable): Promise<PromptVersion[]> {
  return db.select().from(promptVersions).where(eq(promptVersions.isActive, true))
}

export async function findPromptVersion(
  db: Queryable,
  key: PromptKey,
  version: number,
): Promise<PromptVersion | null> {
  const [row] = await db.select().from(promptVersions).where(isVersion(key, version))
  return row ?? null
}

/** `also` keeps the file: the version exists with its file or not at all. */
export async function addPromptVersion(
  db: Database,
  added: NewPromptVersion,
  also: Also<PromptVersion>,
): Promise<PromptVersion> {
  return db.transaction(async (tx) => {
    await lock(tx, added)
    const [last] = await tx
      .select({ version: max(promptVersions.version) })
      .from(promptVersions)
      .where(isKey(added))
    if (added.isActive) await deactivate(tx, added)
    const version = (last?.version ?? 0) + 1
    const row: PromptVersion = { ...added, version, deletedAt: null }
    await tx.insert(promptVersions).values(row)
    await also(tx, row)
    return row
  })
}

/** Null: back to what ships, which not every prompt has. */
export async function activatePromptVersion(
  db: Database,
  key: PromptKey,
  version: number | null,
  also: Also<number | null>,
): Promise<Changed<number | null>> {
  if (version === null && !PROMPTS.includes(key.promptId) && key.promptId !== BEEP) {
    return conflict('no_default', [key.promptId])
  }
  return db.transaction(async (tx) => {
    await lock(tx, key)
    if (version !== null && (await findPromptVersion(tx, key, version)) === null) {
      return conflict('not_found', [String(version)])
    }
    await deactivate(tx, key)
    if (version !== null) {
      await tx.update(promptVersions).set({ isActive: true }).where(isVersion(key, version))
    }
    await also(tx, version)
    return changed(version)
  })
}

/** What callers hear is not deleted. */
export async function deletePromptVersion(
  db: Database,
  key: PromptKey,
  { version, at }: { readonly version: number; readonly at: number },
  also: Also<PromptVersion>,
): Promise<Changed<PromptVersion>> {
  return db.transaction(async (tx) => {
    await lock(tx, key)
    const row = await findPromptVersion(tx, key, version)
    if (row === null) return conflict('not_found', [String(version)])
    if (row.isActive) return conflict('prompt_in_use', [String(version)])
    await tx.update(promptVersions).set({ deletedAt: at }).where(isVersion(key, version))
    await also(tx, row)
    return changed(row)
  })
}

/** One change of a prompt at a time, or two uploads would be the same version. */
async function lock(tx: Queryable, { promptId, language }: PromptKey): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`prompt/${language}/${promptId}`}))`)
}

async function deactivate(tx: Queryable, key: PromptKey): Promise<void> {
  await tx
    .update(promptVersions)
    .set({ isActive: false })
    .where(and(isKey(key), eq(promptVersions.isActive, true)))
}

function isKey({ promptId, language }: PromptKey) {
  return and(eq(promptVersions.promptId, promptId), eq(promptVersions.language, language))
}

function isVersion(key: PromptKey, version: number) {
  return and(isKey(key), eq(promptVersions.version, version), isNull(promptVersions.deletedAt))
}
