// What administrators set for the SIP edge, over HTTP.
import { createHash } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { saveBan } from '../../src/store/address-bans.ts'
import { saveBinding } from '../../src/store/phone-bindings.ts'
import { findSipHashes } from '../../src/store/sip-credentials.ts'
import { findTrunkHashes } from '../../src/store/trunks.ts'
import { testService } from '../support/service.ts'

const test = testService()
const V1 = '/api/v1'

beforeEach(() => test.service.db.execute(sql`truncate trunks, blocked_callers, address_bans`))

describe('trunks', () => {
  const trunk = { trunkId: 'telecom', name: 'Telecom', addresses: ['192.0.2.0/24'] }

  it('are added, changed, listed and taken away', async () => {
    const { service } = test
    const made = await service.ask('admin', 'POST', `${V1}/trunks`, trunk)
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({ ...trunk, isEnabled: true, callsMax: 300, password: null })
    const changes = {
      ...{ isEnabled: false, callsPerSecondMax: 5, outboundAddress: 'ims.carrier.example:5080' },
    }
    const changed = await service.ask('admin', 'PATCH', `${V1}/trunks/telecom`, changes)
    expect(changed.json()).toMatchObject({ ...trunk, ...changes })
    const listed = await service.ask('shift_leader', 'GET', `${V1}/trunks`)
    expect(listed.json().trunks).toMatchObject([{ ...trunk, ...changes }])
    const gone = await service.ask('admin', 'DELETE', `${V1}/trunks/telecom`)
    expect(gone.statusCode).toBe(204)
    const again = await service.ask('admin', 'DELETE', `${V1}/trunks/telecom`)
    expect(again.statusCode).toBe(404)
  })

  it('that sign in get a password that is shown once', async () => {
    const { service } = test
    const body = { trunkId: 'mobile', name: 'Mobile', username: 'mobile' }
    const made = await service.ask('admin', 'POST', `${V1}/trunks`, body)
    const { password } = made.json()
    const md5 = createHash('md5').update(`mobile:yingda:${password}`).digest('hex')
    expect(await findTrunkHashes(service.db, 'mobile')).toMatchObject({ md5 })
    const listed = await service.ask('admin', 'GET', `${V1}/trunks`)
    expect(listed.body).not.toContain(password)
    expect(listed.body).not.toContain(md5)
  })

  it.each([
    ['no source at all', { addresses: [] }, 'body.addresses'],
    ['a name for an address', { addresses: ['carrier.example'] }, 'body.addresses.0'],
    ['a wrong network', { addresses: ['192.0.2.0/33'] }, 'body.addresses.0'],
    ['a phone’s name', { username: 'agent-7' }, 'body.username'],
    ['negative limits', { callsMax: -1 }, 'body.callsMax'],
    ['an unknown field', { weight: 1 }, 'body.weight'],
  ])('are refused with %s', async (_, wrong, path) => {
    const reply = await test.service.ask('admin', 'POST', `${V1}/trunks`, { ...trunk, ...wrong })
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.details).toMatchObject([{ path }])
  })
})

it('blocks a caller in one spelling, with who approved it, and lifts the block', async () => {
  const { service } = test
  const body = { number: '+8613800001234', reason: 'threats', expiresAt: null }
  const made = await service.ask('admin', 'POST', `${V1}/blocked-callers`, body)
  expect(made.statusCode).toBe(201)
  expect(made.json()).toMatchObject({ number: '13800001234', approvedBy: 'admin' })
  const until = '2030-01-01T00:00:00.000+08:00'
  await service.ask('admin', 'POST', `${V1}/blocked-callers`, { ...body, expiresAt: until })
  const listed = await service.ask('shift_leader', 'GET', `${V1}/blocked-callers`)
  expect(listed.json().blockedCallers).toMatchObject([{ number: '13800001234', expiresAt: until }])
  const lift = () => service.ask('admin', 'DELETE', `${V1}/blocked-callers/13800001234`)
  expect((await lift()).statusCode).toBe(204)
  expect((await lift()).statusCode).toBe(404)
})

it('makes a phone’s password, shows it once, and ends the old one', async () => {
  const { service } = test
  const make = () => service.ask('admin', 'POST', `${V1}/agents/a1/sip-credentials`)
  const first = (await make()).json()
  expect(first).toMatchObject({ agentId: 'a1', username: 'agent-a1', realm: 'yingda' })
  const second = (await make()).json()
  expect(second.password).not.toBe(first.password)
  const text = `agent-a1:yingda:${second.password}`
  expect(await findSipHashes(service.db, 'a1')).toContainEqual({
    md5: createHash('md5').update(text).digest('hex'),
    sha256: createHash('sha256').update(text).digest('hex'),
  })
  const listed = await service.ask('admin', 'GET', `${V1}/sip-credentials`)
  expect(listed.json().sipCredentials).toMatchObject([{ agentId: 'a1' }])
  expect(listed.body).not.toContain(second.password)
  const nobody = await service.ask('admin', 'POST', `${V1}/agents/nobody/sip-credentials`)
  expect(nobody.statusCode).toBe(409)
  const gone = await service.ask('admin', 'DELETE', `${V1}/agents/a1/sip-credentials`)
  expect(gone.statusCode).toBe(204)
  expect(await findSipHashes(service.db, 'a1')).toEqual([])
})

it('grants what a phone may dial, and takes it away', async () => {
  const { service } = test
  const body = { agentId: 'a1', number: '13900009999', ground: 'callback', expiresAt: null }
  const made = await service.ask('admin', 'POST', `${V1}/dial-permits`, body)
  expect(made.json()).toMatchObject({ ...body, grantedBy: 'admin' })
  const wrong = await service.ask('admin', 'POST', `${V1}/dial-permits`, { ...body, ground: 'fun' })
  expect(wrong.statusCode).toBe(400)
  const url = `${V1}/dial-permits/${made.json().permitId}`
  expect((await service.ask('admin', 'DELETE', url)).statusCode).toBe(204)
  expect((await service.ask('admin', 'GET', `${V1}/dial-permits`)).json().dialPermits).toEqual([])
})

it('lists bans and lifts them', async () => {
  const { service } = test
  const now = service.floor.clock.now()
  const ban = { address: '203.0.113.66', reason: 'bad_password' as const, failures: 10 }
  await saveBan(service.db, { ...ban, bannedAt: now - 1_000, expiresAt: now + 1_000 })
  const listed = await service.ask('shift_leader', 'GET', `${V1}/bans`)
  expect(listed.json().bans).toMatchObject([{ ...ban, isInForce: true }])
  const lift = () => service.ask('admin', 'DELETE', `${V1}/bans/203.0.113.66`)
  expect((await lift()).statusCode).toBe(204)
  expect((await lift()).statusCode).toBe(404)
})

it('lists registered phones, without what is of use to an attacker', async () => {
  const { service } = test
  const now = service.floor.clock.now()
  const phone = { agentId: 'a1', transport: 'wss' as const, address: '192.0.2.9', port: 40_000 }
  await saveBinding(service.db, {
    ...{ ...phone, uri: 'sip:x@y.invalid', device: null, edgeId: 'e', userAgent: 'page' },
    ...{ registeredAt: now, expiresAt: now + 60_000, callId: 'c', cseq: 1, latencyMs: 12 },
  })
  const listed = await service.ask('shift_leader', 'GET', `${V1}/phone-bindings`)
  expect(listed.json().phoneBindings).toMatchObject([{ ...phone, isBrowser: true, latencyMs: 12 }])
  expect(listed.body).not.toContain('y.invalid')
})
