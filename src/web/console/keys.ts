// The console's keys. All are Alt with a letter, so that typing in the record never does anything else.

export const KEYS = {
  answer: 'KeyA',
  ready: 'KeyR',
  notReady: 'KeyN',
  hold: 'KeyH',
  hangUp: 'KeyX',
  mute: 'KeyM',
  transfer: 'KeyT',
  save: 'KeyS',
} as const
export type KeyAction = keyof typeof KEYS

/** What a key press asks for; null for every other press. */
export function keyActionOf(event: KeyboardEvent): KeyAction | null {
  const { altKey, ctrlKey, metaKey, shiftKey, repeat, code } = event
  if (!altKey || ctrlKey || metaKey || shiftKey || repeat) return null
  const found = Object.entries(KEYS).find(([, key]) => key === code)
  return found === undefined ? null : (found[0] as KeyAction)
}

/** As it is shown on a button: `Alt+H`. */
export function keyLabel(action: KeyAction): string {
  return `Alt+${KEYS[action].slice(3)}`
}
