// A console's side of the push protocol, whatever the view: messages are numbered without gaps, and one
// that misses a number trusts nothing until the next snapshot. Pure: the caller says when each message
// was received, and how a delta changes the view.

export interface Numbered {
  readonly seq: number
  /** The server's time, ISO. */
  readonly at: string
}

export interface NumberedFeed<View> {
  readonly seq: number
  readonly view: View
  /** Server's clock minus the page's, ms, so that times count up between messages. */
  readonly serverAheadMs: number
  /** When the last message that kept the view complete was received, by the page's clock. */
  readonly receivedAt: number
  /** A message was missed, and the snapshot that mends it has not come yet. */
  readonly isBehind: boolean
}

export interface Received<View> {
  readonly feed: NumberedFeed<View> | null
  /** Ask the server for a snapshot now. */
  readonly needsResync: boolean
}

/** No message for this long: what is shown may be old. The server ticks every 5 s. */
export const STALE_MS = 10_000

export function snapshotReceived<View>(
  feed: NumberedFeed<View> | null,
  message: Numbered & { readonly view: View },
  receivedAt: number,
): Received<View> {
  return {
    feed: {
      seq: message.seq,
      view: message.view,
      serverAheadMs: aheadOf(feed, message, receivedAt),
      receivedAt,
      isBehind: false,
    },
    needsResync: false,
  }
}

/** `change` makes the view after the delta; it is not called for one that is old or comes too early. */
export function deltaReceived<View>(
  feed: NumberedFeed<View> | null,
  message: Numbered,
  receivedAt: number,
  change: (view: View) => View,
): Received<View> {
  if (feed === null || feed.isBehind) return { feed, needsResync: false }
  // A snapshot may overtake deltas that it contains already.
  if (message.seq <= feed.seq) return { feed, needsResync: false }
  if (message.seq > feed.seq + 1) return { feed: { ...feed, isBehind: true }, needsResync: true }
  return {
    feed: {
      seq: message.seq,
      view: change(feed.view),
      serverAheadMs: aheadOf(feed, message, receivedAt),
      receivedAt,
      isBehind: false,
    },
    needsResync: false,
  }
}

/** A tick names the last number sent: a page that has another one has missed something. */
export function tickReceived<View>(
  feed: NumberedFeed<View> | null,
  message: Numbered,
  receivedAt: number,
): Received<View> {
  // The server opens with a snapshot; asking with each tick again outlives a lost request.
  if (feed === null || feed.isBehind) return { feed, needsResync: true }
  if (message.seq !== feed.seq) return { feed: { ...feed, isBehind: true }, needsResync: true }
  const serverAheadMs = aheadOf(feed, message, receivedAt)
  return { feed: { ...feed, serverAheadMs, receivedAt }, needsResync: false }
}

export function isOverdue(feed: NumberedFeed<unknown>, now: number): boolean {
  return feed.isBehind || now - feed.receivedAt >= STALE_MS
}

// Transport only ever makes the server look later than it is. Keeping the best estimate stops counting
// seconds from jumping back; a difference of a second is a clock that was set.
function aheadOf<View>(
  feed: NumberedFeed<View> | null,
  message: Numbered,
  receivedAt: number,
): number {
  const aheadMs = Date.parse(message.at) - receivedAt
  if (feed === null) return aheadMs
  const lostMs = feed.serverAheadMs - aheadMs
  return lostMs > 0 && lostMs < 1_000 ? feed.serverAheadMs : aheadMs
}
