// A long list read page by page, newest first. Its filter stands in the address, so that a search can be
// kept, sent to a colleague, and is there again after looking at one entry.
import { computed, onMounted, ref, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { get } from '../api.ts'
import { faultText } from './faults.ts'

const PAGE_SIZE = 50

export interface PagedListOptions<Filter extends Record<string, string>> {
  /** Below `/api/v1`. */
  readonly path: string
  /** The name of the list in the reply. */
  readonly list: string
  /** Every filter with its value where the address says nothing; empty: not asked for. */
  readonly filter: Filter
  /** From what people choose to what the service takes. */
  readonly queryOf?: (filter: Filter) => Record<string, string | undefined>
}

export function usePagedList<Row, Filter extends Record<string, string>>(
  options: PagedListOptions<Filter>,
) {
  const route = useRoute()
  const router = useRouter()
  const rows = shallowRef<readonly Row[]>([])
  const nextCursor = ref<string | null>(null)
  const isLoading = ref(false)
  const fault = ref<string | null>(null)
  let asked = 0

  const filter = computed<Filter>(() => {
    const names = Object.keys(options.filter)
    const values = names.map((name) => [name, String(route.query[name] ?? options.filter[name])])
    return Object.fromEntries(values) as Filter
  })

  function change(part: Partial<Filter>): void {
    const next = { ...filter.value, ...part }
    const query: Record<string, string> = {}
    for (const [name, value] of Object.entries(next)) {
      if (value !== '' && value !== options.filter[name]) query[name] = value
    }
    void router.replace({ query })
  }

  async function read(cursor: string | null): Promise<void> {
    asked += 1
    const mine = asked
    isLoading.value = true
    fault.value = null
    try {
      const query = options.queryOf?.(filter.value) ?? filter.value
      const reply = await get<Record<string, Row[]> & { nextCursor: string | null }>(options.path, {
        ...query,
        limit: PAGE_SIZE,
        cursor,
      })
      // A later question was asked meanwhile; its answer is the one to show.
      if (mine !== asked) return
      const more = reply[options.list] ?? []
      rows.value = cursor === null ? more : [...rows.value, ...more]
      nextCursor.value = reply.nextCursor
    } catch (error) {
      if (mine === asked) fault.value = faultText(error)
    }
    if (mine === asked) isLoading.value = false
  }

  onMounted(() => read(null))
  watch(
    () => JSON.stringify(filter.value),
    () => void read(null),
  )

  return {
    rows,
    filter,
    change,
    isLoading,
    fault,
    hasMore: computed(() => nextCursor.value !== null),
    more: () => read(nextCursor.value),
    reload: () => read(null),
    reset: () => void router.replace({ query: {} }),
  }
}
