// Sign-ins as administrators, and people themselves, see and end them.
import { expect, it } from 'vitest'
import { listAudit } from '../../src/store/audit.ts'
import { testService } from '../support/service.ts'

const test = testService()
const url = '/api/v1/sessions'

it('shows who is signed in, ends a sign-in at once, and says so on the audit log', async () => {
  const { service } = test
  const cookie = await service.cookieOf('agent')
  const me = () =>
    service.app.inject({ method: 'GET', url: '/api/v1/session', headers: { cookie } })
  expect((await me()).statusCode).toBe(200)
  const { sessions } = (await service.ask('admin', 'GET', url)).json()
  expect(
    sessions.map(({ role, isOwn }: Record<string, unknown>) => `${role} ${isOwn}`).sort(),
  ).toEqual(['admin true', 'agent false'])
  const { sessionId } = sessions.find(({ role }: { role: string }) => role === 'agent')
  expect(cookie).not.toContain(sessionId)
  expect((await service.ask('shift_leader', 'DELETE', `${url}/${sessionId}`)).statusCode).toBe(403)
  expect((await service.ask('admin', 'DELETE', `${url}/${sessionId}`)).statusCode).toBe(204)
  expect((await me()).statusCode).toBe(401)
  expect((await service.ask('admin', 'DELETE', `${url}/${sessionId}`)).statusCode).toBe(404)
  const { entries } = await listAudit(service.db, { action: 'session.ended' }, { limit: 9 })
  expect(entries).toMatchObject([
    { actor: 'admin', entity: 'user', entityId: String(service.userIds.get('agent')) },
  ])
})

it('everybody sees and ends their own sign-ins, and nobody else’s', async () => {
  const { service } = test
  await service.cookieOf('shift_leader')
  const mine = async () => (await service.ask('agent', 'GET', '/api/v1/me/sign-ins')).json().signIns
  expect((await mine()).map(({ isOwn }: { isOwn: boolean }) => isOwn)).toEqual([true])
  const { sessions } = (await service.ask('admin', 'GET', url)).json()
  const of = (role: string) =>
    sessions.find((one: { role: string }) => one.role === role).sessionId as string
  const end = (sessionId: string) =>
    service.ask('agent', 'DELETE', `/api/v1/me/sign-ins/${sessionId}`)
  expect((await end(of('shift_leader'))).statusCode).toBe(404)
  expect((await end(of('agent'))).statusCode).toBe(204)
  expect((await service.ask('shift_leader', 'GET', '/api/v1/session')).statusCode).toBe(200)
})

it('a new password wants the present one, ends all sign-ins, and cannot be guessed at', async () => {
  const { service } = test
  await service.ask('admin', 'POST', '/api/v1/users', {
    username: 'li',
    name: '李',
    role: 'agent',
    password: 'the first one',
  })
  const signIn = (password: string) =>
    service.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { username: 'li', password },
    })
  const cookie = String((await signIn('the first one')).headers['set-cookie']).split(';')[0] ?? ''
  const change = (current: string, next: string) =>
    service.app.inject({
      method: 'PUT',
      url: '/api/v1/me/password',
      headers: { cookie },
      payload: { current, next },
    })
  expect((await change('a guess', 'the second one')).json().error.code).toBe('wrong_password')
  expect((await change('the first one', 'short')).statusCode).toBe(400)
  expect((await change('the first one', 'the second one')).statusCode).toBe(204)
  expect((await change('the second one', 'the third one')).statusCode).toBe(401)
  expect((await signIn('the first one')).statusCode).toBe(401)
  const again = await signIn('the second one')
  expect(again.statusCode).toBe(200)
  const fresh = String(again.headers['set-cookie']).split(';')[0] ?? ''
  const guess = () =>
    service.app.inject({
      method: 'PUT',
      url: '/api/v1/me/password',
      headers: { cookie: fresh },
      payload: { current: 'a guess', next: 'the third one' },
    })
  const codes = []
  for (let count = 0; count < 6; count += 1) codes.push((await guess()).statusCode)
  expect(codes).toEqual([403, 403, 403, 403, 403, 429])
})

it('administrators see who is locked out and let them try again', async () => {
  const { service } = test
  const wrong = () =>
    service.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { username: 'Li', password: 'a guess' },
    })
  for (let count = 0; count < 10; count += 1) expect((await wrong()).statusCode).toBe(401)
  expect((await wrong()).statusCode).toBe(429)
  const lockOuts = async () =>
    (await service.ask('admin', 'GET', '/api/v1/lock-outs')).json().lockOuts
  const [one] = await lockOuts()
  expect(one).toMatchObject({ username: 'li', address: '127.0.0.1' })
  const lift = `/api/v1/lock-outs/${one.lockOutId}`
  expect((await service.ask('shift_leader', 'DELETE', lift)).statusCode).toBe(403)
  expect((await service.ask('admin', 'DELETE', lift)).statusCode).toBe(204)
  expect(await lockOuts()).toEqual([])
  expect((await wrong()).statusCode).toBe(401)
  const { entries } = await listAudit(service.db, { action: 'lock_out.lifted' }, { limit: 9 })
  expect(entries).toMatchObject([{ actor: 'admin', entityId: 'li' }])
})
