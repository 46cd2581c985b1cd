// What a screen on a wall needs of the browser: one key for the other language, one for the full screen,
// and no pointer lying on the figures once nobody moves it.
import { onMounted, onUnmounted, ref } from 'vue'
import { toggleLanguage } from '../language.ts'

const POINTER_REST_MS = 4_000

export function toggleFullScreen(): void {
  const asked =
    document.fullscreenElement === null
      ? document.documentElement.requestFullscreen()
      : document.exitFullscreen()
  // A browser that forbids it leaves the page as it is, which is all there is to say about it.
  asked.catch(() => undefined)
}

export function useKiosk() {
  const isPointerResting = ref(false)
  let rest: ReturnType<typeof setTimeout> | undefined

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return
    const key = event.key.toLowerCase()
    if (key === 'l') toggleLanguage()
    if (key === 'f') toggleFullScreen()
  }
  function onPointer(): void {
    isPointerResting.value = false
    clearTimeout(rest)
    rest = setTimeout(() => {
      isPointerResting.value = true
    }, POINTER_REST_MS)
  }

  onMounted(() => {
    window.addEventListener('keydown', onKey)
    window.addEventListener('pointermove', onPointer)
    onPointer()
  })
  onUnmounted(() => {
    clearTimeout(rest)
    window.removeEventListener('keydown', onKey)
    window.removeEventListener('pointermove', onPointer)
  })
  return { isPointerResting }
}
