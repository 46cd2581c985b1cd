// The wallboard's side of the push protocol: what each message does to what the page knows, when a
// snapshot is asked for, and when the figures stop being news.
import { describe, expect, it } from 'vitest'
import {
  decode,
  type Feed,
  isOverdue,
  type Message,
  reduce,
  STALE_MS,
  serverNow,
} from '../../src/web/wallboard/feed.ts'
import { AT, BUSY, figures, iso, queue } from './hotline-views.ts'

function decoded(type: Message['type'], payload: unknown): Message {
  const message = decode(type, payload)
  if (message === null) throw new Error(`not a ${type}`)
  return message
}
const snapshot = (seq: number, at = AT) => decoded('snapshot', { seq, at: iso(at), view: BUSY })
const tick = (seq: number, at = AT) => decoded('tick', { seq, at: iso(at) })
const delta = (seq: number, change: object = {}, at = AT) =>
  decoded('delta', { seq, at: iso(at), ...change })

/** The feed after the messages, one received every 100 ms from 1,000 on. */
function fed(...messages: Message[]): Feed {
  let feed: Feed | null = null
  let receivedAt = 1_000
  for (const message of messages) {
    feed = reduce(feed, message, receivedAt).feed
    receivedAt += 100
  }
  if (feed === null) throw new Error('nothing came of it')
  return feed
}

describe('a snapshot', () => {
  it('is taken whole, with times as epoch ms and the offset of the hotline', () => {
    const feed = fed(snapshot(41))
    expect(feed).toMatchObject({ seq: 41, at: AT, receivedAt: 1_000, zoneMs: 8 * 3_600_000 })
    expect(feed.view.longestWaitSince).toBe(AT - 12_000)
    expect(feed.view.queues.map((each) => each.longestWaitSince)).toEqual([
      AT - 12_000,
      AT - 4_000,
      AT - 9_000,
      null,
    ])
  })

  it('replaces everything, also a queue that is gone and a higher number', () => {
    const fewer = { ...BUSY, queues: BUSY.queues.slice(0, 1) }
    const feed = fed(snapshot(41), decoded('snapshot', { seq: 3, at: iso(AT), view: fewer }))
    expect(feed.seq).toBe(3)
    expect(feed.view.queues.map((each) => each.queueId)).toEqual(['general'])
  })
})

describe('a delta', () => {
  it('changes only what it names', () => {
    const change = {
      hotline: { waiting: 0, longestWaitSince: null },
      queues: [queue('english', 'English line', { today: figures(99, 72, 31) })],
    }
    const { view, seq } = fed(snapshot(41), delta(42, change, AT + 700))
    expect(seq).toBe(42)
    expect(view).toMatchObject({ at: AT + 700, waiting: 0, longestWaitSince: null })
    expect(view.today).toEqual(BUSY.today)
    expect(view.queues.map((each) => each.today.counts.inbound)).toEqual([640, 312, 99, 0])
  })

  it('brings a new queue', () => {
    const { view } = fed(snapshot(1), delta(2, { queues: [queue('night', '夜间')] }))
    expect(view.queues.map((each) => each.queueId).at(-1)).toBe('night')
  })

  it('that a snapshot already contains changes nothing', () => {
    const feed = fed(snapshot(41))
    const late = delta(41, { hotline: { waiting: 99 } })
    expect(reduce(feed, late, 1_100)).toEqual({ feed, needsResync: false })
  })
})

describe('a gap', () => {
  it.each([
    ['delta', delta(43, { hotline: { waiting: 99 } })],
    ['tick', tick(42)],
  ])('shown by a %s asks for a snapshot and believes nothing until it comes', (_by, message) => {
    const missed = reduce(fed(snapshot(41)), message, 1_100)
    expect(missed.needsResync).toBe(true)
    expect(missed.feed).toMatchObject({ seq: 41, isBehind: true, receivedAt: 1_000 })
    expect(missed.feed?.view.waiting).toBe(7)

    const next = reduce(missed.feed, delta(44, { hotline: { waiting: 98 } }), 1_200)
    expect(next).toEqual({ feed: missed.feed, needsResync: false })

    const mended = reduce(next.feed, snapshot(44), 1_300)
    expect(mended.feed).toMatchObject({ seq: 44, isBehind: false, receivedAt: 1_300 })
    expect(reduce(mended.feed, delta(45), 1_400)).toMatchObject({ needsResync: false })
  })

  it('whose snapshot does not come is asked about with every tick, and goes stale', () => {
    let reduced = reduce(fed(snapshot(41)), delta(43), 1_100)
    for (const receivedAt of [6_000, 10_999]) {
      reduced = reduce(reduced.feed, tick(43), receivedAt)
      expect(reduced.needsResync).toBe(true)
    }
    const { feed } = reduced
    if (feed === null) throw new Error('the feed is gone')
    expect(isOverdue(feed, 10_999)).toBe(false)
    expect(isOverdue(feed, 11_000)).toBe(true)
  })

  it('also shows where the numbers start again from below', () => {
    expect(reduce(fed(snapshot(41)), tick(2), 1_100).needsResync).toBe(true)
  })
})

it('asks for the snapshot if a tick comes before it', () => {
  expect(reduce(null, delta(1), 1_000)).toEqual({ feed: null, needsResync: false })
  expect(reduce(null, tick(1), 1_000)).toEqual({ feed: null, needsResync: true })
})

it('is overdue ten seconds after the last message of any kind', () => {
  expect(STALE_MS).toBe(10_000)
  const feed = fed(snapshot(41), delta(42), tick(42))
  expect(feed.receivedAt).toBe(1_200)
  expect(isOverdue(feed, 11_199)).toBe(false)
  expect(isOverdue(feed, 11_200)).toBe(true)
})

describe('the time of the server', () => {
  it('goes on between messages, whatever clock the page has', () => {
    expect(serverNow(fed(snapshot(41)), 1_000 + 4_200)).toBe(AT + 4_200)
  })

  it('does not jump back because a message was slow', () => {
    const feed = reduce(fed(snapshot(41)), tick(41, AT + 5_000), 6_400).feed as Feed
    expect(serverNow(feed, 6_400)).toBe(AT + 5_400)
  })

  it('follows a clock that was set back', () => {
    const feed = reduce(fed(snapshot(41)), tick(41, AT - 60_000), 6_000).feed as Feed
    expect(serverNow(feed, 6_000)).toBe(AT - 60_000)
  })
})

describe('what is no message', () => {
  it.each([
    ['snapshot', null],
    ['snapshot', 'hello'],
    ['snapshot', { seq: 1, at: iso(AT) }],
    ['snapshot', { seq: 1, at: iso(AT), view: { queues: 7 } }],
    ['snapshot', { seq: '1', at: iso(AT), view: BUSY }],
    ['snapshot', { seq: 1, at: AT, view: BUSY }],
    ['delta', { seq: 1.5, at: iso(AT) }],
    ['delta', { seq: 1, at: iso(AT), queues: {} }],
    ['tick', { seq: 1, at: 'yesterday' }],
    ['tick', undefined],
  ] as const)('a %s like %j is refused', (type, payload) => {
    expect(decode(type, payload)).toBeNull()
  })
})

it('reads the offset of any zone', () => {
  const zoneMsAt = (at: string) => decoded('tick', { seq: 1, at }).zoneMs
  expect(zoneMsAt('2026-11-23T01:00:00.000-03:30')).toBe(-3.5 * 3_600_000)
  expect(zoneMsAt('2026-11-23T01:00:00.000+00:00')).toBe(0)
  expect(zoneMsAt('2026-11-23T01:00:00.000Z')).toBe(0)
})
