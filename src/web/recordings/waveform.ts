// The shape of a recording as it is drawn, and which of its channels are heard.

export type MarkKind = 'hold' | 'gap' | 'pause' | 'agent' | 'transfer' | 'party' | 'key'

export interface Mark {
  readonly kind: MarkKind
  readonly fromMs: number
  /** Null for a moment. */
  readonly toMs: number | null
}

export interface Waveform {
  /** Loudest sample of each stretch, 0 to 1. */
  readonly caller: readonly number[]
  readonly agent: readonly number[]
  readonly marks: readonly Mark[]
}

/** An SVG path in a box of 1000 by 100 around its middle line. Quiet voices are raised, so that they are seen. */
export function levelsPath(each: readonly number[]): string {
  if (each.length === 0) return ''
  // The last one lasts as long as all others.
  const levels = [...each, each.at(-1) ?? 0]
  const step = 1_000 / each.length
  const point = (index: number, side: 1 | -1): string => {
    const height = Math.max(1, Math.sqrt(levels[index] ?? 0) * 48)
    return `${(index * step).toFixed(1)} ${(50 - side * height).toFixed(1)}`
  }
  const above = levels.map((_, index) => point(index, 1))
  const below = levels.map((_, index) => point(index, -1)).reverse()
  return `M${[...above, ...below].join('L')}Z`
}

export const CHANNELS = ['both', 'caller', 'agent'] as const
export type Channels = (typeof CHANNELS)[number]

/** Lets one side of a stereo sound be heard alone, on both ears. */
export class ChannelChoice {
  readonly #context = new AudioContext()
  readonly #splitter = this.#context.createChannelSplitter(2)
  readonly #merger = this.#context.createChannelMerger(2)

  constructor(player: HTMLAudioElement) {
    this.#context.createMediaElementSource(player).connect(this.#splitter)
    this.#merger.connect(this.#context.destination)
    this.hear('both')
  }

  hear(channels: Channels): void {
    this.#splitter.disconnect()
    const left = channels === 'agent' ? 1 : 0
    const right = channels === 'caller' ? 0 : 1
    this.#splitter.connect(this.#merger, left, 0)
    this.#splitter.connect(this.#merger, right, 1)
    void this.#context.resume()
  }

  close(): void {
    void this.#context.close()
  }
}
