// The live views as they leave the service, over HTTP and Socket.IO alike: times as ISO strings in the
// hotline's zone, and a caller's number masked unless the reader may see it. Nothing else is changed.
import type { LiveAlarm } from './alarms.ts'
import { isoTime, isoTimeOrNull } from './iso-times.ts'
import type { LiveAgent, LiveCall, LiveHotline, LiveParty, LiveQueue, LiveSeat } from './live.ts'
import type { LiveWatcher, LiveWatching } from './live-supervision.ts'
import { maskNumber } from './masking.ts'
import type { OffSeat } from './seats.ts'

type WireWatch<Watch> = Omit<Watch, 'since'> & { readonly since: string }
type WireOffSeat = Omit<OffSeat, 'requestedAt' | 'decidedAt'> & {
  readonly requestedAt: string
  readonly decidedAt: string | null
}
export type WireAgent = Omit<LiveAgent, 'since' | 'until' | 'seat' | 'watching' | 'watchers'> & {
  readonly since: string | null
  readonly until: string | null
  readonly seat: Omit<LiveSeat, 'offSeat'> & { readonly offSeat: WireOffSeat | null }
  readonly watching: WireWatch<LiveWatching> | null
  readonly watchers: readonly WireWatch<LiveWatcher>[]
}
export type WireParty = Omit<LiveParty, 'since'> & { readonly since: string }
type CallTimes =
  | 'since'
  | 'arrivedAt'
  | 'queuedAt'
  | 'answeredAt'
  | 'mutedSince'
  | 'urgentSince'
  | 'helpRequestedAt'
  | 'recordingPausedSince'
export type WireCall = Omit<LiveCall, CallTimes | 'parties'> & {
  readonly parties: readonly WireParty[]
  readonly mutedSince: string | null
  readonly urgentSince: string | null
  readonly helpRequestedAt: string | null
  readonly recordingPausedSince: string | null
  readonly since: string
  readonly arrivedAt: string
  readonly queuedAt: string | null
  readonly answeredAt: string | null
}
export type WireAlarm = Omit<LiveAlarm, 'since'> & { readonly since: string | null }
export type WireQueue = Omit<LiveQueue, 'longestWaitSince' | 'alarms'> & {
  readonly longestWaitSince: string | null
  readonly alarms: readonly WireAlarm[]
}
export type WireHotline = Omit<LiveHotline, 'at' | 'longestWaitSince' | 'alarms' | 'queues'> & {
  readonly at: string
  readonly longestWaitSince: string | null
  readonly alarms: readonly WireAlarm[]
  readonly queues: readonly WireQueue[]
}

export function wireAgent(agent: LiveAgent, timeZone: string): WireAgent {
  return {
    ...agent,
    since: isoTimeOrNull(agent.since, timeZone),
    until: isoTimeOrNull(agent.until, timeZone),
    seat: { ...agent.seat, offSeat: wireOffSeat(agent.seat.offSeat, timeZone) },
    watching: agent.watching && wireWatch(agent.watching, timeZone),
    watchers: agent.watchers.map((watcher) => wireWatch(watcher, timeZone)),
  }
}

function wireOffSeat(offSeat: OffSeat | null, timeZone: string): WireOffSeat | null {
  if (offSeat === null) return null
  return {
    ...offSeat,
    requestedAt: isoTime(offSeat.requestedAt, timeZone),
    decidedAt: isoTimeOrNull(offSeat.decidedAt, timeZone),
  }
}

function wireWatch<Watch extends { readonly since: number }>(
  watch: Watch,
  timeZone: string,
): WireWatch<Watch> {
  return { ...watch, since: isoTime(watch.since, timeZone) }
}

/** `seesNumbers`: the reader has `pii.read`. */
export function wireCall(call: LiveCall, timeZone: string, seesNumbers: boolean): WireCall {
  return {
    ...call,
    from: seesNumbers ? call.from : maskNumber(call.from),
    since: isoTime(call.since, timeZone),
    arrivedAt: isoTime(call.arrivedAt, timeZone),
    queuedAt: isoTimeOrNull(call.queuedAt, timeZone),
    answeredAt: isoTimeOrNull(call.answeredAt, timeZone),
    parties: call.parties.map((party) => wireParty(party, timeZone, seesNumbers)),
    mutedSince: isoTimeOrNull(call.mutedSince, timeZone),
    urgentSince: isoTimeOrNull(call.urgentSince, timeZone),
    helpRequestedAt: isoTimeOrNull(call.helpRequestedAt, timeZone),
    recordingPausedSince: isoTimeOrNull(call.recordingPausedSince, timeZone),
  }
}

/** A department's number is nobody's secret; any other may be a citizen's. */
function wireParty(party: LiveParty, timeZone: string, seesNumbers: boolean): WireParty {
  const isSecret = party.kind === 'number' && !seesNumbers && party.number !== null
  return {
    ...party,
    number: isSecret && party.number !== null ? maskNumber(party.number) : party.number,
    since: isoTime(party.since, timeZone),
  }
}

export function wireQueue(queue: LiveQueue, timeZone: string): WireQueue {
  return {
    ...queue,
    longestWaitSince: isoTimeOrNull(queue.longestWaitSince, timeZone),
    alarms: wireAlarms(queue.alarms, timeZone),
  }
}

function wireAlarms(alarms: readonly LiveAlarm[], timeZone: string): readonly WireAlarm[] {
  return alarms.map((alarm) => ({ ...alarm, since: isoTimeOrNull(alarm.since, timeZone) }))
}

export function wireHotline(hotline: LiveHotline, timeZone: string): WireHotline {
  return {
    ...hotline,
    at: isoTime(hotline.at, timeZone),
    longestWaitSince: isoTimeOrNull(hotline.longestWaitSince, timeZone),
    alarms: wireAlarms(hotline.alarms, timeZone),
    queues: hotline.queues.map((queue) => wireQueue(queue, timeZone)),
  }
}
