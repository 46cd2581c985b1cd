// Where a trunk takes calls.
import { expect, it } from 'vitest'
import { outboundAddressOf } from '../../src/sip/outgoing.ts'

it.each([
  [['192.0.2.7', '192.0.2.0/24'], null, '192.0.2.7'],
  [['192.0.2.0/24', '192.0.2.9:5080'], null, '192.0.2.9:5080'],
  [['192.0.2.0/24'], null, null],
  [[], null, null],
  [[], 'ims.carrier.example:5080', 'ims.carrier.example:5080'],
  [['192.0.2.7'], '192.0.2.8', '192.0.2.8'],
])('a trunk with %j and %j takes calls at %s', (addresses, outboundAddress, address) => {
  expect(outboundAddressOf({ addresses, outboundAddress })).toBe(address)
})
