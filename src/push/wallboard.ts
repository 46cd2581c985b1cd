// The streams of the wallboards, one for each set of queues that is looked at: totals and queues, no caller and no agent by name. What is sent is the
// difference to what was sent before, at most four times a second, so a busy floor costs no more than a
// quiet one and nothing that changed can be forgotten.
import type { Clock } from '../clock.ts'
import type { QueueId } from '../core/config.ts'
import { liveHotline } from '../core/live.ts'
import { type LiveCurve, liveCurve } from '../core/live-curve.ts'
import { type WireHotline, wireHotline } from '../core/live-wire.ts'
import type { State } from '../core/state.ts'
import { hotlineChanges, type Touched, type WallboardView } from './messages.ts'
import { Pace, PUSH_MS_MIN, type Snapshot, Stream, type Target } from './stream.ts'

export interface FloorOptions {
  readonly state: Readonly<State>
  readonly clock: Clock
  readonly timeZone: string
}

/** The queues a wall is bound to; null: the whole hotline. */
export type Binding = readonly QueueId[] | null

export function roomOf(binding: Binding): string {
  return binding === null ? '*' : JSON.stringify([...binding].sort())
}

export class Wallboards {
  readonly #options: FloorOptions
  readonly #roomNamed: (name: string) => Target
  readonly #walls = new Map<string, Wall>()

  constructor(options: FloorOptions, roomNamed: (name: string) => Target) {
    this.#options = options
    this.#roomNamed = roomNamed
  }

  /** Call before the viewer is in the room. */
  join(binding: Binding): void {
    const name = roomOf(binding)
    const wall = this.#walls.get(name) ?? new Wall(this.#options, this.#roomNamed(name), binding)
    this.#walls.set(name, wall)
    wall.viewers += 1
  }

  leave(binding: Binding): void {
    const name = roomOf(binding)
    const wall = this.#walls.get(name)
    if (wall === undefined) return
    wall.viewers -= 1
    // Nobody looks, so nothing is worked out.
    if (wall.viewers > 0) return
    wall.stop()
    this.#walls.delete(name)
  }

  /** Null once nobody with the binding is there. */
  snapshot(binding: Binding): Snapshot<WallboardView> | null {
    return this.#walls.get(roomOf(binding))?.snapshot() ?? null
  }

  curve(binding: Binding): LiveCurve {
    const { state, clock } = this.#options
    return liveCurve(state, clock.now(), binding)
  }

  touch(touched: Touched): void {
    for (const wall of this.#walls.values()) wall.touch(touched)
  }

  tick(): void {
    for (const wall of this.#walls.values()) wall.tick()
  }

  stop(): void {
    for (const wall of this.#walls.values()) wall.stop()
  }
}

class Wall {
  viewers = 0
  readonly #options: FloorOptions
  readonly #binding: Binding
  readonly #room: Target
  readonly #stream: Stream
  readonly #pace: Pace
  #published: WireHotline

  constructor(options: FloorOptions, room: Target, binding: Binding) {
    this.#options = options
    this.#binding = binding
    this.#room = room
    this.#stream = new Stream(options.clock, options.timeZone)
    this.#pace = new Pace(options.clock, PUSH_MS_MIN, () => this.#push())
    this.#published = this.#view()
  }

  snapshot(): Snapshot<WallboardView> {
    return this.#stream.snapshot(this.#published)
  }

  touch({ hotline, everything }: Touched): void {
    if (everything) {
      this.#published = this.#view()
      this.#stream.sendSnapshot(this.#room, this.#published)
    } else if (hotline) this.#pace.ask()
  }

  /** The day may have changed without any fact, so a tick looks too. */
  tick(): void {
    this.#stream.sendTick(this.#room)
    this.#pace.ask()
  }

  stop(): void {
    this.#pace.stop()
  }

  #push(): void {
    const view = this.#view()
    const changes = hotlineChanges(this.#published, view)
    this.#published = view
    if (Object.keys(changes).length > 0) this.#stream.sendDelta(this.#room, changes)
  }

  #view(): WireHotline {
    const { state, clock, timeZone } = this.#options
    return wireHotline(liveHotline(state, clock.now(), this.#binding), timeZone)
  }
}
