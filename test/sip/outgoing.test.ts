// Which of a trunk's addresses calls go out to.
import { expect, it } from 'vitest'
import { outboundAddress } from '../../src/sip/outgoing.ts'

it.each([
  [['192.0.2.7', '192.0.2.0/24'], '192.0.2.7'],
  [['192.0.2.0/24', '192.0.2.9:5080'], '192.0.2.9:5080'],
  [['192.0.2.0/24'], null],
  [[], null],
])('a trunk with %j takes calls at %s', (addresses, address) => {
  expect(outboundAddress({ addresses })).toBe(address)
})
