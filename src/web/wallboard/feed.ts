// The wallboard's side of the push protocol: what the page knows, and how each message changes it. A
// message that is lost shows as a gap in the numbers, and from then on nothing counts as news until a
// whole snapshot has come, so that a wallboard which missed something goes stale instead of lying. No
// clock and no socket here: the caller says when each message was received.
import type { LiveAlarm } from '../../core/alarms.ts'
import type { LiveHotline, LiveQueue } from '../../core/live.ts'
import type { WireAlarm, WireHotline, WireQueue } from '../../core/live-wire.ts'

/** A snapshot without its queues, as a delta may bring parts of. */
export type WireTotals = Omit<WireHotline, 'queues'>
type Totals = Omit<LiveHotline, 'queues'>

interface Numbered {
  readonly seq: number
  /** The server's time, epoch ms. */
  readonly at: number
  /** How far the hotline's local time is ahead of UTC, as the message's own time says. */
  readonly zoneMs: number
}
export type Message =
  | (Numbered & { readonly type: 'snapshot'; readonly view: LiveHotline })
  | (Numbered & {
      readonly type: 'delta'
      readonly hotline: Partial<Totals>
      readonly queues: readonly LiveQueue[]
    })
  | (Numbered & { readonly type: 'tick' })

export interface Feed {
  readonly seq: number
  readonly view: LiveHotline
  /** The server's time of the last message that kept the figures complete, epoch ms. */
  readonly at: number
  readonly zoneMs: number
  /** When that message was received, by the page's own clock. */
  readonly receivedAt: number
  /** Server's clock minus the page's, so that waits count up between messages. */
  readonly serverAheadMs: number
  /** A message was missed, and the snapshot that mends it has not come yet. */
  readonly isBehind: boolean
}

export interface Reduced {
  readonly feed: Feed | null
  /** Ask the server for a snapshot now. */
  readonly needsResync: boolean
}

/** No message for this long: the figures are marked stale. The server ticks every 5 s. */
export const STALE_MS = 10_000

/** What the feed is after `message`, received at `receivedAt` by the page's clock. */
export function reduce(feed: Feed | null, message: Message, receivedAt: number): Reduced {
  if (message.type === 'snapshot') {
    return { feed: { ...heard(feed, message, receivedAt), view: message.view }, needsResync: false }
  }
  // The server opens with a snapshot; a tick without one means that it was lost on the way.
  if (feed === null) return { feed, needsResync: message.type === 'tick' }
  // Asked already when the gap appeared; asking with each tick again outlives a lost request.
  if (feed.isBehind) return { feed, needsResync: message.type === 'tick' }
  if (message.type === 'tick') {
    if (message.seq !== feed.seq) return { feed: { ...feed, isBehind: true }, needsResync: true }
    return { feed: { ...heard(feed, message, receivedAt), view: feed.view }, needsResync: false }
  }
  // A snapshot may overtake deltas that it contains already.
  if (message.seq <= feed.seq) return { feed, needsResync: false }
  if (message.seq > feed.seq + 1) return { feed: { ...feed, isBehind: true }, needsResync: true }
  return {
    feed: { ...heard(feed, message, receivedAt), view: changed(feed.view, message) },
    needsResync: false,
  }
}

/** Whether the figures must not be trusted any more. `now` is the page's clock, as `receivedAt`. */
export function isOverdue(feed: Feed, now: number): boolean {
  return now - feed.receivedAt >= STALE_MS
}

/** The server's time at `now`, epoch ms. */
export function serverNow(feed: Feed, now: number): number {
  return now + feed.serverAheadMs
}

function heard(feed: Feed | null, message: Message, receivedAt: number): Omit<Feed, 'view'> {
  const aheadMs = message.at - receivedAt
  const knownMs = feed?.serverAheadMs
  // Transport only ever makes the server look later than it is. Keeping the best estimate stops the
  // counting seconds from jumping back; a difference of a second is a clock that was set.
  const isJitter = knownMs !== undefined && knownMs > aheadMs && knownMs - aheadMs < 1_000
  return {
    seq: message.seq,
    at: message.at,
    zoneMs: message.zoneMs,
    receivedAt,
    serverAheadMs: isJitter ? knownMs : aheadMs,
    isBehind: false,
  }
}

function changed(view: LiveHotline, delta: Message & { type: 'delta' }): LiveHotline {
  const fresh = new Map(delta.queues.map((queue) => [queue.queueId, queue]))
  const queues = view.queues.map((queue) => fresh.get(queue.queueId) ?? queue)
  const known = new Set(view.queues.map((queue) => queue.queueId))
  for (const queue of delta.queues) if (!known.has(queue.queueId)) queues.push(queue)
  return { ...view, at: delta.at, ...delta.hotline, queues }
}

/**
 * The message in the page's own terms; null if it is not one, as may come from a newer server. The
 * gap that it leaves in the numbers then does the rest.
 */
export function decode(type: Message['type'], payload: unknown): Message | null {
  const { seq, at, view, hotline, queues } = (payload ?? {}) as Record<string, unknown>
  const numbered = { seq: Number(seq), at: timeOf(at), zoneMs: zoneMsOf(at) }
  if (!Number.isSafeInteger(seq) || Number.isNaN(numbered.at)) return null
  if (type === 'tick') return { type, ...numbered }
  if (type === 'snapshot') {
    const wire = view as WireHotline | undefined
    if (!Array.isArray(wire?.queues)) return null
    return { type, ...numbered, view: { ...totals(wire), queues: wire.queues.map(queueOf) } }
  }
  if (queues !== undefined && !Array.isArray(queues)) return null
  return {
    type,
    ...numbered,
    hotline: changedTotals((hotline ?? {}) as Partial<WireTotals>),
    queues: ((queues ?? []) as WireQueue[]).map(queueOf),
  }
}

function totals(wire: WireHotline): Totals {
  return {
    ...wire,
    at: timeOf(wire.at),
    longestWaitSince: timeOrNull(wire.longestWaitSince),
    alarms: alarmsOf(wire.alarms),
  }
}

function changedTotals(wire: Partial<WireTotals>): Partial<Totals> {
  const { at, longestWaitSince, alarms, ...rest } = wire
  return {
    ...rest,
    ...(at === undefined ? {} : { at: timeOf(at) }),
    ...(longestWaitSince === undefined ? {} : { longestWaitSince: timeOrNull(longestWaitSince) }),
    ...(alarms === undefined ? {} : { alarms: alarmsOf(alarms) }),
  }
}

function queueOf(wire: WireQueue): LiveQueue {
  return {
    ...wire,
    longestWaitSince: timeOrNull(wire.longestWaitSince),
    alarms: alarmsOf(wire.alarms),
  }
}

function alarmsOf(wire: readonly WireAlarm[]): readonly LiveAlarm[] {
  return wire.map((alarm) => ({ ...alarm, since: timeOrNull(alarm.since) }))
}

function timeOf(iso: unknown): number {
  return typeof iso === 'string' ? Date.parse(iso) : Number.NaN
}

function timeOrNull(iso: string | null): number | null {
  return iso === null ? null : timeOf(iso)
}

function zoneMsOf(iso: unknown): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(String(iso)) ?? []
  if (hours === undefined) return 0
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}
