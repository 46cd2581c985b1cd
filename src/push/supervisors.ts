// The supervisors' streams: figures, every agent and every live call. There are two, with callers'
// numbers and with masked ones; both come from one look at the floor, at most four times a second. Agents
// and calls are sent whole where they changed; a viewer that gets one twice is none the wiser.
import type { AgentId } from '../core/config.ts'
import type { CallId } from '../core/inputs.ts'
import { liveAgent, liveAgents, liveCall, liveCalls, liveHotline } from '../core/live.ts'
import { type WireHotline, wireAgent, wireCall, wireHotline } from '../core/live-wire.ts'
import {
  type Alert,
  hotlineChanges,
  type SupervisorDelta,
  type SupervisorView,
  type Touched,
} from './messages.ts'
import { Pace, PUSH_MS_MIN, type Snapshot, Stream, type Target } from './stream.ts'
import type { FloorOptions } from './wallboard.ts'

interface Audience {
  readonly seesNumbers: boolean
  readonly room: Target
  readonly stream: Stream
  viewers: number
}

export class Supervisors {
  readonly #options: FloorOptions
  readonly #audiences: readonly [Audience, Audience]
  readonly #pace: Pace
  readonly #agentIds = new Set<AgentId>()
  readonly #callIds = new Set<CallId>()
  readonly #endedCallIds = new Set<CallId>()
  #published: WireHotline

  constructor(options: FloorOptions, rooms: { readonly open: Target; readonly masked: Target }) {
    this.#options = options
    const { clock, timeZone } = options
    const audience = (seesNumbers: boolean, room: Target): Audience => {
      return { seesNumbers, room, stream: new Stream(clock, timeZone), viewers: 0 }
    }
    this.#audiences = [audience(true, rooms.open), audience(false, rooms.masked)]
    this.#pace = new Pace(clock, PUSH_MS_MIN, () => this.#push())
    this.#published = this.#hotline()
  }

  /** Call before the viewer is in the room. */
  join(seesNumbers: boolean): void {
    if (!this.#hasViewers()) this.#published = this.#hotline()
    this.#audience(seesNumbers).viewers += 1
  }

  leave(seesNumbers: boolean): void {
    this.#audience(seesNumbers).viewers -= 1
    if (!this.#hasViewers()) this.#forget()
  }

  snapshot(seesNumbers: boolean): Snapshot<SupervisorView> {
    const { stream } = this.#audience(seesNumbers)
    return stream.snapshot(this.#view(seesNumbers))
  }

  touch(touched: Touched): void {
    if (!this.#hasViewers()) return
    if (touched.everything) return this.#sendSnapshots()
    for (const agentId of touched.agentIds) this.#agentIds.add(agentId)
    for (const callId of touched.callIds) {
      this.#callIds.add(callId)
      this.#endedCallIds.delete(callId)
    }
    for (const callId of touched.endedCallIds) {
      this.#callIds.delete(callId)
      this.#endedCallIds.add(callId)
    }
    if (touched.hotline || touched.agentIds.size + touched.callIds.size > 0) this.#pace.ask()
  }

  alert(alert: Alert): void {
    for (const { room } of this.#audiences) room.emit('alert', alert)
  }

  /** The day may have changed without any fact, so a tick looks too. */
  tick(): void {
    if (!this.#hasViewers()) return
    for (const { stream, room } of this.#audiences) stream.sendTick(room)
    this.#pace.ask()
  }

  stop(): void {
    this.#pace.stop()
  }

  #push(): void {
    if (!this.#hasViewers()) return
    const { state, timeZone } = this.#options
    const hotline = this.#hotline()
    const changes = hotlineChanges(this.#published, hotline)
    this.#published = hotline
    const agents = [...this.#agentIds].flatMap((agentId) => liveAgent(state, agentId) ?? [])
    const calls = [...this.#callIds].flatMap((callId) => liveCall(state, callId) ?? [])
    const endedCallIds = [...this.#endedCallIds]
    this.#forget()
    for (const { stream, room, viewers, seesNumbers } of this.#audiences) {
      if (viewers === 0) continue
      const delta: SupervisorDelta = {
        ...changes,
        ...(agents.length > 0 && { agents: agents.map((agent) => wireAgent(agent, timeZone)) }),
        ...(calls.length > 0 && {
          calls: calls.map((call) => wireCall(call, timeZone, seesNumbers)),
        }),
        ...(endedCallIds.length > 0 && { endedCallIds }),
      }
      if (Object.keys(delta).length > 0) stream.sendDelta(room, delta)
    }
  }

  #sendSnapshots(): void {
    this.#forget()
    this.#published = this.#hotline()
    for (const { stream, room, viewers, seesNumbers } of this.#audiences) {
      if (viewers > 0) stream.sendSnapshot(room, this.#view(seesNumbers))
    }
  }

  #view(seesNumbers: boolean): SupervisorView {
    const { state, timeZone } = this.#options
    return {
      hotline: this.#published,
      agents: liveAgents(state).map((agent) => wireAgent(agent, timeZone)),
      calls: liveCalls(state).map((call) => wireCall(call, timeZone, seesNumbers)),
    }
  }

  #hotline(): WireHotline {
    const { state, clock, timeZone } = this.#options
    return wireHotline(liveHotline(state, clock.now()), timeZone)
  }

  #audience(seesNumbers: boolean): Audience {
    const [open, masked] = this.#audiences
    return seesNumbers ? open : masked
  }

  #hasViewers(): boolean {
    return this.#audiences.some(({ viewers }) => viewers > 0)
  }

  #forget(): void {
    this.#agentIds.clear()
    this.#callIds.clear()
    this.#endedCallIds.clear()
  }
}
