// The published versions of the category tree. A version is written once and never changed; of two people
// who publish at the same time, the second is told.
import { and, desc, eq, gte, isNotNull, lt, type SQL, sql } from 'drizzle-orm'
import {
  type CategoryCount,
  type CategoryNode,
  type CategoryTree,
  categoryPath,
  FIRST_CATEGORIES,
} from '../core/categories.ts'
import { categoryTrees, contactRecords } from './agent-schema.ts'
import { type Changed, changed, conflict, refusing } from './conflicts.ts'
import type { Database, Queryable } from './database.ts'

export async function currentCategories(db: Queryable): Promise<CategoryTree> {
  const [row] = await db.select().from(categoryTrees).orderBy(desc(categoryTrees.version)).limit(1)
  return row ?? FIRST_CATEGORIES
}

export async function findCategories(db: Queryable, version: number): Promise<CategoryTree | null> {
  if (version === FIRST_CATEGORIES.version) return FIRST_CATEGORIES
  const [row] = await db.select().from(categoryTrees).where(eq(categoryTrees.version, version))
  return row ?? null
}

/** Saved records of the calls that arrived from `from` until before `to`, the most frequent first. */
export async function countCategories(
  db: Queryable,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<CategoryCount[]> {
  const rows = await db
    .select({
      categoryId: sql<string>`${contactRecords.categoryId}`,
      version: sql<number>`max(${contactRecords.categoryVersion})::int`,
      calls: sql<number>`count(*)::int`,
    })
    .from(contactRecords)
    .where(isCounted(from, to))
    .groupBy(contactRecords.categoryId)
    .orderBy(desc(sql`count(*)`), contactRecords.categoryId)
  const current = await currentCategories(db)
  const counted: CategoryCount[] = []
  for (const { categoryId, version, calls } of rows) {
    let path = categoryPath(current, categoryId)
    if (path.length === 0) {
      const then = await findCategories(db, version)
      if (then !== null) path = categoryPath(then, categoryId)
    }
    counted.push({ categoryId, name: path.join(' / ') || categoryId, calls })
  }
  return counted
}

/** The same by the day on which the calls arrived; nothing is looked up. */
export async function countCategoriesByDay(
  db: Queryable,
  { from, to, timeZone }: { readonly from: number; readonly to: number; readonly timeZone: string },
): Promise<{ day: string; categoryId: string; calls: number }[]> {
  const day = sql<string>`(${contactRecords.calledAt} at time zone ${timeZone})::date::text`
  return db
    .select({
      day: day.as('day'),
      categoryId: sql<string>`${contactRecords.categoryId}`,
      calls: sql<number>`count(*)::int`,
    })
    .from(contactRecords)
    .where(isCounted(from, to))
    .groupBy(sql`1`, contactRecords.categoryId)
}

function isCounted(from: number, to: number): SQL | undefined {
  return and(
    gte(contactRecords.calledAt, from),
    lt(contactRecords.calledAt, to),
    eq(contactRecords.status, 'saved'),
    isNotNull(contactRecords.categoryId),
  )
}

/** `baseVersion` is the one that the nodes were made from. */
export async function publishCategories(
  db: Database,
  tree: {
    readonly baseVersion: number
    readonly nodes: readonly CategoryNode[]
    readonly at: number
    readonly by: string
  },
): Promise<Changed<CategoryTree>> {
  const { baseVersion, nodes, at, by } = tree
  const version = baseVersion + 1
  return refusing({ category_trees_pkey: 'stale_version' }, [String(baseVersion)], () =>
    db.transaction(async (tx) => {
      const current = await currentCategories(tx)
      if (current.version !== baseVersion) return conflict('stale_version', [String(baseVersion)])
      await tx.insert(categoryTrees).values({ version, publishedAt: at, publishedBy: by, nodes })
      return changed({ version, nodes })
    }),
  )
}
