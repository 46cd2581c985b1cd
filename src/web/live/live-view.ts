// The connection of a console or of the floor to the service: reconnects for ever, keeps the last view
// while it is gone, and says when the view may be old. What is shown comes from here alone, so that a
// page never believes its own guess of a call.
import { io, type Socket } from 'socket.io-client'
import { computed, onUnmounted, ref, shallowRef } from 'vue'
import {
  deltaReceived,
  isOverdue,
  type Numbered,
  type NumberedFeed,
  type Received,
  snapshotReceived,
  tickReceived,
} from './numbered-feed.ts'

export interface LiveAlert {
  readonly code: string
  readonly callId: string | null
  readonly agentId: string | null
  readonly at: string
}

export interface LiveViewOptions<View, Delta> {
  readonly namespace: '/agent' | '/supervisor'
  readonly change: (view: View, delta: Delta) => View
  readonly onAlert?: (alert: LiveAlert) => void
  /** The service refused the connection: `unauthenticated`, `forbidden`, `no_agent`, `unavailable`. */
  readonly onRefused?: (code: string) => void
}

const SECOND_MS = 1_000
/** After the service itself has closed or refused the connection; Socket.IO leaves these to us. */
const RETRY_MS = 3_000

export function useLiveView<View, Delta extends object>(options: LiveViewOptions<View, Delta>) {
  const feed = shallowRef<NumberedFeed<View> | null>(null)
  const isConnected = ref(false)
  const pageNow = ref(Date.now())
  let retry: ReturnType<typeof setTimeout> | undefined
  const clock = setInterval(() => {
    pageNow.value = Date.now()
  }, SECOND_MS / 4)
  const socket: Socket = io(options.namespace, {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelayMax: 3_000,
    forceNew: true,
  })

  const take = (received: Received<View>): void => {
    feed.value = received.feed
    if (received.needsResync) socket.emit('resync')
  }
  const retryLater = (): void => {
    clearTimeout(retry)
    retry = setTimeout(() => socket.connect(), RETRY_MS)
  }
  socket.on('snapshot', (message: (Numbered & { view: View }) | null) => {
    if (message === null) return
    isConnected.value = true
    take(snapshotReceived(feed.value, message, Date.now()))
  })
  socket.on('delta', ({ seq, at, ...delta }: Numbered & Delta) => {
    take(
      deltaReceived(feed.value, { seq, at }, Date.now(), (view) =>
        options.change(view, delta as unknown as Delta),
      ),
    )
  })
  socket.on('tick', (message: Numbered) => take(tickReceived(feed.value, message, Date.now())))
  socket.on('alert', (alert: LiveAlert) => options.onAlert?.(alert))
  socket.on('disconnect', () => {
    isConnected.value = false
    if (!socket.active) retryLater()
  })
  socket.on('connect_error', ({ message }) => {
    isConnected.value = false
    if (socket.active) return
    retryLater()
    options.onRefused?.(message)
  })
  onUnmounted(() => {
    clearInterval(clock)
    clearTimeout(retry)
    socket.removeAllListeners()
    socket.disconnect()
  })

  return {
    view: computed(() => feed.value?.view ?? null),
    /** `connecting` before the first snapshot ever; `stale` when the view may be old. */
    link: computed<'connecting' | 'live' | 'stale'>(() => {
      if (feed.value === null) return 'connecting'
      return isConnected.value && !isOverdue(feed.value, pageNow.value) ? 'live' : 'stale'
    }),
    /** The server's time now, epoch ms; ticks four times a second. */
    now: computed(() => pageNow.value + (feed.value?.serverAheadMs ?? 0)),
  }
}
