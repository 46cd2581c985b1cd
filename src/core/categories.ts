// What calls are about: a tree that the administrators edit. It is published whole, each time as
// a new version, and records keep the version they were classified with, so that a category which is
// renamed or taken away later still reads as it did.
export type CategoryId = string

/** How a matter of the category is normally handled. */
export const HANDLING_MODES = ['answer', 'transfer', 'work_order'] as const
export type HandlingMode = (typeof HANDLING_MODES)[number]

/** How soon it must be answered: one, five or three working days, or as agreed (R-156 ff.). */
export const DEADLINE_CLASSES = ['consult', 'ordinary', 'urgent', 'none'] as const
export type DeadlineClass = (typeof DEADLINE_CLASSES)[number]

export interface CategoryNode {
  readonly categoryId: CategoryId
  /** Null at the top. */
  readonly parentId: CategoryId | null
  readonly name: string
  /** Who normally handles it; null: decided case by case. */
  readonly unit: string | null
  readonly handlingMode: HandlingMode
  readonly deadlineClass: DeadlineClass
}

export interface CategoryTree {
  /** 0 is what every hotline begins with; the first that is published is 1. */
  readonly version: number
  readonly nodes: readonly CategoryNode[]
}

/** How many calls were about it. */
export interface CategoryCount {
  readonly categoryId: CategoryId
  /** Names from the top down, as the newest version that has it says. */
  readonly name: string
  readonly calls: number
}

export const CATEGORY_DEPTH_MAX = 5

export interface CategoryFault {
  /** Place in the list. */
  readonly index: number
  readonly field: 'categoryId' | 'parentId'
  readonly message: string
}

/** What is wrong with a tree that somebody wants to publish; nothing if it is one. */
export function categoryFaults(nodes: readonly CategoryNode[]): CategoryFault[] {
  const parents = new Map(nodes.map((node) => [node.categoryId, node.parentId]))
  const seen = new Set<CategoryId>()
  return nodes.flatMap(({ categoryId, parentId }, index): CategoryFault[] => {
    if (seen.has(categoryId)) {
      return [{ index, field: 'categoryId', message: 'The id is there twice.' }]
    }
    seen.add(categoryId)
    if (parentId === null) return []
    if (!parents.has(parentId)) {
      return [{ index, field: 'parentId', message: 'No such category.' }]
    }
    if (depthOf(parents, categoryId) === null) {
      const message = `Not below itself, and at most ${CATEGORY_DEPTH_MAX} levels.`
      return [{ index, field: 'parentId', message }]
    }
    return []
  })
}

/** From 1 at the top; null where it is deeper than allowed, which a circle always is. */
function depthOf(
  parents: ReadonlyMap<CategoryId, CategoryId | null>,
  categoryId: CategoryId,
): number | null {
  let above = parents.get(categoryId) ?? null
  for (let depth = 1; depth <= CATEGORY_DEPTH_MAX; depth += 1) {
    if (above === null) return depth
    above = parents.get(above) ?? null
  }
  return null
}

export function categoryOf(tree: CategoryTree, categoryId: CategoryId): CategoryNode | null {
  return tree.nodes.find((node) => node.categoryId === categoryId) ?? null
}

/** Names from the top down, as people read it: 城市管理 / 市容环卫. */
export function categoryPath(tree: CategoryTree, categoryId: CategoryId): readonly string[] {
  const path: string[] = []
  let node = categoryOf(tree, categoryId)
  while (node !== null && path.length < CATEGORY_DEPTH_MAX) {
    path.unshift(node.name)
    node = node.parentId === null ? null : categoryOf(tree, node.parentId)
  }
  return path
}

/** The one at the top that it is below, or is itself; null for one that the tree does not have. */
export function topCategory(tree: CategoryTree, categoryId: CategoryId): CategoryNode | null {
  let node = categoryOf(tree, categoryId)
  for (let depth = 1; depth < CATEGORY_DEPTH_MAX && node !== null; depth += 1) {
    if (node.parentId === null) break
    node = categoryOf(tree, node.parentId)
  }
  return node
}

/** A hotline that has published nothing yet classifies by these. */
export const FIRST_CATEGORIES: CategoryTree = {
  version: 0,
  nodes: [
    top('city', '城市管理', 'work_order', 'ordinary'),
    top('housing', '住房和城乡建设', 'work_order', 'ordinary'),
    top('transport', '交通出行', 'work_order', 'ordinary'),
    top('environment', '生态环境', 'work_order', 'ordinary'),
    top('labour', '劳动和社会保障', 'answer', 'consult'),
    top('health', '医疗卫生', 'answer', 'consult'),
    top('education', '教育', 'answer', 'consult'),
    top('public_security', '公安户籍', 'answer', 'consult'),
    top('market', '市场监管和消费维权', 'work_order', 'ordinary'),
    top('utilities', '供水供电供气', 'work_order', 'urgent'),
    top('rural', '农业农村', 'work_order', 'ordinary'),
    top('services', '政务服务', 'answer', 'consult'),
    top('discipline', '作风和效能', 'work_order', 'ordinary'),
    top('other', '其他', 'answer', 'none'),
  ],
}

function top(
  categoryId: CategoryId,
  name: string,
  handlingMode: HandlingMode,
  deadlineClass: DeadlineClass,
): CategoryNode {
  return { categoryId, parentId: null, name, unit: null, handlingMode, deadlineClass }
}
