// What the phone in an agent's console is given: an address its browser may open, and a password of its own.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { phoneUrlFor } from '../../src/http/console-phone.ts'
import { findSipHashes } from '../../src/store/sip-credentials.ts'
import { testService } from '../support/service.ts'

const test = testService({ hasSipEdge: true })
const ask = (role: 'agent' | 'admin') => test.service.ask(role, 'POST', '/api/v1/me/agent/phone')

it('each page gets a password that the registrar takes, beside the desk phone’s', async () => {
  const { service } = test
  await service.ask('admin', 'POST', '/api/v1/agents/a1/sip-credentials')
  const first = (await ask('agent')).json().phone
  const { phone } = (await ask('agent')).json()
  expect(phone).toMatchObject({ username: 'agent-a1', realm: 'yingda', url: 'ws://localhost:8060' })
  expect(phone.password).not.toBe(first.password)
  const md5 = (password: string) =>
    createHash('md5').update(`agent-a1:yingda:${password}`).digest('hex')
  const known = (await findSipHashes(service.db, 'a1')).map((hashes) => hashes.md5)
  expect(known).toHaveLength(2)
  expect(known).toContain(md5(phone.password))
  expect(known).not.toContain(md5(first.password))
})

it('nobody without a seat gets one', async () => {
  const refused = await ask('admin')
  expect([refused.statusCode, refused.json().error.code]).toEqual([404, 'unknown_agent'])
})

it('the pages may connect to it, and to nothing else outside', async () => {
  const reply = await test.service.app.inject({ url: '/health/live' })
  expect(reply.headers['content-security-policy']).toContain(
    "connect-src 'self' ws://localhost:8060",
  )
})

it('a page that came over TLS connects over TLS, and a setting wins over both', () => {
  const at = { host: 'hotline.example:8443', hostname: 'hotline.example' }
  expect(phoneUrlFor({ ...at, protocol: 'http' }, undefined)).toBe('ws://hotline.example:8060')
  expect(phoneUrlFor({ ...at, protocol: 'https' }, undefined)).toBe(
    'wss://hotline.example:8443/sip',
  )
  expect(phoneUrlFor({ ...at, protocol: 'https' }, 'wss://sip.example')).toBe('wss://sip.example')
})
