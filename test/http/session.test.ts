// Signing in and out.
import { describe, expect, it } from 'vitest'
import { updateUser } from '../../src/store/users.ts'
import { PASSWORD, testService } from '../support/service.ts'

const test = testService()
const url = '/api/v1/session'
const HOUR_MS = 3_600_000

function signIn(username: string, password: string, more: object = {}) {
  return test.service.app.inject({ method: 'POST', url, payload: { username, password }, ...more })
}

function cookieIn(reply: { headers: Record<string, unknown> }): string {
  return String(reply.headers['set-cookie']).split(';')[0] ?? ''
}

describe('signing in', () => {
  it('gives a cookie that no script can read, and says who one is', async () => {
    const reply = await signIn('Agent', PASSWORD)
    expect(reply.statusCode).toBe(200)
    const session = {
      userId: expect.any(Number),
      username: 'agent',
      name: 'agent',
      role: 'agent',
      permissions: ['agent.act', 'wallboard.read', 'messages.handle'],
      agentId: 'a1',
    }
    expect(reply.json()).toEqual(session)
    const setCookie = String(reply.headers['set-cookie'])
    expect(setCookie).toMatch(
      /^yingda_session=[\w.-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    const me = await test.service.app.inject({ url, headers: { cookie: cookieIn(reply) } })
    expect(me.json()).toEqual(session)
  })

  it('behind https the cookie travels by https alone', async () => {
    const headers = { 'x-forwarded-proto': 'https' }
    const reply = await signIn('admin', PASSWORD, { headers })
    expect(String(reply.headers['set-cookie'])).toMatch(/; Secure$/)
    expect(reply.headers['strict-transport-security']).toBeDefined()
  })

  it('a wrong password, an unknown name and a disabled user get the same answer', async () => {
    const { service } = test
    await updateUser(service.db, service.userIds.get('wallboard') ?? 0, { disabledAt: 1 })
    const replies = [
      await signIn('admin', 'wrong'),
      await signIn('nobody', PASSWORD),
      await signIn('no\u0000body', PASSWORD),
      await signIn('wallboard', PASSWORD),
    ]
    for (const reply of replies) {
      expect(reply.statusCode).toBe(401)
      expect(reply.json()).toEqual(replies[0]?.json())
      expect(reply.json().error.code).toBe('wrong_credentials')
      expect(reply.headers['set-cookie']).toBeUndefined()
    }
  })

  it('an unknown name takes as much work as a known one', async () => {
    const took = async (username: string) => {
      const from = process.hrtime.bigint()
      await signIn(username, 'wrong')
      return Number(process.hrtime.bigint() - from)
    }
    await took('warm-up')
    const known = Math.min(await took('admin'), await took('admin'), await took('admin'))
    const unknown = Math.min(await took('no1'), await took('no2'), await took('no3'))
    expect(unknown).toBeGreaterThan(known / 3)
    expect(unknown).toBeLessThan(known * 3)
  })
})

describe('guessing', () => {
  it('is held back by name and address, then let through again', async () => {
    const { clock } = test.service.floor
    for (let i = 0; i < 10; i += 1) {
      expect((await signIn('admin', 'wrong')).statusCode).toBe(401)
    }
    const reply = await signIn('ADMIN', PASSWORD)
    expect(reply.statusCode).toBe(429)
    expect(reply.json().error.code).toBe('too_many_attempts')
    expect(reply.headers['retry-after']).toBe('300')
    expect((await signIn('agent', PASSWORD)).statusCode).toBe(200)
    const elsewhere = { remoteAddress: '192.0.2.7' }
    expect((await signIn('admin', PASSWORD, elsewhere)).statusCode).toBe(200)
    clock.advance(300_000)
    expect((await signIn('admin', PASSWORD)).statusCode).toBe(200)
  })

  it('one who knows the password is never held back by their own successes', async () => {
    for (let i = 0; i < 12; i += 1) expect((await signIn('admin', PASSWORD)).statusCode).toBe(200)
  })
})

describe('a sign-in', () => {
  it('ends when one signs out, and that is harmless twice', async () => {
    const { app } = test.service
    const cookie = cookieIn(await signIn('admin', PASSWORD))
    for (let i = 0; i < 2; i += 1) {
      const out = await app.inject({ method: 'DELETE', url, headers: { cookie } })
      expect(out.statusCode).toBe(204)
      expect(String(out.headers['set-cookie'])).toContain('yingda_session=; Max-Age=0')
    }
    expect((await app.inject({ url, headers: { cookie } })).statusCode).toBe(401)
  })

  it('ends 12 h after its last use, and after 30 days whatever happens', async () => {
    const { app, floor } = test.service
    const status = async (cookie: string) =>
      (await app.inject({ url, headers: { cookie } })).statusCode
    const idle = cookieIn(await signIn('admin', PASSWORD))
    const used = cookieIn(await signIn('admin', PASSWORD))
    floor.clock.advance(11 * HOUR_MS)
    expect(await status(used)).toBe(200)
    floor.clock.advance(2 * HOUR_MS)
    expect(await status(idle)).toBe(401)
    for (let hours = 13; hours < 30 * 24; hours += 11) {
      expect(await status(used)).toBe(200)
      floor.clock.advance(11 * HOUR_MS)
    }
    expect(await status(used)).toBe(401)
  })

  it('ends when the user is disabled', async () => {
    const { service } = test
    const cookie = await service.cookieOf('wallboard')
    const path = `/api/v1/users/${service.userIds.get('wallboard')}`
    expect((await service.ask('admin', 'PATCH', path, { isDisabled: true })).statusCode).toBe(200)
    expect(await service.signIns.authenticate(cookie)).toBeNull()
  })
})

it.each([
  [{}, ['body.username', 'body.password']],
  [{ username: '', password: '' }, ['body.username', 'body.password']],
  [{ username: 'x'.repeat(65), password: 'x'.repeat(201) }, ['body.username', 'body.password']],
  [{ username: 1, password: ['x'] }, ['body.username', 'body.password']],
  [{ username: 'a', password: 'b', role: 'admin' }, ['body.role']],
])('bad input %j', async (payload, paths) => {
  const reply = await test.service.app.inject({ method: 'POST', url, payload })
  expect(reply.statusCode).toBe(400)
  const { code, details } = reply.json().error
  expect(code).toBe('invalid_request')
  expect(details.map(({ path }: { path: string }) => path)).toEqual(paths)
})
