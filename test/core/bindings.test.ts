// The registrar's rules, by cases and against a slow twin.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Binding,
  expired,
  type OfferedContact,
  type Registration,
  register,
  ringOrder,
} from '../../src/core/bindings.ts'

const SOURCE = {
  transport: 'udp' as const,
  address: '192.0.2.1',
  port: 5_060,
  edgeId: 'edge',
  userAgent: '',
}
const contact = (uri: string, changes: Partial<OfferedContact> = {}): OfferedContact => ({
  ...{ uri, device: null, expiresSeconds: null },
  ...changes,
})
const request = (changes: Partial<Registration>): Registration => ({
  ...{ at: 0, agentId: 'a1', contacts: [], expiresSeconds: 60, callId: 'c1', cseq: 1 },
  source: SOURCE,
  ...changes,
})
/** What stands after the requests, one a second. */
function standingAfter(...requests: Partial<Registration>[]): readonly Binding[] {
  return requests.reduce<readonly Binding[]>((standing, changes, index) => {
    const asked = request({ cseq: index + 1, at: index * 1_000, ...changes })
    const outcome = register(standing, asked)
    return outcome.isAccepted ? outcome.bindings : standing
  }, [])
}
const uris = (bindings: readonly Binding[]) => bindings.map(({ uri }) => uri)

describe('register', () => {
  it('adds, the newest first', () => {
    expect(
      uris(standingAfter({ contacts: [contact('sip:a@x')] }, { contacts: [contact('sip:b@x')] })),
    ).toEqual(['sip:b@x', 'sip:a@x'])
  })

  it('refreshes without doubling, and remembers the latency', () => {
    const [first] = standingAfter({ contacts: [contact('sip:a@x')] })
    const measured = [{ ...(first as Binding), latencyMs: 12 }]
    const again = register(
      measured,
      request({ at: 9_000, cseq: 2, contacts: [contact('sip:a@x')] }),
    )
    expect(again).toMatchObject({
      bindings: [{ uri: 'sip:a@x', expiresAt: 69_000, latencyMs: 12 }],
      removed: [],
    })
  })

  it('removes one, and all with *', () => {
    const two = [{ contacts: [contact('sip:a@x')] }, { contacts: [contact('sip:b@x')] }]
    const gone = contact('sip:a@x', { expiresSeconds: 0 })
    expect(uris(standingAfter(...two, { contacts: [gone] }))).toEqual(['sip:b@x'])
    expect(standingAfter(...two, { contacts: '*', expiresSeconds: 0 })).toEqual([])
  })

  it('only tells when there is no contact', () => {
    expect(uris(standingAfter({ contacts: [contact('sip:a@x')] }, { contacts: [] }))).toEqual([
      'sip:a@x',
    ])
  })

  it('lets a device come back from another address', () => {
    const of = (uri: string) => [contact(uri, { device: '<urn:uuid:1>;1' })]
    const standing = standingAfter({ contacts: of('sip:a@x.invalid') })
    const outcome = register(standing, request({ callId: 'c2', contacts: of('sip:b@x.invalid') }))
    expect(outcome).toMatchObject({
      bindings: [{ uri: 'sip:b@x.invalid' }],
      removed: [{ uri: 'sip:a@x.invalid' }],
    })
  })

  it('keeps no more than five, the oldest goes', () => {
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
      contacts: [contact(`sip:${name}@x`)],
    }))
    expect(uris(standingAfter(...six))).toEqual([
      'sip:f@x',
      'sip:e@x',
      'sip:d@x',
      'sip:c@x',
      'sip:b@x',
    ])
  })

  it.each([
    ['* with a time', { contacts: '*' as const, expiresSeconds: 60 }, 400],
    ['* without one', { contacts: '*' as const, expiresSeconds: null }, 400],
    ['a time too brief', { contacts: [contact('sip:b@x')], expiresSeconds: 5 }, 423],
    ['a request that was overtaken', { contacts: [contact('sip:b@x')], cseq: 1 }, 500],
    ['an overtaken *', { contacts: '*' as const, expiresSeconds: 0, cseq: 1 }, 500],
  ])('refuses %s', (_, changes, status) => {
    const standing = standingAfter({ contacts: [contact('sip:a@x')] })
    const outcome = register(standing, request({ cseq: 2, ...changes }))
    expect(outcome).toMatchObject({ isAccepted: false, status })
  })

  it('grants no more than an hour, and five minutes where nothing is asked', () => {
    const long = standingAfter({ contacts: [contact('sip:a@x')], expiresSeconds: 999_999 })
    expect(long[0]?.expiresAt).toBe(3_600_000)
    const none = standingAfter({ contacts: [contact('sip:a@x')], expiresSeconds: null })
    expect(none[0]?.expiresAt).toBe(300_000)
    const own = standingAfter({ contacts: [contact('sip:a@x', { expiresSeconds: 30 })] })
    expect(own[0]?.expiresAt).toBe(30_000)
  })
})

describe('any sequence of requests', () => {
  const requests = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', '*'),
      expires: fc.constantFrom(0, 10, 60, 600),
      waitS: fc.integer({ min: 0, max: 90 }),
    }),
    { maxLength: 40 },
  )

  it('leaves what a plain list of the last registrations would', () => {
    fc.assert(
      fc.property(requests, (all) => {
        let standing: readonly Binding[] = []
        let twin: { uri: string; until: number }[] = []
        let at = 0
        for (const [index, { name, expires, waitS }] of all.entries()) {
          at += waitS * 1_000
          const isAll = name === '*'
          const asked = request({
            at,
            cseq: index + 1,
            contacts: isAll ? '*' : [contact(`sip:${name}@x`)],
            expiresSeconds: isAll ? 0 : expires,
          })
          const outcome = register(standing, asked)
          expect(outcome.isAccepted).toBe(true)
          if (!outcome.isAccepted) return
          const gone = standing.filter(({ uri }) => !uris(outcome.bindings).includes(uri))
          // Nobody disappears without being named, unless its time was over.
          for (const binding of gone) {
            expect(binding.expiresAt <= at || outcome.removed.includes(binding)).toBe(true)
          }
          standing = outcome.bindings
          twin = isAll ? [] : twin.filter(({ uri, until }) => until > at && uri !== `sip:${name}@x`)
          if (!isAll && expires > 0)
            twin.unshift({ uri: `sip:${name}@x`, until: at + expires * 1_000 })
          twin = twin.slice(0, 5)
          expect(uris(standing)).toEqual(twin.map(({ uri }) => uri))
        }
      }),
    )
  })
})

describe('ringOrder', () => {
  const binding = (uri: string, changes: Partial<Binding>): Binding => ({
    ...{ agentId: 'a1', uri, device: null, registeredAt: 0, expiresAt: 100 },
    ...{ callId: 'c', cseq: 1, latencyMs: null },
    ...SOURCE,
    ...changes,
  })

  it('is a browser first, then the newest, and never what has expired', () => {
    const bindings = [
      binding('old-desk', { registeredAt: 1 }),
      binding('new-desk', { registeredAt: 9 }),
      binding('old-page', { registeredAt: 2, transport: 'wss' }),
      binding('new-page', { registeredAt: 3, transport: 'ws' }),
      binding('dead-page', { registeredAt: 10, transport: 'ws', expiresAt: 50 }),
    ]
    expect(uris(ringOrder(bindings, 50))).toEqual(['new-page', 'old-page', 'new-desk', 'old-desk'])
    expect(uris(expired(bindings, 50))).toEqual(['dead-page'])
  })
})
