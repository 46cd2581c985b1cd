// HTTP byte ranges (RFC 9110 §14) of one stretch, which is what players ask for. A header of another
// unit, of several stretches or that cannot be read is ignored, as the RFC allows; one that begins
// behind the end cannot be satisfied.

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** `whole`: no range or one to be ignored. `unsatisfiable`: answer 416. */
export function rangeOf(
  header: string | undefined,
  size: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || from + to === '') return 'whole'
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return 'whole'
  if (first >= size) return 'unsatisfiable'
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
