// Waiting in tests: for a condition, never for a time.

/** Resolves with the first value of `look` that is neither undefined nor false; rejects after `msMax`. */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string,
  msMax = 10_000,
): Promise<Exclude<T, undefined | false>> {
  const end = performance.now() + msMax
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>
    if (performance.now() > end) throw new Error(`waited ${msMax} ms in vain for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
