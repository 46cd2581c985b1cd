// What the system proposes to leave out of the adjusted figures, and what it does not.
import { describe, expect, it } from 'vitest'
import {
  type Cause,
  causesOf,
  goOnFrom,
  type OpenCauses,
  observe,
  type Proposal,
} from '../../src/core/window-evidence.ts'

const SECOND = 1_000

/** So many in each state, nobody in the others. */
function seats(
  waiting: number,
  some: Partial<Record<'ready' | 'onCall' | 'onHold' | 'wrapUp', number>>,
) {
  const none = { ready: 0, offered: 0, onCall: 0, onHold: 0, wrapUp: 0, notReady: 0 }
  return { waiting, agents: { ...none, ...some } }
}

const load = (waiting: number, queueId: string | null = null): Cause => ({
  reason: 'over_capacity',
  queueId,
  load: { waiting, inService: 10, staffed: 10 },
})
const lost = (...parts: string[]): Cause => ({ reason: 'system_fault', queueId: null, parts })

/** What is proposed when each trouble stands from its second on; looked at every five. */
function proposed(causes: readonly (readonly [number, readonly Cause[]])[], untilS: number) {
  let open: OpenCauses = new Map()
  const proposals: Proposal[] = []
  for (let second = 0; second <= untilS; second += 5) {
    const [, now = []] = causes.filter(([from]) => from <= second).at(-1) ?? []
    const seen = observe(open, second * SECOND, now)
    open = seen.open
    proposals.push(...seen.proposals)
  }
  return proposals
}

describe('more calls than the seats can carry', () => {
  it.each([
    ['at one and a half per seat', seats(5, { onCall: 8, onHold: 2 }), false],
    ['above it', seats(6, { onCall: 8, onHold: 2 }), true],
    ['with free seats', seats(6, { ready: 2, onCall: 8, wrapUp: 2 }), false],
    ['where nobody is staffed', seats(6, {}), false],
  ])('%s', (_, hotline, isOver) => {
    expect(causesOf({ ...hotline, queues: [] }, []).length).toBe(isOver ? 1 : 0)
  })

  it('names single queues only where the whole hotline can carry its calls', () => {
    const queue = { queueId: 'yue', ...seats(4, { onCall: 1 }) }
    const calm = causesOf({ ...seats(4, { ready: 10, onCall: 1 }), queues: [queue] }, [])
    expect(calm.map(({ queueId }) => queueId)).toEqual(['yue'])
    const busy = causesOf({ ...seats(9, { onCall: 2 }), queues: [queue] }, [])
    expect(busy.map(({ queueId }) => queueId)).toEqual([null])
  })

  it('for less than a minute is not proposed', () => {
    expect(
      proposed(
        [
          [0, [load(10)]],
          [55, []],
        ],
        300,
      ),
    ).toEqual([])
  })

  it('is proposed after a minute, grows with it, and tells of the worst moment', () => {
    const proposals = proposed(
      [
        [10, [load(8)]],
        [80, [load(30)]],
        [100, [load(9)]],
        [150, []],
      ],
      300,
    )
    expect(proposals.map(({ startsAt, endsAt }) => [startsAt / SECOND, endsAt / SECOND])).toEqual([
      [10, 70],
      [10, 130],
      [10, 150],
    ])
    expect(proposals.at(-1)?.evidence).toContain('排队 30')
    expect(proposals.at(-1)?.evidence).toContain('共 140 秒')
  })

  it('goes on as another window once somebody has decided on the first', () => {
    let open: OpenCauses = new Map()
    const look = (second: number) => {
      const seen = observe(open, second * SECOND, [load(8)])
      open = seen.open
      return seen.proposals
    }
    look(0)
    const [first] = look(60)
    if (first === undefined) throw new Error('nothing was proposed')
    open = goOnFrom(open, first)
    expect(look(115)).toEqual([])
    expect(look(120)).toMatchObject([{ startsAt: 60 * SECOND, endsAt: 120 * SECOND }])
  })
})

describe('parts that are lost', () => {
  it('for ten seconds are proposed, together with those lost meanwhile', () => {
    const proposals = proposed(
      [
        [0, [lost('database')]],
        [5, [lost('switch:fs1')]],
        [20, []],
      ],
      60,
    )
    expect(proposals.map(({ endsAt }) => endsAt / SECOND)).toEqual([10, 20])
    expect(proposals.at(-1)).toMatchObject({ reason: 'system_fault', queueId: null, startsAt: 0 })
    expect(proposals.at(-1)?.evidence).toContain('database、switch:fs1')
  })

  it('for a moment are not', () => {
    expect(
      proposed(
        [
          [0, [lost('sip')]],
          [5, []],
        ],
        60,
      ),
    ).toEqual([])
  })
})
