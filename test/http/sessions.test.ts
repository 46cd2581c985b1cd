// Sign-ins as administrators see and end them.
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
