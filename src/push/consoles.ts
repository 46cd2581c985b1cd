// The agents' own streams, one per agent: the agent and the call that rings or is talked on. Sent at the
// end of the very turn that changed it, because a phone rings at that moment and no pace may come between.
import type { AgentId } from '../core/config.ts'
import { liveAgent, liveCall } from '../core/live.ts'
import { ownView } from '../core/live-supervision.ts'
import { wireAgent, wireCall } from '../core/live-wire.ts'
import { ringsOf } from '../core/rings.ts'
import type { Call } from '../core/state.ts'
import type { AgentView, Alert, Touched } from './messages.ts'
import { type Snapshot, Stream, type Target } from './stream.ts'
import type { FloorOptions } from './wallboard.ts'

/** Whose stream, and whether with callers' numbers. */
export interface Seat {
  readonly agentId: AgentId
  readonly seesNumbers: boolean
}

interface Console extends Seat {
  readonly stream: Stream
  readonly room: Target
  viewers: number
}

export class Consoles {
  readonly #options: FloorOptions
  readonly #roomOf: (seat: Seat) => Target
  readonly #onGone: (seat: Seat) => void
  readonly #consoles = new Map<string, Console>()

  /** `onGone` is called when the agent of a seat exists no more. */
  constructor(options: FloorOptions, roomOf: (seat: Seat) => Target, onGone: (seat: Seat) => void) {
    this.#options = options
    this.#roomOf = roomOf
    this.#onGone = onGone
  }

  /** Call before the viewer is in the room. */
  join(seat: Seat): void {
    const { clock, timeZone } = this.#options
    const console = this.#consoles.get(keyOf(seat)) ?? {
      ...seat,
      stream: new Stream(clock, timeZone),
      room: this.#roomOf(seat),
      viewers: 0,
    }
    console.viewers += 1
    this.#consoles.set(keyOf(seat), console)
  }

  leave(seat: Seat): void {
    const console = this.#consoles.get(keyOf(seat))
    if (console === undefined) return
    console.viewers -= 1
    if (console.viewers === 0) this.#consoles.delete(keyOf(seat))
  }

  /** Null where the agent exists no more. */
  snapshot(seat: Seat): Snapshot<AgentView> | null {
    const view = this.#view(seat)
    const stream = this.#consoles.get(keyOf(seat))?.stream
    return view === null || stream === undefined ? null : stream.snapshot(view)
  }

  touch(touched: Touched): void {
    const { everything } = touched
    for (const console of this.#touched(touched)) {
      const view = this.#view(console)
      if (view === null) this.#onGone(console)
      else if (everything) console.stream.sendSnapshot(console.room, view)
      else console.stream.sendDelta(console.room, view)
    }
  }

  alert(alert: Alert): void {
    if (alert.agentId === null) return
    for (const { room } of this.#of(alert.agentId)) room.emit('alert', alert)
  }

  tick(): void {
    for (const { stream, room } of this.#consoles.values()) stream.sendTick(room)
  }

  /** What happens to a call is seen by those who are on it, whether or not the fact names them. */
  #touched({ agentIds, callIds, everything }: Touched): Console[] {
    if (everything) return [...this.#consoles.values()]
    const { calls } = this.#options.state
    const onCalls = [...callIds].flatMap((callId) => agentsOn(calls.get(callId)))
    return [...new Set([...agentIds, ...onCalls])].flatMap((agentId) => this.#of(agentId))
  }

  #of(agentId: AgentId): Console[] {
    return [true, false].flatMap(
      (seesNumbers) => this.#consoles.get(keyOf({ agentId, seesNumbers })) ?? [],
    )
  }

  #view({ agentId, seesNumbers }: Seat): AgentView | null {
    const { state, timeZone } = this.#options
    const agent = liveAgent(state, agentId)
    if (agent === null) return null
    const call = agent.callId === null ? null : liveCall(state, agent.callId)
    return {
      agent: wireAgent(ownView(state, agent), timeZone),
      call: call === null ? null : wireCall(call, timeZone, seesNumbers),
    }
  }
}

function agentsOn(call: Call | undefined): AgentId[] {
  if (call === undefined) return []
  return [
    ...('agentId' in call.phase && call.phase.agentId !== null ? [call.phase.agentId] : []),
    ...ringsOf(call).map(({ agentId }) => agentId),
    ...call.parties.flatMap(({ target }) => (target.kind === 'agent' ? [target.agentId] : [])),
  ]
}

function keyOf({ agentId, seesNumbers }: Seat): string {
  return `${agentId}/${seesNumbers ? 'open' : 'masked'}`
}
