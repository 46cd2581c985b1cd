// Digest authentication, without any server.
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import {
  DIGEST_ALGORITHMS,
  Digest,
  type DigestAlgorithm,
  type DigestAnswer,
  ha1Of,
  hash,
  parseAnswer,
  responseFor,
} from '../../src/sip/digest.ts'

const HA1 = ha1Of('agent-7', 'yingda', 'seven')
let count = 0
let digest: Digest

beforeEach(() => {
  digest = new Digest({
    realm: 'yingda',
    secret: 'secret',
    newId: () => {
      count += 1
      return `id-${count}`
    },
  })
})

function answer(at: number, changes: Partial<DigestAnswer> = {}, password = 'seven'): DigestAnswer {
  const challenge = digest.challenges(at, false, 'first')[0] ?? ''
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const given = {
    ...{ username: 'agent-7', realm: 'yingda', nonce, uri: 'sip:yingda' },
    ...{ algorithm: 'MD5' as DigestAlgorithm, cnonce: 'abc', nc: 1 },
    ...changes,
  }
  const ha1 = hash(given.algorithm, `${given.username}:${given.realm}:${password}`)
  return { response: responseFor(given, 'REGISTER', ha1), ...given }
}

describe('the computation', () => {
  it('is that of RFC 7616’s own example', () => {
    const given = {
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
      uri: '/dir/index.html',
      cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      nc: 1,
    }
    const ha1 = ha1Of('Mufasa', 'http-auth@example.org', 'Circle of Life')
    expect(responseFor({ ...given, algorithm: 'MD5' }, 'GET', ha1.md5)).toBe(
      '8ca523f5e9506fed4657c9700eebdbec',
    )
    expect(responseFor({ ...given, algorithm: 'SHA-256' }, 'GET', ha1.sha256)).toBe(
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    )
  })
})

describe.each(DIGEST_ALGORITHMS)('%s', (algorithm) => {
  it('takes the right password', () => {
    expect(digest.verify(answer(0, { algorithm }), 'REGISTER', [HA1], 10)).toBe('valid')
  })

  it.each([
    ['a wrong password', () => answer(0, { algorithm }, 'eight'), 'REGISTER'],
    ['another method', () => answer(0, { algorithm }), 'INVITE'],
    ['another realm', () => answer(0, { algorithm, realm: 'other' }), 'REGISTER'],
    ['a nonce that is not ours', () => answer(0, { algorithm, nonce: '0.x.y' }), 'REGISTER'],
    ['an empty nonce', () => answer(0, { algorithm, nonce: '' }), 'REGISTER'],
    ['another’s response', () => answer(0, { algorithm, response: 'f'.repeat(32) }), 'REGISTER'],
  ])('refuses %s', (_, given, method) => {
    expect(digest.verify(given(), method, [HA1], 10)).toBe('invalid')
  })

  it('refuses somebody who does not exist', () => {
    expect(digest.verify(answer(0, { algorithm }), 'REGISTER', [], 10)).toBe('invalid')
    const other = ha1Of('agent-1001', 'yingda', 'of the console')
    expect(digest.verify(answer(0, { algorithm }), 'REGISTER', [other], 10)).toBe('invalid')
    expect(digest.verify(answer(0, { algorithm }), 'REGISTER', [other, HA1], 10)).toBe('valid')
  })
})

describe('nonces', () => {
  it('are stale after a minute, for who knows the password', () => {
    expect(digest.verify(answer(0), 'REGISTER', [HA1], 60_000)).toBe('stale')
    expect(digest.verify(answer(0, {}, 'eight'), 'REGISTER', [HA1], 60_000)).toBe('invalid')
  })

  it('are not taken twice with the same count, but with the next', () => {
    const first = answer(0)
    expect(digest.verify(first, 'REGISTER', [HA1], 10)).toBe('valid')
    expect(digest.verify(first, 'REGISTER', [HA1], 11)).toBe('stale')
    expect(digest.verify(answer(0, { nonce: first.nonce, nc: 2 }), 'REGISTER', [HA1], 12)).toBe(
      'valid',
    )
    expect(digest.verify(first, 'REGISTER', [HA1], 13)).toBe('stale')
  })

  it('of another secret are not ours', () => {
    const other = new Digest({ realm: 'yingda', secret: 'other', newId: () => 'x' })
    expect(other.verify(answer(0), 'REGISTER', [HA1], 10)).toBe('invalid')
  })

  it('say so in the challenge when they were stale, and MD5 stands where it is looked for', () => {
    expect(digest.challenges(0, true, 'first')[0]).toContain('stale=true')
    expect(digest.challenges(0, false, 'first')[0]).toMatch(/algorithm=MD5/)
    expect(digest.challenges(0, false, 'last').at(-1)).toMatch(/algorithm=MD5/)
  })
})

describe('parseAnswer', () => {
  const header =
    'Digest username="agent-7", realm="yingda", nonce="n", uri="sip:y", response="ABC", ' +
    'algorithm=MD5, cnonce="c", qop=auth, nc=0000000a'

  it('reads what phones send', () => {
    expect(parseAnswer(header)).toMatchObject({ username: 'agent-7', nc: 10, response: 'abc' })
    expect(parseAnswer(header.replace(', algorithm=MD5', ''))).toMatchObject({ algorithm: 'MD5' })
  })

  it.each([
    ['another scheme', header.replace('Digest', 'Basic')],
    ['an algorithm we do not know', header.replace('MD5', 'MD5-sess')],
    ['no qop', header.replace(', qop=auth', '')],
    ['auth-int', header.replace('qop=auth', 'qop=auth-int')],
    ['no count', header.replace(', nc=0000000a', '')],
    ['a field twice', `${header}, username="agent-8"`],
    ['no user', header.replace('agent-7', '')],
    ['a giant', `${header}, x="${'a'.repeat(5_000)}"`],
  ])('refuses %s', (_, text) => {
    expect(parseAnswer(text)).toBeNull()
  })

  it('throws at nothing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseAnswer(`Digest ${text}`)
      }),
    )
  })
})
