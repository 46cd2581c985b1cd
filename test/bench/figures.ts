// One line of JSON for each figure, so that two runs can be compared by a machine.

export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What we want it to be; null where we only watch it. */
  readonly target: number | null
  /** Whether smaller is better. */
  readonly isUpperBound: boolean
}

export function print({ name, value, unit, target, isUpperBound }: Figure): void {
  const isMet = target === null ? null : isUpperBound ? value <= target : value >= target
  console.log(
    JSON.stringify({ name, value: Number(value.toPrecision(4)), unit, target, met: isMet }),
  )
}

/** The value below which `share` of the sorted values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)
  return sorted[Math.max(0, place)] ?? Number.NaN
}

/** p50, p95, p99 and the largest of some durations. */
export function printSpread(
  name: string,
  values: readonly number[],
  targetP99: number | null,
): void {
  const spread = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1 }
  for (const [label, share] of Object.entries(spread)) {
    const target = label === 'p99' ? targetP99 : null
    print({
      name: `${name}.${label}`,
      value: percentile(values, share),
      unit: 'ms',
      target,
      isUpperBound: true,
    })
  }
}
