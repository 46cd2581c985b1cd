// The stream of all wallboards: totals and queues, no caller and no agent by name. What is sent is the
// difference to what was sent before, at most four times a second, so a busy floor costs no more than a
// quiet one and nothing that changed can be forgotten.
import type { Clock } from '../clock.ts'
import { liveHotline } from '../core/live.ts'
import { type WireHotline, wireHotline } from '../core/live-wire.ts'
import type { State } from '../core/state.ts'
import { hotlineChanges, type Touched, type WallboardView } from './messages.ts'
import { Pace, type Snapshot, Stream, type Target } from './stream.ts'

const PUSH_MS_MIN = 250

export interface FloorOptions {
  readonly state: Readonly<State>
  readonly clock: Clock
  readonly timeZone: string
}

export class Wallboards {
  readonly #options: FloorOptions
  readonly #room: Target
  readonly #stream: Stream
  readonly #pace: Pace
  #viewers = 0
  #published: WireHotline

  constructor(options: FloorOptions, room: Target) {
    this.#options = options
    this.#room = room
    this.#stream = new Stream(options.clock, options.timeZone)
    this.#pace = new Pace(options.clock, PUSH_MS_MIN, () => this.#push())
    this.#published = this.#view()
  }

  /** Call before the viewer is in the room. */
  join(): void {
    // Nobody looked, so nothing was worked out; with others present the newcomer starts where they are.
    if (this.#viewers === 0) this.#published = this.#view()
    this.#viewers += 1
  }

  leave(): void {
    this.#viewers -= 1
  }

  snapshot(): Snapshot<WallboardView> {
    return this.#stream.snapshot(this.#published)
  }

  touch({ hotline, everything }: Touched): void {
    if (this.#viewers === 0) return
    if (everything) {
      this.#published = this.#view()
      this.#stream.sendSnapshot(this.#room, this.#published)
    } else if (hotline) this.#pace.ask()
  }

  /** The day may have changed without any fact, so a tick looks too. */
  tick(): void {
    if (this.#viewers === 0) return
    this.#stream.sendTick(this.#room)
    this.#pace.ask()
  }

  stop(): void {
    this.#pace.stop()
  }

  #push(): void {
    if (this.#viewers === 0) return
    const view = this.#view()
    const changes = hotlineChanges(this.#published, view)
    this.#published = view
    if (Object.keys(changes).length > 0) this.#stream.sendDelta(this.#room, changes)
  }

  #view(): WireHotline {
    const { state, clock, timeZone } = this.#options
    return wireHotline(liveHotline(state, clock.now()), timeZone)
  }
}
