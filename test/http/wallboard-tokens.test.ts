// Tokens of screens on walls: made once, bound to queues, listed without the token, revoked for good.
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { wallboardTokens } from '../../src/store/kpi-schema.ts'
import { findWallboardToken } from '../../src/store/wallboard-tokens.ts'
import { testService } from '../support/service.ts'

const test = testService()
const PATH = '/api/v1/wallboard-tokens'
const make = (body: object) => test.service.ask('admin', 'POST', PATH, body)

it('a token is shown once, and only its hash is kept', async () => {
  const reply = await make({ name: '大厅', queueIds: ['yue'] })
  expect(reply.statusCode).toBe(201)
  const { token, ...made } = reply.json()
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(made).toEqual({
    tokenId: 1,
    name: '大厅',
    queueIds: ['yue'],
    createdBy: 'admin',
    createdAt: '2026-11-23T12:00:00.000+08:00',
    revokedBy: null,
    revokedAt: null,
  })
  expect((await test.service.ask('admin', 'GET', PATH)).json()).toEqual({ tokens: [made] })
  const rows = await test.service.db.select().from(wallboardTokens)
  expect(rows[0]?.tokenHash).toBe(createHash('sha256').update(token).digest('hex'))
  expect(JSON.stringify(rows)).not.toContain(token)
  expect(await findWallboardToken(test.service.db, token)).toMatchObject({ queueIds: ['yue'] })
  expect(await findWallboardToken(test.service.db, `${token}x`)).toBeNull()
})

it('is revoked once and for good, and both are in the audit log', async () => {
  const { token, tokenId } = (await make({ name: 'hall', queueIds: null })).json()
  const revoke = () => test.service.ask('admin', 'DELETE', `${PATH}/${tokenId}`)
  expect((await revoke()).statusCode).toBe(204)
  expect((await revoke()).statusCode).toBe(404)
  const { tokens } = (await test.service.ask('admin', 'GET', PATH)).json()
  expect(tokens).toMatchObject([{ revokedBy: 'admin', revokedAt: expect.any(String) }])
  const found = await findWallboardToken(test.service.db, token)
  expect(found?.revokedAt).toEqual(expect.any(Number))
  const { entries } = (
    await test.service.ask('admin', 'GET', '/api/v1/audit?entity=wallboard_token')
  ).json()
  expect(entries).toMatchObject([
    { action: 'wallboard_token.revoked', entityId: String(tokenId), details: { name: 'hall' } },
    { action: 'wallboard_token.created', entityId: String(tokenId), details: { queueIds: null } },
  ])
  expect(JSON.stringify(entries)).not.toContain(token)
})

it('does not bind to a queue that does not exist', async () => {
  const reply = await make({ name: 'hall', queueIds: ['city', 'nowhere'] })
  expect(reply.json().error).toMatchObject({ code: 'unknown_queue' })
  expect((await test.service.ask('admin', 'GET', PATH)).json().tokens).toEqual([])
})

it.each([
  ['no name', { queueIds: null }],
  ['no queues said', { name: 'hall' }],
  ['no queue at all', { name: 'hall', queueIds: [] }],
  ['one queue twice', { name: 'hall', queueIds: ['city', 'city'] }],
])('%s: 400', async (_, body) => {
  expect((await make(body)).statusCode).toBe(400)
})
