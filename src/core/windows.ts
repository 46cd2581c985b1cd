// How often something happened lately, per key: calls of one caller, bad passwords from one address. A
// key that has been quiet for the whole window is forgotten, and of too many keys the quietest are, so
// that no flood of invented addresses can fill the memory.

export interface Windows {
  readonly windowMs: number
  readonly keysMax: number
  /** Times, oldest first; the keys in the order of their last event. */
  readonly timesByKey: Map<string, number[]>
}

export function emptyWindows(windowMs: number, keysMax: number): Windows {
  return { windowMs, keysMax, timesByKey: new Map() }
}

/** Events of the key in the window that ends at `at`. */
export function countOf(windows: Windows, key: string, at: number): number {
  const times = windows.timesByKey.get(key)
  if (times === undefined) return 0
  return times.filter((time) => time > at - windows.windowMs).length
}

/** Notes an event and returns how many the window holds with it. */
export function note(windows: Windows, key: string, at: number): number {
  const { timesByKey, windowMs, keysMax } = windows
  const times = (timesByKey.get(key) ?? []).filter((time) => time > at - windowMs)
  times.push(at)
  timesByKey.delete(key)
  timesByKey.set(key, times)
  for (const [oldest, past] of timesByKey) {
    const isQuiet = (past.at(-1) ?? 0) <= at - windowMs
    if (!isQuiet && timesByKey.size <= keysMax) break
    timesByKey.delete(oldest)
  }
  return times.length
}

export function forget(windows: Windows, key: string): void {
  windows.timesByKey.delete(key)
}
