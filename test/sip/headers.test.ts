// Reading headers that the network sends, without any server.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contactsOf, secondsOf, userOf, withoutTag } from '../../src/sip/headers.ts'

describe('userOf', () => {
  it.each([
    ['sip:12345@192.0.2.1:5060;user=phone', '12345'],
    ['"Li" <sip:agent-7@yingda>;tag=1', 'agent-7'],
    ['<sips:%2B86138@x>', '+86138'],
    ['tel:+8613800001234;phone-context=cn', '+8613800001234'],
    ['sip:13800001234;npdi@x', '13800001234'],
    ['sip:192.0.2.1', ''],
    ['<sip:%zz@x>', ''],
    [undefined, ''],
  ])('%s: %s', (text, user) => {
    expect(userOf(text)).toBe(user)
  })
})

describe('contactsOf', () => {
  it('reads a browser’s, with its device', () => {
    const header =
      '<sip:x@y.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:1-2>";expires=60'
    expect(contactsOf(header)).toEqual([
      { uri: 'sip:x@y.invalid;transport=ws', device: '<urn:uuid:1-2>;1', expiresSeconds: 60 },
    ])
  })

  it('reads several, a bare one, none and all', () => {
    expect(contactsOf('"a, b" <sip:a@x>;expires=0, <sip:b@x>')).toMatchObject([
      { uri: 'sip:a@x', expiresSeconds: 0 },
      { uri: 'sip:b@x', expiresSeconds: null },
    ])
    expect(contactsOf('sip:a@x;expires=30')).toMatchObject([{ uri: 'sip:a@x', expiresSeconds: 30 }])
    expect(contactsOf(undefined)).toEqual([])
    expect(contactsOf(' * ')).toBe('*')
  })

  it.each([
    '<<>>;;;=',
    '<http://x>',
    '<sip:a b@x>',
    '<sip:a@x>;expires=-1',
    `<sip:${'a'.repeat(600)}@x>`,
    '',
  ])('cannot read %s', (header) => {
    expect(contactsOf(header)).toBeNull()
  })

  it('throws at nothing, and never makes up a URI', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const contacts = contactsOf(text)
        if (contacts === null || contacts === '*') return
        for (const { uri } of contacts) expect(text).toContain(uri)
      }),
    )
  })
})

it('secondsOf takes whole seconds and nothing else', () => {
  expect([secondsOf(' 60 '), secondsOf('0'), secondsOf('1.5'), secondsOf(undefined)]).toEqual([
    ...[60, 0, null, null],
  ])
})

it('withoutTag leaves the address alone', () => {
  expect(withoutTag('"Li" <sip:1@x;tag=in>;tag=abc;x=1')).toContain(';x=1')
  expect(withoutTag('<sip:1@x>;tag=abc')).toBe('<sip:1@x>')
})
