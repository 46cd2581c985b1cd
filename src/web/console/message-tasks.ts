// Messages that callers left: one's own first, then those that nobody has taken. Both are asked for by
// status, page by page, so that an old message is found behind any number of finished ones.
import { computed, ref, shallowRef } from 'vue'
import { get } from '../api.ts'

export interface Message {
  readonly callId: string
  readonly from: string
  readonly leftAt: string
  readonly assignedTo: string | null
  readonly isPlayable: boolean
}

interface Page {
  readonly messages: readonly Message[]
  readonly nextCursor: string | null
}
type Query = Readonly<Record<string, string>>

const PAGE_SIZE = 10
const NOTHING: Page = { messages: [], nextCursor: null }

export class MessageTasks {
  readonly #mine = shallowRef<Page>(NOTHING)
  readonly #free = shallowRef<Page>(NOTHING)
  readonly isLoading = ref(false)
  readonly messages = computed(() => [...this.#mine.value.messages, ...this.#free.value.messages])
  readonly hasMore = computed(
    () => this.#mine.value.nextCursor !== null || this.#free.value.nextCursor !== null,
  )
  readonly #agentId: string

  constructor(agentId: string) {
    this.#agentId = agentId
  }

  /** As many of each as are shown already, or one page. Throws `ApiFault`. */
  async load(): Promise<void> {
    const sizeOf = ({ messages }: Page) => Math.max(PAGE_SIZE, Math.min(200, messages.length))
    const [mine, free] = await Promise.all([
      this.#page(this.#mineQuery(), sizeOf(this.#mine.value), null),
      this.#page(FREE, sizeOf(this.#free.value), null),
    ])
    this.#mine.value = mine
    this.#free.value = free
  }

  /** The next page of one's own, and once they are all there, of those that are free. Throws `ApiFault`. */
  async more(): Promise<void> {
    const list = this.#mine.value.nextCursor === null ? this.#free : this.#mine
    const query = list === this.#mine ? this.#mineQuery() : FREE
    const { messages, nextCursor } = list.value
    this.isLoading.value = true
    try {
      const page = await this.#page(query, PAGE_SIZE, nextCursor)
      list.value = { ...page, messages: [...messages, ...page.messages] }
    } finally {
      this.isLoading.value = false
    }
  }

  #mineQuery(): Query {
    return { status: 'assigned', assignedTo: this.#agentId }
  }

  #page(query: Query, limit: number, cursor: string | null): Promise<Page> {
    return get<Page>('/messages', { ...query, limit, cursor })
  }
}

const FREE: Query = { status: 'new' }
