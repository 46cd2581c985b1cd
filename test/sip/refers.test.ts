// What a phone hears of the transfer it asked for: 202, then how it goes.
import { expect, it } from 'vitest'
import { rejection } from '../../src/core/rejections.ts'
import type { SipHeaders, SipReply, SipRequest, SipResponse } from '../../src/sip/connection.ts'
import { isAttended, type SipStatus, statusFor, takeRefer } from '../../src/sip/refers.ts'

function refer(headers: SipHeaders): SipRequest {
  return {
    ...{ method: 'REFER', uri: 'sip:edge', body: undefined, protocol: 'udp' },
    ...{ source_address: '192.0.2.7', source_port: 5060 },
    get: (name) => headers[name],
    has: (name) => name in headers,
    on: () => {},
  }
}

/** What goes to the phone, in its order. */
function saidTo(headers: SipHeaders, carryOut: (said: string[]) => SipStatus) {
  const said: string[] = []
  const reply: SipReply = {
    finalResponseSent: false,
    send: (status, _, options) => said.push(`${status} ${JSON.stringify(options?.headers ?? {})}`),
  }
  const asker = {
    request: ({
      method,
      headers,
      body,
    }: {
      method: string
      headers: SipHeaders
      body?: string
    }) => {
      said.push(`${method} ${headers.Event} ${headers['Subscription-State']} ${body?.trim()}`)
      return Promise.reject<SipResponse>(new Error('the phone is gone'))
    },
  }
  const run = () => takeRefer(asker, refer(headers), reply, () => carryOut(said))
  return { said, run }
}

it('tells that it is under way before it begins, and then the result', () => {
  const { said, run } = saidTo({ CSeq: '7 REFER' }, (soFar) => {
    soFar.push('begun')
    return statusFor(null)
  })
  run()
  expect(said).toEqual([
    '202 {}',
    'NOTIFY refer;id=7 active;expires=60 SIP/2.0 100 Trying',
    'begun',
    'NOTIFY refer;id=7 terminated;reason=noresource SIP/2.0 200 OK',
  ])
})

it('says nothing more to a phone that wants no word', () => {
  const { said, run } = saidTo({ CSeq: '7 REFER', 'Refer-Sub': 'false' }, () => statusFor(null))
  run()
  expect(said).toEqual(['202 {"Refer-Sub":"false"}'])
})

it('leaves no phone without a result, whatever happens', () => {
  const { said, run } = saidTo({}, () => {
    throw new Error('a fault')
  })
  expect(run).toThrow('a fault')
  expect(said.at(-1)).toBe(
    'NOTIFY refer terminated;reason=noresource SIP/2.0 500 Server Internal Error',
  )
})

it.each([
  ['unknown_target', 404],
  ['target_unavailable', 486],
  ['not_connected', 481],
  ['consult_active', 491],
  ['switch_unavailable', 503],
  ['signed_out', 403],
] as const)('a transfer refused as %s fails at the phone with %d', (code, status) => {
  expect(statusFor(rejection(code)).status).toBe(status)
})

it.each([
  ['<sip:agent-8@yingda?Replaces=a%40b%3Bto-tag%3Dc%3Bfrom-tag%3Dd>', true],
  ['<sip:agent-8@yingda?Require=x&replaces=a>', true],
  ['<sip:agent-8@yingda;user=phone>', false],
  ['sip:replaces=@yingda', false],
])('%s: attended is %s', (referTo, isOne) => {
  expect(isAttended(referTo)).toBe(isOne)
})
