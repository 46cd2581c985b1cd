// The wallboard's state for its components: the feed, the passing seconds, and whether what is shown may
// be believed. Once it may not, time stands still for the figures: a wait does not count on past the
// last thing that was known.
import { computed, onMounted, onUnmounted, ref, shallowRef } from 'vue'
import type { LiveCurve } from '../../core/live-curve.ts'
import { openWallboard, tokenIn, type WallboardState } from './connection.ts'
import { isOverdue, serverNow } from './feed.ts'

/** Four times a second, so that no second of a wait is skipped or shown late by more than that. */
const REFRESH_MS = 250

export function useWallboard() {
  const state = shallowRef<WallboardState>({ link: 'connecting', feed: null })
  /** The day hour by hour; null until the service has told it. */
  const curve = shallowRef<LiveCurve | null>(null)
  const openedAt = performance.now()
  const now = ref(openedAt)
  let timer: ReturnType<typeof setInterval> | undefined
  let wallboard: { close(): void } | undefined

  const feed = computed(() => state.value.feed)
  const link = computed(() => state.value.link)
  const isStale = computed(
    () => feed.value !== null && (link.value !== 'live' || isOverdue(feed.value, now.value)),
  )
  /** Age of the last message, or of the page while there was none. */
  const ageMs = computed(() => now.value - (feed.value?.receivedAt ?? openedAt))
  const clockAt = computed(() => (feed.value === null ? null : serverNow(feed.value, now.value)))
  const figuresAt = computed(() => {
    if (feed.value === null) return null
    return isStale.value ? feed.value.at : clockAt.value
  })

  onMounted(() => {
    timer = setInterval(() => {
      now.value = performance.now()
    }, REFRESH_MS)
    wallboard = openWallboard(
      tokenIn(location.search),
      () => performance.now(),
      (next) => {
        // The message is newer than the last refresh, and must not seem to come from the future.
        now.value = performance.now()
        state.value = next
      },
      (next) => {
        curve.value = next
      },
    )
  })
  onUnmounted(() => {
    clearInterval(timer)
    wallboard?.close()
  })

  return { feed, curve, link, isStale, ageMs, clockAt, figuresAt, now }
}
