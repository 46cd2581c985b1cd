// The chain that a trunk's call passes, and the choice of the node.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ADMISSION_REFUSALS,
  type AdmissionRefusalCode,
  type Arrival,
  admit,
  CALLER_LIMITS,
  type NodeSituation,
  nodesInOrder,
  type Trunk,
  trunkOf,
} from '../../src/core/admission.ts'

const TRUNK: Trunk = {
  trunkId: 'telecom',
  name: 'Telecom',
  isEnabled: true,
  addresses: ['192.0.2.7'],
  username: null,
  outboundAddress: null,
  callsMax: 2,
  callsPerSecondMax: 2,
}
const node = (nodeId: string, changes: Partial<NodeSituation> = {}): NodeSituation => ({
  ...{ nodeId, isHealthy: true, isDraining: false, calls: 0, weight: 1 },
  ...changes,
})
const ARRIVAL: Arrival = {
  at: 1_000,
  trunk: TRUNK,
  caller: '13800001234',
  dialled: '12345',
  isDraining: false,
  numbers: new Set(['12345']),
  blocked: new Map(),
  limits: CALLER_LIMITS,
  live: {
    callsOfTrunk: 0,
    callsOfTrunkLastSecond: 0,
    callsOfCaller: 0,
    callsOfCallerLastMinute: 0,
  },
  nodes: [node('fs1')],
}
const block = (expiresAt: number | null) => ({
  blocked: new Map([
    ['13800001234', { number: '13800001234', reason: 'r', approvedBy: 'l', expiresAt }],
  ]),
})
const live = (changes: Partial<Arrival['live']>) => ({ live: { ...ARRIVAL.live, ...changes } })

/** In the order of the chain: each alone brings its own refusal. */
const OBJECTIONS: readonly [AdmissionRefusalCode, Partial<Arrival>][] = [
  ['unknown_trunk', { trunk: null }],
  ['trunk_disabled', { trunk: { ...TRUNK, isEnabled: false } }],
  ['draining', { isDraining: true }],
  ['unknown_number', { dialled: '99999' }],
  ['blocked_caller', block(null)],
  ['caller_calls', live({ callsOfCaller: CALLER_LIMITS.callsMax })],
  ['caller_rate', live({ callsOfCallerLastMinute: CALLER_LIMITS.callsPerMinuteMax })],
  ['trunk_calls', live({ callsOfTrunk: 2 })],
  ['trunk_rate', live({ callsOfTrunkLastSecond: 2 })],
  ['no_node', { nodes: [node('fs1', { isDraining: true })] }],
]

describe('admit', () => {
  it('lets an ordinary call in', () => {
    expect(admit(ARRIVAL)).toEqual({ isAdmitted: true, trunk: TRUNK, nodeIds: ['fs1'] })
  })

  it.each(OBJECTIONS)('refuses for %s', (code, changes) => {
    expect(admit({ ...ARRIVAL, ...changes })).toEqual({ isAdmitted: false, code })
  })

  it('knows a way to every refusal', () => {
    expect(OBJECTIONS.map(([code]) => code)).toEqual(Object.keys(ADMISSION_REFUSALS))
  })

  it('gives each refusal a status and reason of its own', () => {
    const lines = Object.values(ADMISSION_REFUSALS).map(
      ({ status, reason }) => `${status} ${reason}`,
    )
    expect(new Set(lines).size).toBe(lines.length)
  })

  it('names the first of several objections', () => {
    fc.assert(
      fc.property(fc.subarray([...OBJECTIONS], { minLength: 1 }), (some) => {
        // A trunk that is unknown cannot be disabled as well.
        const wanted = some.filter(
          ([code]) =>
            code !== 'trunk_disabled' || !some.some(([other]) => other === 'unknown_trunk'),
        )
        let arrival = ARRIVAL
        for (const [, { live: counts, ...changes }] of wanted) {
          const changed = counts === undefined ? arrival.live : sumOf(arrival.live, counts)
          arrival = { ...arrival, ...changes, live: changed }
        }
        expect(admit(arrival)).toEqual({ isAdmitted: false, code: wanted[0]?.[0] })
      }),
    )
  })

  it.each([
    ['an expired block', block(1_000)],
    ['one below every limit', live({ callsOfTrunk: 1, callsOfTrunkLastSecond: 1 })],
    ['numbers that nobody could read yet', { numbers: null, dialled: '99999' }],
    ['a number with its country code', { dialled: '+8612345' }],
  ])('lets a call in with %s', (_, changes) => {
    expect(admit({ ...ARRIVAL, ...changes }).isAdmitted).toBe(true)
  })

  it('blocks a caller however the carrier spells the number', () => {
    for (const caller of ['+8613800001234', '008613800001234', '138-0000-1234']) {
      expect(admit({ ...ARRIVAL, ...block(2_000), caller })).toMatchObject({
        code: 'blocked_caller',
      })
    }
  })
})

function sumOf(one: Arrival['live'], other: Arrival['live']): Arrival['live'] {
  const keys = Object.keys(one) as (keyof Arrival['live'])[]
  return Object.fromEntries(
    keys.map((key) => [key, one[key] + other[key]]),
  ) as unknown as Arrival['live']
}

describe('nodesInOrder', () => {
  it.each([
    ['fewest calls first', [node('a', { calls: 5 }), node('b', { calls: 2 })], ['b', 'a']],
    [
      'twice the calls for twice the weight',
      [node('a', { calls: 3 }), node('b', { calls: 5, weight: 2 })],
      ['b', 'a'],
    ],
    [
      'dead ones last, not never',
      [node('a', { isHealthy: false }), node('b', { calls: 9 })],
      ['b', 'a'],
    ],
    ['draining ones never', [node('a', { isDraining: true }), node('b')], ['b']],
    [
      'weight 0 only when there is no other',
      [node('a', { weight: 0 }), node('b', { calls: 99 })],
      ['b', 'a'],
    ],
  ])('%s', (_, nodes, order) => {
    expect(nodesInOrder(nodes)).toEqual(order)
  })

  it('spreads calls by weight', () => {
    const counts = new Map([
      ['a', 0],
      ['b', 0],
      ['c', 0],
    ])
    const weights: Record<string, number> = { a: 1, b: 2, c: 3 }
    for (let call = 0; call < 600; call += 1) {
      const nodes = [...counts].map(([id, calls]) => node(id, { calls, weight: weights[id] ?? 1 }))
      const chosen = nodesInOrder(nodes)[0] ?? ''
      counts.set(chosen, (counts.get(chosen) ?? 0) + 1)
    }
    const shares = [...counts.values()]
    for (const [index, wanted] of [100, 200, 300].entries()) {
      expect(Math.abs((shares[index] ?? 0) - wanted)).toBeLessThanOrEqual(2)
    }
  })
})

describe('trunkOf', () => {
  const trunks = [
    { ...TRUNK, trunkId: 'network', addresses: ['192.0.2.0/24'] },
    { ...TRUNK, trunkId: 'host', addresses: ['192.0.2.7', '2001:db8::7'] },
    { ...TRUNK, trunkId: 'port', addresses: ['192.0.2.7:5080'] },
  ]
  it.each([
    ['192.0.2.7', 5080, 'port'],
    ['192.0.2.7', 5060, 'host'],
    ['192.0.2.8', 5080, 'network'],
    ['2001:db8::7', 5060, 'host'],
    ['192.0.3.7', 5060, undefined],
    ['192.0.2.999', 5060, undefined],
    ['', 0, undefined],
  ])('%s:%d is %s', (address, port, trunkId) => {
    expect(trunkOf(trunks, { address, port })?.trunkId).toBe(trunkId)
  })

  it('0.0.0.0/0 is everybody, a broken network nobody', () => {
    const of = (entry: string) =>
      trunkOf([{ ...TRUNK, addresses: [entry] }], { address: '198.51.100.1', port: 1 })
    expect(of('0.0.0.0/0')).not.toBeNull()
    for (const broken of ['198.51.100.0/', '198.51.100.0/33', '198.51.100/24', '/0', '0.0.0.0/x']) {
      expect(of(broken)).toBeNull()
    }
  })
})
