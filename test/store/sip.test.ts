// What the SIP edge remembers and what administrators set for it.
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../../src/core/bindings.ts'
import { liftBan, listBans, saveBan } from '../../src/store/address-bans.ts'
import { createAgent, deleteAgent } from '../../src/store/agents.ts'
import { blockCaller, listBlockedCallers, unblockCaller } from '../../src/store/blocked-callers.ts'
import {
  dialPermitsOf,
  grantDialPermit,
  listDialPermits,
  revokeDialPermit,
} from '../../src/store/dial-permits.ts'
import {
  deleteBinding,
  deleteExpiredBindings,
  listBindings,
  saveBinding,
} from '../../src/store/phone-bindings.ts'
import {
  deleteSipCredentials,
  findSipHashes,
  listSipCredentials,
  setSipCredentials,
} from '../../src/store/sip-credentials.ts'
import {
  createTrunk,
  deleteTrunk,
  findTrunkHashes,
  listTrunks,
  updateTrunk,
} from '../../src/store/trunks.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const AT = Date.UTC(2026, 0, 5, 9)
const HASHES = { md5: 'aa', sha256: 'bb' }

beforeEach(async () => {
  await database.db.execute(sql`truncate trunks, blocked_callers, address_bans`)
  for (const agentId of ['a1', 'a2']) {
    await createAgent(database.db, { agentId, name: agentId, skills: [] })
  }
})

const TRUNK = {
  trunkId: 'telecom',
  name: 'Telecom',
  isEnabled: true,
  addresses: ['192.0.2.0/24', '198.51.100.7:5080'],
  username: null,
  outboundAddress: null,
  callsMax: 300,
  callsPerSecondMax: 50,
}

describe('trunks', () => {
  it('are kept, changed in part and taken away', async () => {
    const { db } = database
    expect(await createTrunk(db, TRUNK, null)).toMatchObject({ ok: true, value: TRUNK })
    expect(await createTrunk(db, TRUNK, null)).toMatchObject({ conflict: { code: 'duplicate' } })
    const changed = { ...TRUNK, isEnabled: false, addresses: ['203.0.113.1'] }
    const { isEnabled, addresses } = changed
    expect(await updateTrunk(db, 'telecom', { isEnabled, addresses })).toMatchObject({
      value: changed,
    })
    expect(await updateTrunk(db, 'telecom', {})).toMatchObject({ value: changed })
    expect(await listTrunks(db)).toEqual([changed])
    expect(await deleteTrunk(db, 'telecom')).toMatchObject({ ok: true })
    expect(await deleteTrunk(db, 'telecom')).toMatchObject({ conflict: { code: 'not_found' } })
    expect(await updateTrunk(db, 'telecom', {})).toMatchObject({ conflict: { code: 'not_found' } })
  })

  it('that sign in by digest give their hashes to nobody but the edge', async () => {
    const { db } = database
    const signingIn = { ...TRUNK, addresses: [], username: 'mobile' }
    await createTrunk(db, signingIn, HASHES)
    expect(await listTrunks(db)).toEqual([signingIn])
    expect(await findTrunkHashes(db, 'mobile')).toEqual(HASHES)
    expect(await findTrunkHashes(db, 'unicom')).toBeNull()
    const second = { ...signingIn, trunkId: 'other' }
    expect(await createTrunk(db, second, HASHES)).toMatchObject({ conflict: { code: 'duplicate' } })
  })

  it('without a username cannot hold hashes, and with one must', async () => {
    await expect(createTrunk(database.db, TRUNK, HASHES)).rejects.toThrow()
    await expect(createTrunk(database.db, { ...TRUNK, username: 'mobile' }, null)).rejects.toThrow()
  })
})

describe('blocked callers', () => {
  const block = {
    number: '13800001234',
    reason: 'nuisance',
    approvedBy: 'leader',
    blockedAt: AT,
    expiresAt: AT + 1_000,
  }

  it('are blocked, renewed and let in again', async () => {
    const { db } = database
    await blockCaller(db, block)
    await blockCaller(db, { ...block, expiresAt: null, reason: 'threats' })
    expect(await listBlockedCallers(db)).toEqual([{ ...block, expiresAt: null, reason: 'threats' }])
    expect(await unblockCaller(db, block.number)).toMatchObject({ ok: true })
    expect(await unblockCaller(db, block.number)).toMatchObject({ conflict: { code: 'not_found' } })
  })
})

describe('the passwords of phones', () => {
  it('are set, replaced and taken away, and go with their agent', async () => {
    const { db } = database
    await setSipCredentials(db, { agentId: 'a1', setAt: AT }, HASHES)
    await setSipCredentials(db, { agentId: 'a1', setAt: AT + 1 }, { md5: 'cc', sha256: 'dd' })
    await setSipCredentials(db, { agentId: 'a2', setAt: AT }, HASHES)
    expect(await findSipHashes(db, 'a1')).toEqual([{ md5: 'cc', sha256: 'dd' }])
    expect(await deleteSipCredentials(db, 'a1')).toMatchObject({ ok: true })
    expect(await findSipHashes(db, 'a1')).toEqual([])
    await deleteAgent(db, 'a2')
    expect(await listSipCredentials(db)).toEqual([])
  })

  it('of nobody are refused', async () => {
    const nobody = { agentId: 'nobody', setAt: AT }
    expect(await setSipCredentials(database.db, nobody, HASHES)).toMatchObject({
      conflict: { code: 'unknown_agent', ids: ['nobody'] },
    })
  })
})

describe('bindings', () => {
  const binding: Binding = {
    agentId: 'a1',
    uri: 'sip:x@y.invalid;transport=ws',
    device: '<urn:uuid:1>;1',
    transport: 'wss',
    address: '192.0.2.9',
    port: 40_000,
    edgeId: 'edge:9022',
    userAgent: 'page',
    registeredAt: AT,
    expiresAt: AT + 60_000,
    callId: 'c',
    cseq: 4_000_000_000,
    latencyMs: null,
  }

  it('come back as they were saved, until they expire', async () => {
    const { db } = database
    await saveBinding(db, binding)
    await saveBinding(db, { ...binding, cseq: 2, latencyMs: 12 })
    await saveBinding(db, { ...binding, uri: 'sip:desk@z', expiresAt: AT + 5 })
    expect(await listBindings(db, AT + 10)).toEqual([{ ...binding, cseq: 2, latencyMs: 12 }])
    expect(await deleteExpiredBindings(db, AT + 10)).toBe(1)
    await deleteBinding(db, binding)
    await deleteBinding(db, binding)
    expect(await listBindings(db, AT)).toEqual([])
  })
})

describe('dial permits', () => {
  const permit = { grantedBy: 'leader', grantedAt: AT, expiresAt: null }

  it('are an agent’s own and everybody’s', async () => {
    const { db } = database
    const own = { ...permit, agentId: 'a1', number: '13900009999', ground: 'callback' as const }
    const all = { ...permit, agentId: null, number: '110', ground: 'directory' as const }
    await grantDialPermit(db, own)
    await grantDialPermit(db, all)
    await grantDialPermit(db, { ...own, agentId: 'a2' })
    expect(await dialPermitsOf(db, 'a1')).toMatchObject([own, all])
    expect(await listDialPermits(db)).toHaveLength(3)
    const [first] = await dialPermitsOf(db, 'a1')
    expect(await revokeDialPermit(db, first?.permitId ?? 0)).toMatchObject({ ok: true })
    expect(await dialPermitsOf(db, 'a1')).toMatchObject([all])
    expect(await revokeDialPermit(db, 99)).toMatchObject({ conflict: { code: 'not_found' } })
    expect(await grantDialPermit(db, { ...own, agentId: 'nobody' })).toMatchObject({
      conflict: { code: 'unknown_agent' },
    })
  })
})

describe('bans', () => {
  const ban = {
    address: '203.0.113.66',
    reason: 'bad_password' as const,
    failures: 10,
    bannedAt: AT,
    expiresAt: AT + 900_000,
  }

  it('are remembered for a day after they end, and lifted', async () => {
    const { db } = database
    await saveBan(db, { ...ban, failures: 3 })
    await saveBan(db, ban)
    expect(await listBans(db, AT + 901_000)).toEqual([ban])
    expect(await listBans(db, AT + 2 * 86_400_000)).toEqual([])
    expect(await liftBan(db, ban.address)).toMatchObject({ ok: true })
    expect(await liftBan(db, ban.address)).toMatchObject({ conflict: { code: 'not_found' } })
  })
})
