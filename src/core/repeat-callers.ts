// Callers who call again: who served them last, and which place they gave up. Remembered by number for a
// day, and of too many only the latest; numbers that are withheld are nobody's.
import type { AgentId, QueueId, QueueSettings } from './config.ts'
import type { Fact } from './facts.ts'
import { placeSince } from './lanes.ts'
import type { Call, State } from './state.ts'

export interface KnownCaller {
  readonly lastAgentId: AgentId | null
  readonly servedAt: number | null
  /** The place in a queue that the caller gave up last. */
  readonly left: { readonly queueId: QueueId; readonly at: number; readonly placeAt: number } | null
}

const KNOWN_MAX = 20_000
const DIGITS_MIN = 5

/** Null for a withheld number. */
export function knownCaller(state: Readonly<State>, from: string): KnownCaller | null {
  return state.callers.get(from) ?? null
}

/**
 * The place that the caller gave up a short while ago in this queue. Only the place: the clock of the
 * 15 s is the new call's own.
 */
export function regainedPlace(
  state: Readonly<State>,
  call: Call,
  { queueId, admission }: QueueSettings,
  at: number,
): number | null {
  const left = knownCaller(state, call.from)?.left ?? null
  if (left === null || left.queueId !== queueId || at - left.at > admission.regainMsMax) return null
  return admission.regainMsMax === 0 ? null : left.placeAt
}

/** Before the fact changes the state: the call and its place are still there. */
export function noteCaller(state: State, fact: Fact): void {
  if (fact.type !== 'call.connected' && fact.type !== 'call.ended') return
  const call = state.calls.get(fact.callId)
  if (call === undefined || call.outbound != null || !isShown(call.from)) return
  const known = state.callers.get(call.from) ?? { lastAgentId: null, servedAt: null, left: null }
  const { queueId } = call
  if (fact.type === 'call.connected') {
    rememberCaller(state, call.from, { lastAgentId: fact.agentId, servedAt: fact.at, left: null })
  } else if (fact.ending.startsWith('abandoned') && queueId !== null) {
    rememberCaller(state, call.from, {
      ...known,
      left: { queueId, at: fact.at, placeAt: placeSince(call) },
    })
  }
}

/** As the newest; of too many the oldest is forgotten. */
export function rememberCaller(state: State, from: string, caller: KnownCaller): void {
  state.callers.delete(from)
  state.callers.set(from, caller)
  const oldest = state.callers.keys().next()
  if (state.callers.size > KNOWN_MAX && oldest.done !== true) state.callers.delete(oldest.value)
}

function isShown(from: string): boolean {
  return from.length >= DIGITS_MIN && /^\+?\d+$/.test(from)
}
