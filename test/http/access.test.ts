// Who may call what: every route of the API, as everybody.
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { isAllowed, PERMISSIONS, ROLE_NAMES } from '../../src/core/permissions.ts'
import { type Access, guard } from '../../src/http/access.ts'
import { SECRET, testService } from '../support/service.ts'

const test = testService()

interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly permission: Access
}

const ids: Record<string, string> = {
  queueId: 'city',
  skillId: 'mandarin',
  number: '12345',
  agentId: 'a2',
  userId: '1',
  callId: 'c1',
  recordingId: 'abc',
  trunkId: 'carrier',
  permitId: '1',
  tokenId: '1',
  address: '203.0.113.66',
  promptId: 'greeting',
}

/** All routes, from the API's own description. */
function routes(): Route[] {
  const { paths } = test.service.app.swagger() as unknown as {
    paths: Record<string, Record<string, { 'x-permission': Access }>>
  }
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase() as Route['method'],
      url: path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? 'x'),
      permission: operation['x-permission'],
    })),
  )
}

describe('every route', () => {
  it('says who may call it', () => {
    const table = routes().map(({ method, url, permission }) => `${method} ${url}: ${permission}`)
    expect(table).toMatchInlineSnapshot(`
      [
        "GET /metrics: public",
        "GET /health/live: public",
        "GET /health/ready: public",
        "GET /api/openapi.json: public",
        "GET /api/docs: public",
        "GET /public/figures: public",
        "GET /api/v1/config-history: config.read",
        "GET /api/v1/config-history/x/roll-back: config.write",
        "POST /api/v1/config-history/x/roll-back: config.write",
        "POST /api/v1/session: public",
        "GET /api/v1/session: signed_in",
        "DELETE /api/v1/session: public",
        "GET /api/v1/me/sign-ins: signed_in",
        "DELETE /api/v1/me/sign-ins/x: signed_in",
        "PUT /api/v1/me/password: signed_in",
        "GET /api/v1/lock-outs: users.write",
        "DELETE /api/v1/lock-outs/x: users.write",
        "GET /api/v1/me/agent: agent.act",
        "POST /api/v1/me/agent/sign-in: agent.act",
        "POST /api/v1/me/agent/sign-out: agent.act",
        "POST /api/v1/me/agent/ready: agent.act",
        "POST /api/v1/me/agent/reject: agent.act",
        "POST /api/v1/me/agent/pause-recording: agent.act",
        "POST /api/v1/me/agent/resume-recording: agent.act",
        "POST /api/v1/me/agent/retrieve: agent.act",
        "POST /api/v1/me/agent/hang-up: agent.act",
        "POST /api/v1/me/agent/wrap-up-extend: agent.act",
        "DELETE /api/v1/me/agent/after-call: agent.act",
        "POST /api/v1/me/agent/after-call: agent.act",
        "DELETE /api/v1/me/agent/off-seat: agent.act",
        "POST /api/v1/me/agent/off-seat: agent.act",
        "POST /api/v1/me/agent/hold: agent.act",
        "POST /api/v1/me/agent/hold-phrases: agent.act",
        "POST /api/v1/me/agent/not-ready: agent.act",
        "POST /api/v1/me/agent/checklist: agent.act",
        "POST /api/v1/me/agent/wrap-up-done: agent.act",
        "POST /api/v1/me/agent/phone: signed_in",
        "POST /api/v1/me/agent/consult/cancel: agent.act",
        "POST /api/v1/me/agent/consult/complete: agent.act",
        "POST /api/v1/me/agent/consult/swap: agent.act",
        "POST /api/v1/me/agent/conference: agent.act",
        "POST /api/v1/me/agent/leave: agent.act",
        "POST /api/v1/me/agent/mute: agent.act",
        "POST /api/v1/me/agent/unmute: agent.act",
        "POST /api/v1/me/agent/flag-urgent: agent.act",
        "POST /api/v1/me/agent/flag-nuisance: agent.act",
        "POST /api/v1/me/agent/help: agent.act",
        "POST /api/v1/me/agent/silent-caller: agent.act",
        "POST /api/v1/me/agent/consult: agent.act",
        "POST /api/v1/me/agent/transfer: agent.act",
        "POST /api/v1/me/agent/return-to-queue: agent.act",
        "POST /api/v1/me/agent/emergency-transfer: agent.act",
        "POST /api/v1/me/agent/digits: agent.act",
        "POST /api/v1/me/agent/remove-party: agent.act",
        "GET /api/v1/me/agent/figures: agent.act",
        "GET /api/v1/units: signed_in",
        "POST /api/v1/units: config.write",
        "PATCH /api/v1/units/x: config.write",
        "DELETE /api/v1/units/x: config.write",
        "POST /api/v1/unit-attempts: agent.act",
        "GET /api/v1/unit-attempts: calls.read",
        "GET /api/v1/unit-retries: calls.read",
        "GET /api/v1/me/agent/unit-retries: agent.act",
        "POST /api/v1/calls/c1/help-answer: floor.act",
        "POST /api/v1/floor/agents/a2/monitor: floor.monitor",
        "POST /api/v1/floor/monitor/mode: floor.monitor",
        "POST /api/v1/floor/monitor/end: floor.monitor",
        "POST /api/v1/floor/monitor/take-over: floor.act",
        "POST /api/v1/floor/calls/c1/reassign: floor.act",
        "POST /api/v1/floor/calls/c1/move: floor.act",
        "POST /api/v1/floor/calls/c1/release: floor.act",
        "POST /api/v1/floor/agents/a2/state: floor.act",
        "POST /api/v1/floor/agents/a2/sign-out: floor.act",
        "POST /api/v1/floor/agents/a2/skills: floor.act",
        "GET /api/v1/live/hotline: wallboard.read",
        "GET /api/v1/live/agents: live.read",
        "GET /api/v1/live/calls: live.read",
        "GET /api/v1/calls: calls.read",
        "GET /api/v1/calls/c1: calls.read",
        "GET /api/v1/callbacks: calls.read",
        "POST /api/v1/callbacks: floor.act",
        "GET /api/v1/callbacks/x: calls.read",
        "POST /api/v1/callbacks/x/assign: floor.act",
        "POST /api/v1/callbacks/x/cancel: floor.act",
        "POST /api/v1/floor/calls/c1/callback: floor.act",
        "GET /api/v1/me/callbacks: agent.act",
        "POST /api/v1/me/callbacks: agent.act",
        "POST /api/v1/me/agent/dial: agent.act",
        "GET /api/v1/recordings: recordings.read",
        "GET /api/v1/recordings/abc: recordings.read",
        "GET /api/v1/recordings/abc/audio: recordings.read",
        "POST /api/v1/recordings/abc/links: recordings.read",
        "GET /api/v1/recordings/abc/stream: public",
        "GET /api/v1/recordings/abc/export: recordings.export",
        "GET /api/v1/recordings/abc/waveform: recordings.read",
        "GET /api/v1/reports/holds: calls.read",
        "POST /api/v1/recordings/abc/legal-hold: recordings.export",
        "DELETE /api/v1/recordings/abc/legal-hold: recordings.export",
        "GET /api/v1/recording-archive: config.read",
        "GET /api/v1/deletion-certificates: recordings.export",
        "GET /api/v1/kpi/today: wallboard.read",
        "GET /api/v1/kpi: calls.read",
        "GET /api/v1/kpi/figures: calls.read",
        "GET /api/v1/kpi/rolling: calls.read",
        "GET /api/v1/kpi/x/calls: calls.read",
        "GET /api/v1/kpi/agents: calls.read",
        "GET /api/v1/kpi/check: audit.read",
        "GET /api/v1/kpi-targets: wallboard.read",
        "PUT /api/v1/kpi-targets: config.write",
        "DELETE /api/v1/kpi-targets/x/x: config.write",
        "GET /api/v1/kpi-definitions: calls.read",
        "POST /api/v1/kpi-definitions: config.write",
        "POST /api/v1/kpi-definitions/x/recount: config.write",
        "POST /api/v1/exclusion-windows: kpi.exclude",
        "GET /api/v1/exclusion-windows: calls.read",
        "POST /api/v1/exclusion-windows/x/approve: kpi.exclude",
        "POST /api/v1/exclusion-windows/x/reject: kpi.exclude",
        "POST /api/v1/exclusion-windows/x/withdraw: kpi.exclude",
        "POST /api/v1/reports: calls.read",
        "GET /api/v1/reports: calls.read",
        "POST /api/v1/reports/x/cancel: calls.read",
        "GET /api/v1/reports/x: calls.read",
        "GET /api/v1/reports/x/csv: calls.read",
        "GET /api/v1/reports/x/xlsx: calls.read",
        "GET /api/v1/calendar-days: config.read",
        "PUT /api/v1/calendar-days/x: config.write",
        "DELETE /api/v1/calendar-days/x: config.write",
        "GET /api/v1/kpi/forecast: calls.read",
        "GET /api/v1/estimates/errors: wallboard.read",
        "GET /api/v1/messages: messages.handle",
        "GET /api/v1/messages/c1/audio: messages.handle",
        "POST /api/v1/messages/c1/assign: messages.handle",
        "POST /api/v1/messages/c1/done: messages.handle",
        "POST /api/v1/messages/c1/reopen: messages.handle",
        "GET /api/v1/prompts: config.read",
        "GET /api/v1/prompts/greeting/versions: config.read",
        "POST /api/v1/prompts/greeting/versions/x/activate: config.write",
        "DELETE /api/v1/prompts/greeting/versions/x: config.write",
        "GET /api/v1/prompts/greeting/versions/x/audio: config.read",
        "GET /api/v1/queues: config.read",
        "POST /api/v1/queues: config.write",
        "GET /api/v1/queues/city: config.read",
        "PATCH /api/v1/queues/city: config.write",
        "DELETE /api/v1/queues/city: config.write",
        "GET /api/v1/skills: config.read",
        "POST /api/v1/skills: config.write",
        "PATCH /api/v1/skills/mandarin: config.write",
        "DELETE /api/v1/skills/mandarin: config.write",
        "GET /api/v1/numbers: config.read",
        "POST /api/v1/numbers: config.write",
        "PATCH /api/v1/numbers/12345: config.write",
        "DELETE /api/v1/numbers/12345: config.write",
        "GET /api/v1/emergency-mode: live.read",
        "PUT /api/v1/emergency-mode: floor.act",
        "DELETE /api/v1/emergency-mode: floor.act",
        "GET /api/v1/agents: config.read",
        "POST /api/v1/agents: config.write",
        "GET /api/v1/agents/a2: config.read",
        "PATCH /api/v1/agents/a2: config.write",
        "DELETE /api/v1/agents/a2: config.write",
        "GET /api/v1/users: users.write",
        "POST /api/v1/users: users.write",
        "PATCH /api/v1/users/1: users.write",
        "GET /api/v1/sessions: users.write",
        "DELETE /api/v1/sessions/x: users.write",
        "GET /api/v1/trunks: config.read",
        "POST /api/v1/trunks: config.write",
        "PATCH /api/v1/trunks/carrier: config.write",
        "DELETE /api/v1/trunks/carrier: config.write",
        "GET /api/v1/blocked-callers: config.read",
        "POST /api/v1/blocked-callers: config.write",
        "DELETE /api/v1/blocked-callers/12345: config.write",
        "GET /api/v1/sip-credentials: config.read",
        "POST /api/v1/agents/a2/sip-credentials: config.write",
        "DELETE /api/v1/agents/a2/sip-credentials: config.write",
        "GET /api/v1/phone-bindings: live.read",
        "GET /api/v1/dial-permits: config.read",
        "POST /api/v1/dial-permits: config.write",
        "DELETE /api/v1/dial-permits/1: config.write",
        "GET /api/v1/bans: config.read",
        "DELETE /api/v1/bans/203.0.113.66: config.write",
        "GET /api/v1/system-health: config.read",
        "GET /api/v1/wallboard-tokens: config.read",
        "POST /api/v1/wallboard-tokens: config.write",
        "DELETE /api/v1/wallboard-tokens/1: config.write",
        "GET /api/v1/categories: signed_in",
        "PUT /api/v1/categories: config.write",
        "GET /api/v1/not-ready-reasons: signed_in",
        "PUT /api/v1/not-ready-reasons/x: config.write",
        "GET /api/v1/agent-policy: config.read",
        "PATCH /api/v1/agent-policy: config.write",
        "GET /api/v1/off-seat-requests: off_seat.decide",
        "POST /api/v1/off-seat-requests/x/decision: off_seat.decide",
        "GET /api/v1/conduct-events: conduct.read",
        "GET /api/v1/seat-checks: conduct.read",
        "GET /api/v1/me/contact-records/missing: agent.act",
        "GET /api/v1/me/contact-records/c1: agent.act",
        "GET /api/v1/me/contact-records/c1/earlier: agent.act",
        "PUT /api/v1/me/contact-records/c1/draft: agent.act",
        "POST /api/v1/me/contact-records/c1/save: agent.act",
        "POST /api/v1/me/contact-records/c1/corrections: agent.act",
        "GET /api/v1/contact-records: contact_records.read",
        "GET /api/v1/contact-records/missing: contact_records.read",
        "GET /api/v1/contact-records/c1: contact_records.read",
        "POST /api/v1/contact-records/c1/corrections: contact_records.correct",
        "GET /api/v1/audit: audit.read",
        "POST /api/v1/prompts/greeting: config.write",
      ]
    `)
  })

  it('answers 401 to nobody, 403 to a role without the permission, and neither to one with it', async () => {
    const { service } = test
    const cookies = new Map<string, string>()
    for (const role of ROLE_NAMES) cookies.set(role, await service.cookieOf(role))
    const wrong: string[] = []
    for (const { method, url, permission } of routes()) {
      const body = method === 'POST' || method === 'PATCH' ? { payload: {} } : {}
      // Signing out would end the very sign-in.
      if (permission === 'public') continue
      const asNobody = await service.app.inject({ method, url, ...body })
      if (asNobody.statusCode !== 401) wrong.push(`${method} ${url} as nobody`)
      expect(asNobody.json().error.code).toBe('unauthenticated')
      for (const role of ROLE_NAMES) {
        const cookie = cookies.get(role) ?? ''
        const reply = await service.app.inject({ method, url, headers: { cookie }, ...body })
        const mayCall = permission === 'signed_in' || isAllowed(role, permission)
        const isRefused = reply.statusCode === 403
        if (isRefused === mayCall || reply.statusCode === 401 || reply.statusCode >= 500) {
          wrong.push(`${method} ${url} as ${role}: ${reply.statusCode}`)
        }
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)

  it('every permission opens something', () => {
    const used = new Set(routes().map(({ permission }) => permission))
    // Seeing whole numbers is no route of its own.
    expect(PERMISSIONS.filter((permission) => !used.has(permission))).toEqual(['pii.read'])
  })
})

it('a route that does not say who may call it stops the start', () => {
  const app = fastify()
  guard(app, test.service.signIns, async () => {})
  expect(() => app.get('/forgotten', () => 'secret')).toThrow('GET /forgotten does not say who')
})

describe('cookies', () => {
  it.each([
    ['made up', `yingda_session=${'a'.repeat(43)}.${'b'.repeat(43)}`],
    ['without a signature', `yingda_session=${'a'.repeat(43)}`],
    ['empty', 'yingda_session='],
    ['strange', 'yingda_session=%00; yingda_session'],
  ])('%s: nobody', async (_, cookie) => {
    const url = '/api/v1/session'
    const reply = await test.service.app.inject({ url, headers: { cookie } })
    expect(reply.statusCode).toBe(401)
  })

  it('one signed with another secret is nobody’s', async () => {
    const { service } = test
    const cookie = await service.cookieOf('admin')
    expect(await service.signIns.authenticate(cookie)).toMatchObject({ role: 'admin' })
    expect(SECRET).not.toBe('')
    const forged = `${cookie.slice(0, -2)}${cookie.endsWith('A') ? 'BB' : 'AA'}`
    expect(await service.signIns.authenticate(forged)).toBeNull()
  })

  it('is found among others', async () => {
    const { service } = test
    const cookie = await service.cookieOf('admin')
    const found = await service.signIns.authenticate(`a=b; ${cookie}; x_yingda_session=1`)
    expect(found).toMatchObject({ username: 'admin' })
  })
})

describe('another site’s page', () => {
  it.each([
    ['https://evil.example', 403],
    ['null', 403],
    ['http://localhost:8080', 204],
    [undefined, 204],
  ])('from %s: %s', async (origin, status) => {
    const headers = { host: 'localhost:8080', ...(origin && { origin }) }
    const url = '/api/v1/session'
    const reply = await test.service.app.inject({ method: 'DELETE', url, headers })
    expect(reply.statusCode).toBe(status)
    if (status === 403) expect(reply.json().error.code).toBe('foreign_origin')
  })
})
