// What can be heard in a recording: its two channels are taken apart and measured in short windows, as
// it is read and without keeping it. From the windows follow the gaps in which nobody speaks,
// channels on which nothing was ever to be heard, and the waveform that a player draws.

export const WINDOW_MS = 100

/** Root mean square of 16-bit samples below which a window is quiet: a live line's noise is under it. */
const QUIET_RMS = 100

/** A stretch of a recording, in ms from its beginning. */
export interface Stretch {
  readonly fromMs: number
  readonly toMs: number
}

export type Channel = 'caller' | 'agent'

/** Takes interleaved 16-bit stereo in pieces of any length: the caller left, what they hear right. */
export class SoundMeter {
  readonly #windowFrames: number
  readonly #sums: [number, number] = [0, 0]
  readonly #peaks: [number, number] = [0, 0]
  #frames = 0
  #windows = 0
  #quietSince: number | null = 0
  readonly #heard: [boolean, boolean] = [false, false]
  readonly #gaps: Stretch[] = []
  readonly #gapMsMin: number
  readonly #onWindow: (caller: number, agent: number) => void

  /** `onWindow` is given each window's loudest sample by channel, 0 to 1. */
  constructor(options: {
    readonly framesPerSecond: number
    readonly gapMsMin: number
    readonly onWindow?: (caller: number, agent: number) => void
  }) {
    this.#windowFrames = Math.max(1, Math.round((options.framesPerSecond * WINDOW_MS) / 1_000))
    this.#gapMsMin = options.gapMsMin
    this.#onWindow = options.onWindow ?? (() => {})
  }

  /** `samples` begins with the caller's channel. */
  take(samples: Int16Array): void {
    for (let i = 0; i + 1 < samples.length; i += 2) {
      const left = samples[i] ?? 0
      const right = samples[i + 1] ?? 0
      this.#sums[0] += left * left
      this.#sums[1] += right * right
      this.#peaks[0] = Math.max(this.#peaks[0], Math.abs(left))
      this.#peaks[1] = Math.max(this.#peaks[1], Math.abs(right))
      this.#frames += 1
      if (this.#frames === this.#windowFrames) this.#close()
    }
  }

  /** Gaps of at least `gapMsMin`, and channels on which no window was ever loud. Call once, at the end. */
  finish(): { readonly gaps: readonly Stretch[]; readonly silent: readonly Channel[] } {
    if (this.#frames > 0) this.#close()
    this.#endGap()
    const channels: readonly Channel[] = ['caller', 'agent']
    return { gaps: this.#gaps, silent: channels.filter((_, channel) => !this.#heard[channel]) }
  }

  #close(): void {
    const isLoud = this.#sums.map((sum) => Math.sqrt(sum / this.#frames) >= QUIET_RMS)
    if (isLoud[0]) this.#heard[0] = true
    if (isLoud[1]) this.#heard[1] = true
    if (isLoud[0] || isLoud[1]) {
      this.#endGap()
      this.#quietSince = null
    } else this.#quietSince ??= this.#windows
    this.#onWindow(this.#peaks[0] / 32_768, this.#peaks[1] / 32_768)
    this.#windows += 1
    this.#frames = 0
    this.#sums.fill(0)
    this.#peaks.fill(0)
  }

  #endGap(): void {
    if (this.#quietSince === null) return
    const gap = { fromMs: this.#quietSince * WINDOW_MS, toMs: this.#windows * WINDOW_MS }
    if (gap.toMs - gap.fromMs > this.#gapMsMin) this.#gaps.push(gap)
  }
}

/** What of the stretches remains outside `others`, as far as it is longer than `msMin`. */
export function stretchesOutside(
  stretches: readonly Stretch[],
  others: readonly Stretch[],
  msMin: number,
): readonly Stretch[] {
  let left = [...stretches]
  for (const other of others) {
    left = left.flatMap((stretch) =>
      [
        { fromMs: stretch.fromMs, toMs: Math.min(stretch.toMs, other.fromMs) },
        { fromMs: Math.max(stretch.fromMs, other.toMs), toMs: stretch.toMs },
      ].filter(({ fromMs, toMs }) => toMs > fromMs),
    )
  }
  return left.filter(({ fromMs, toMs }) => toMs - fromMs > msMin)
}
