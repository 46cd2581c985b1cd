// Seeded randomness for everything the simulator invents. Equal seeds give equal sequences, and `fork`
// gives each purpose a sequence of its own, so that one more draw in one place moves nothing elsewhere.

/** An xorshift generator of 128 bits, seeded from text. Not for secrets. */
export class Random {
  readonly #seed: string
  #a: number
  #b: number
  #c: number
  #d: number

  constructor(seed: string) {
    this.#seed = seed
    this.#a = hash(`${seed}/a`)
    this.#b = hash(`${seed}/b`)
    this.#c = hash(`${seed}/c`)
    this.#d = hash(`${seed}/d`) | 1
    for (let i = 0; i < 16; i += 1) this.next()
  }

  /** From 0 up to, but not including, 1. */
  next(): number {
    let t = this.#d
    t ^= t << 11
    t ^= t >>> 8
    this.#d = this.#c
    this.#c = this.#b
    this.#b = this.#a
    this.#a = (this.#a ^ (this.#a >>> 19) ^ t) >>> 0
    return this.#a / 2 ** 32
  }

  between(min: number, max: number): number {
    return min + (max - min) * this.next()
  }

  /** A whole number from `min` to `max`, both included. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.next() * items.length)] ?? items[0]
  }

  /** Picks in proportion to `weightOf`. */
  weighted<T>(items: readonly [T, ...T[]], weightOf: (item: T) => number): T {
    let left = this.next() * items.reduce((sum, item) => sum + weightOf(item), 0)
    for (const item of items) {
      left -= weightOf(item)
      if (left < 0) return item
    }
    return items[0]
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next())
  }

  /** Positive and skewed to the right, as talk times and patience are; half of all draws are below `median`. */
  skewed(median: number, spread: number): number {
    const u = Math.sqrt(-2 * Math.log(1 - this.next()))
    return median * Math.exp(spread * u * Math.cos(2 * Math.PI * this.next()))
  }

  uuid(): string {
    let hex = ''
    for (let i = 0; i < 4; i += 1) {
      hex += Math.floor(this.next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    }
    const variant = '89ab'[Math.floor(this.next() * 4)]
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(13, 16)}`,
      `${variant}${hex.slice(17, 20)}`,
      hex.slice(20),
    ].join('-')
  }

  /** The sequence for one purpose; the same name always gives the same one. */
  fork(name: string): Random {
    return new Random(`${this.#seed}/${name}`)
  }
}

function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
    value ^= value >>> 15
  }
  return value >>> 0
}
