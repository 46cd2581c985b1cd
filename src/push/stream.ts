// The two parts every kind of viewer's stream is made of: numbering without gaps, and a pace that merges
// what comes too fast. A snapshot carries the number of the last delta that it contains; the next delta
// has the number after it.
import type { Clock, Timer } from '../clock.ts'
import { isoTime } from '../core/iso-times.ts'

/** Whoever looks at the floor or a wall gets no more than four pushes a second, however busy it is. */
export const PUSH_MS_MIN = 250

/** A Socket.IO socket or room. */
export interface Target {
  emit(event: string, payload: unknown): unknown
}

export interface Snapshot<View> {
  readonly seq: number
  readonly at: string
  readonly view: View
}

export class Stream {
  readonly #clock: Clock
  readonly #timeZone: string
  #seq = 0

  constructor(clock: Clock, timeZone: string) {
    this.#clock = clock
    this.#timeZone = timeZone
  }

  /** `view` must contain every delta sent so far. */
  snapshot<View>(view: View): Snapshot<View> {
    return { ...this.#head(), view }
  }

  /** A snapshot in place of a delta, to everybody: it takes a number of its own. */
  sendSnapshot(to: Target, view: unknown): void {
    this.#seq += 1
    to.emit('snapshot', this.snapshot(view))
  }

  sendDelta(to: Target, delta: object): void {
    this.#seq += 1
    to.emit('delta', { ...this.#head(), ...delta })
  }

  sendTick(to: Target): void {
    to.emit('tick', this.#head())
  }

  #head(): { seq: number; at: string } {
    return { seq: this.#seq, at: isoTime(this.#clock.now(), this.#timeZone) }
  }
}

/** Runs something soon after it was asked for, and never more often than once in `intervalMs`. */
export class Pace {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #run: () => void
  #ranAt = Number.NEGATIVE_INFINITY
  #timer: Timer | null = null

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#run = run
  }

  ask(): void {
    if (this.#timer !== null) return
    const waitMs = Math.max(0, this.#ranAt + this.#intervalMs - this.#clock.now())
    this.#timer = this.#clock.after(waitMs, () => {
      this.#timer = null
      this.#ranAt = this.#clock.now()
      this.#run()
    })
  }

  stop(): void {
    this.#timer?.clear()
    this.#timer = null
  }
}
