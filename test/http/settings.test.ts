// Queues, skills, numbers, agents and users: changed over the API, in force at once, and every wrong
// input named by its path.
import { describe, expect, it } from 'vitest'
import { QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { ROUTING_DEFAULTS, STEP_DEFAULTS } from '../../src/core/routing-policy.ts'
import { PASSWORD, testService } from '../support/service.ts'

const test = testService()
const api = (path: string) => `/api/v1${path}`
const asAdmin = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
  test.service.ask('admin', method, api(path), body)

const QUEUE = { queueId: 'night', name: '夜间专席' }

describe('queues', () => {
  it('a new one starts with the numbers of the norms and is served at once', async () => {
    const reply = await asAdmin('POST', '/queues', QUEUE)
    expect(reply.statusCode).toBe(201)
    expect(reply.json()).toEqual({ ...QUEUE_DEFAULTS, ...QUEUE })
    await asAdmin('POST', '/numbers', { number: '12349', queueId: 'night' })
    const { floor } = test.service
    floor.ready('a4')
    floor.park('c1', '12349')
    expect(floor.engine.state.agents.get('a4')?.phase.name).toBe('offered')
  })

  it('is read, changed in part, and deleted', async () => {
    const path = '/queues/city'
    const before = (await asAdmin('GET', path)).json()
    const change = { ringMsMax: 12_000, requiredSkills: ['cantonese'], name: ' 新名 ' }
    const changed = await asAdmin('PATCH', path, change)
    expect(changed.statusCode).toBe(200)
    expect(changed.json()).toEqual({ ...before, ...change, name: '新名' })
    expect((await asAdmin('GET', path)).json()).toEqual(changed.json())
    expect(test.service.floor.engine.state.queues.get('city')?.ringMsMax).toBe(12_000)
    expect((await asAdmin('DELETE', '/numbers/12345')).statusCode).toBe(204)
    const gone = await asAdmin('DELETE', path)
    expect([gone.statusCode, gone.body]).toEqual([204, ''])
    expect((await asAdmin('GET', path)).statusCode).toBe(404)
    expect(test.service.floor.engine.state.queues.has('city')).toBe(false)
    const list = (await asAdmin('GET', '/queues')).json().queues
    expect(list.map(({ queueId }: { queueId: string }) => queueId)).toEqual(['tiny', 'yue'])
  })

  it('keeps of its waiting policy what a change leaves out', async () => {
    const path = '/queues/yue'
    const { waiting } = (await asAdmin('GET', path)).json()
    expect(waiting).toEqual(QUEUE_DEFAULTS.waiting)
    const change = { language: 'yue', keys: [{ digit: '0', action: 'message' }] }
    const changed = await asAdmin('PATCH', path, { waiting: change })
    expect(changed.json().waiting).toEqual({ ...waiting, ...change })
    expect((await asAdmin('GET', path)).json().waiting).toEqual({ ...waiting, ...change })
    const live = test.service.floor.engine.state.queues.get('yue')
    expect(live?.waiting).toEqual({ ...waiting, ...change })
  })

  it('routes by a policy that is changed knob by knob', async () => {
    const steps = [{ afterMs: 20_000, dropSkills: ['mandarin'] }]
    const routing = { strategy: 'most_skilled', steps }
    const changed = await asAdmin('PATCH', '/queues/city', { routing })
    const step = { ...STEP_DEFAULTS, ...steps[0] }
    const expected = { ...ROUTING_DEFAULTS, strategy: 'most_skilled', steps: [step] }
    expect(changed.json().routing).toEqual(expected)
    const again = await asAdmin('PATCH', '/queues/city', { routing: { weight: 2 } })
    expect(again.json().routing).toEqual({ ...expected, weight: 2 })
    const { state } = test.service.floor.engine
    expect(state.queues.get('city')?.routing).toEqual({ ...expected, weight: 2 })
  })

  it('hold as its policy says', async () => {
    const hold = {
      beginPromptBy: 'agent',
      endPromptBy: 'system',
      music: 'night',
      reassuranceMs: 20_000,
      prolongedMs: 120_000,
      prolongedAction: 'suggest_callback',
    }
    const changed = await asAdmin('PATCH', '/queues/city', { hold })
    expect([changed.statusCode, changed.json().hold]).toEqual([200, hold])
    expect(test.service.floor.engine.state.queues.get('city')?.hold).toEqual(hold)
    const bad = { ...hold, music: 'a;b', prolongedMs: 0, drop: true }
    const reply = await asAdmin('PATCH', '/queues/city', { hold: bad })
    const paths = reply.json().error.details.map(({ path }: { path: string }) => path)
    expect(paths.sort()).toEqual(['body.hold.drop', 'body.hold.music', 'body.hold.prolongedMs'])
  })

  it('cannot be deleted while numbers lead to it', async () => {
    const reply = await asAdmin('DELETE', '/queues/city')
    expect(reply.statusCode).toBe(409)
    expect(reply.json().error).toMatchObject({
      code: 'queue_in_use',
      details: [{ path: '12345' }],
    })
    expect(test.service.floor.engine.state.queues.has('city')).toBe(true)
  })

  it.each([
    [{}, ['queueId', 'name']],
    [{ ...QUEUE, queueId: 'a b' }, ['queueId']],
    [{ ...QUEUE, queueId: '' }, ['queueId']],
    [{ ...QUEUE, queueId: 'x'.repeat(41) }, ['queueId']],
    [{ ...QUEUE, name: '  ' }, ['name']],
    [{ ...QUEUE, name: 'x'.repeat(101) }, ['name']],
    [{ ...QUEUE, name: 'a\u0000b' }, ['name']],
    [{ ...QUEUE, requiredSkills: ['ok', 'not ok'] }, ['requiredSkills.1']],
    [{ ...QUEUE, requiredSkills: 'mandarin' }, ['requiredSkills']],
    [{ ...QUEUE, priority: 0.5, waitingMax: -1 }, ['priority', 'waitingMax']],
    [{ ...QUEUE, priority: 101, joinWhenEmpty: 1 }, ['priority', 'joinWhenEmpty']],
    [{ ...QUEUE, ringMsMax: 999, answerMsMax: -1 }, ['ringMsMax', 'answerMsMax']],
    [{ ...QUEUE, ringMsMax: 120_001, holdMsMax: 0 }, ['ringMsMax', 'holdMsMax']],
    [{ ...QUEUE, wrapUpMsMax: 86_400_001, ringMsMax: null }, ['ringMsMax', 'wrapUpMsMax']],
    [{ ...QUEUE, holdWarningMs: 30_001 }, ['holdWarningMs']],
    [{ ...QUEUE, routing: { strategy: 'best', speed: 1 } }, ['routing.strategy', 'routing.speed']],
    [{ ...QUEUE, routing: { skillLevels: { tax: 9 } } }, ['routing.skillLevels.tax']],
    [{ ...QUEUE, routing: { language: 'Chinese' } }, ['routing.language']],
    [
      { ...QUEUE, admission: { waitMsMax: 10, isOpen: true } },
      ['admission.waitMsMax', 'admission.isOpen'],
    ],
    [
      {
        ...QUEUE,
        admission: { hours: { week: [{ days: [8], from: '0', to: '18:00' }], exceptions: [] } },
      },
      ['admission.hours.week.0.days.0', 'admission.hours.week.0.from'],
    ],
    [
      {
        ...QUEUE,
        admission: { hours: { week: [{ days: [1], from: '22:00', to: '06:00' }], exceptions: [] } },
      },
      ['admission.hours.week.0.to'],
    ],
    [{ ...QUEUE, routing: { steps: [{ levelMax: 9 }] } }, ['routing.steps.0.levelMax']],
    [{ ...QUEUE, routing: { steps: [{ afterMs: 9 }, { afterMs: 5 }] } }, ['routing.steps']],
    [
      { ...QUEUE, waiting: { promptEveryMs: 30_001, comfort: [] } },
      ['waiting.comfort', 'waiting.promptEveryMs'],
    ],
    [
      { ...QUEUE, waiting: { greeting: ['../x'], volume: 3 } },
      ['waiting.greeting.0', 'waiting.volume'],
    ],
    [
      { ...QUEUE, waiting: { keys: [{ digit: '1', action: 'queue' }] } },
      ['waiting.keys.0.queueId', 'waiting.keys.0.prompt'],
    ],
    [
      {
        ...QUEUE,
        waiting: {
          keys: [
            { digit: '1', action: 'message' },
            { digit: '1', action: 'callback' },
          ],
        },
      },
      ['waiting.keys'],
    ],
    [{ ...QUEUE, colour: 'red', shape: 'round' }, ['colour', 'shape']],
  ])('refuse %j', async (body, paths) => {
    await expectFaults(await asAdmin('POST', '/queues', body), paths)
    expect((await asAdmin('GET', '/queues')).json().queues).toHaveLength(3)
  })

  it.each([
    [{ queueId: 'other' }, ['queueId']],
    [{ name: '' }, ['name']],
    [{ holdMsMax: 10_000 }, ['holdWarningMs']],
  ])('refuse to change %j', async (body, paths) => {
    await expectFaults(await asAdmin('PATCH', '/queues/city', body), paths)
  })

  it.each([
    ['POST', '/queues', { ...QUEUE, queueId: 'city' }, 'duplicate', 'city'],
    ['POST', '/queues', { ...QUEUE, requiredSkills: ['latin'] }, 'unknown_skill', 'latin'],
    ['PATCH', '/queues/city', { requiredSkills: ['latin'] }, 'unknown_skill', 'latin'],
    [
      'PATCH',
      '/queues/city',
      { routing: { steps: [{ addQueueIds: ['gone'] }] } },
      'unknown_queue',
      'gone',
    ],
    ['PATCH', '/queues/city', { routing: { preferredSkills: ['ode'] } }, 'unknown_skill', 'ode'],
    ['PATCH', '/queues/city', { admission: { closedQueueId: 'gone' } }, 'unknown_queue', 'gone'],
    ['PATCH', '/queues/city', { waiting: { comfort: ['poem'] } }, 'unknown_prompt', 'poem'],
    ['PATCH', '/queues/city', { offering: { whisperPrompt: 'psst' } }, 'unknown_prompt', 'psst'],
    [
      'PATCH',
      '/queues/city',
      {
        waiting: {
          keys: [{ digit: '3', action: 'queue', queueId: 'gone', prompt: 'key_queue' }],
        },
      },
      'unknown_queue',
      'gone',
    ],
  ] as const)('%s %s %j is a conflict', async (method, path, body, code, id) => {
    await expectConflict(await asAdmin(method, path, body), code, id)
  })
})

describe('skills', () => {
  it('are added, renamed, listed and deleted', async () => {
    const skill = { skillId: 'english', name: 'English' }
    expect((await asAdmin('POST', '/skills', skill)).json()).toEqual(skill)
    const renamed = await asAdmin('PATCH', '/skills/english', { name: '英语' })
    expect(renamed.json()).toEqual({ ...skill, name: '英语' })
    expect((await asAdmin('GET', '/skills')).json().skills).toHaveLength(3)
    expect((await asAdmin('DELETE', '/skills/english')).statusCode).toBe(204)
    expect((await asAdmin('DELETE', '/skills/english')).statusCode).toBe(404)
  })

  it.each([
    ['POST', '/skills', {}, ['skillId', 'name']],
    ['POST', '/skills', { skillId: 'ü', name: 1 }, ['skillId', 'name']],
    ['PATCH', '/skills/mandarin', { name: 'x', skillId: 'y' }, ['skillId']],
  ] as const)('%s %s %j is refused', async (method, path, body, paths) => {
    await expectFaults(await asAdmin(method, path, body), paths)
  })

  it('in use cannot be deleted, twice the same cannot be', async () => {
    await expectConflict(await asAdmin('DELETE', '/skills/mandarin'), 'skill_in_use', 'a1')
    const again = await asAdmin('POST', '/skills', { skillId: 'mandarin', name: 'x' })
    await expectConflict(again, 'duplicate', 'mandarin')
  })
})

describe('numbers', () => {
  it('lead where they are told to, at once', async () => {
    const moved = await asAdmin('PATCH', '/numbers/12345', { queueId: 'yue' })
    expect(moved.json()).toMatchObject({ number: '12345', queueId: 'yue' })
    const { floor } = test.service
    expect(floor.engine.state.numbers.get('12345')?.queueId).toBe('yue')
    expect((await asAdmin('DELETE', '/numbers/12345')).statusCode).toBe(204)
    expect(floor.engine.state.numbers.has('12345')).toBe(false)
    expect((await asAdmin('GET', '/numbers')).json().numbers).toHaveLength(2)
  })

  it.each([
    ['POST', '/numbers', {}, ['number', 'queueId']],
    ['POST', '/numbers', { number: '1', queueId: 'city' }, ['number']],
    ['POST', '/numbers', { number: '123-45', queueId: 'city' }, ['number']],
    ['POST', '/numbers', { number: '1'.repeat(21), queueId: '../etc' }, ['number', 'queueId']],
    ['PATCH', '/numbers/12345', {}, ['queueId']],
  ] as const)('%s %s %j is refused', async (method, path, body, paths) => {
    await expectFaults(await asAdmin(method, path, body), paths)
  })

  it.each([
    ['POST', '/numbers', { number: '12345', queueId: 'city' }, 'duplicate', '12345'],
    ['POST', '/numbers', { number: '12399', queueId: 'gone' }, 'unknown_queue', 'gone'],
    ['PATCH', '/numbers/12345', { queueId: 'gone' }, 'unknown_queue', 'gone'],
  ] as const)('%s %s %j is a conflict', async (method, path, body, code, id) => {
    await expectConflict(await asAdmin(method, path, body), code, id)
  })

  it('one that is none of ours is not found', async () => {
    const reply = await asAdmin('PATCH', '/numbers/55555', { queueId: 'city' })
    expect(reply.statusCode).toBe(404)
    expect((await asAdmin('DELETE', '/numbers/55555')).statusCode).toBe(404)
  })
})

describe('agents', () => {
  it('are added, changed and deleted without a restart', async () => {
    const { state } = test.service.floor.engine
    const agent = { agentId: 'a9', name: '新人', skills: ['mandarin'] }
    const added = { ...agent, skillLevels: {}, languages: { 'zh-CN': 3 } }
    expect((await asAdmin('POST', '/agents', agent)).json()).toEqual(added)
    expect(state.agents.get('a9')?.queueIds).toEqual(['city', 'tiny'])
    const changed = await asAdmin('PATCH', '/agents/a9', { skills: ['mandarin', 'cantonese'] })
    expect(changed.json()).toEqual({ ...added, skills: ['mandarin', 'cantonese'] })
    expect(state.agents.get('a9')?.queueIds).toHaveLength(3)
    expect((await asAdmin('GET', '/agents/a9')).json()).toEqual(changed.json())
    expect((await asAdmin('DELETE', '/agents/a9')).statusCode).toBe(204)
    expect(state.agents.has('a9')).toBe(false)
    expect((await asAdmin('GET', '/agents/a9')).statusCode).toBe(404)
    expect((await asAdmin('GET', '/agents')).json().agents).toHaveLength(4)
  })

  it('have levels and languages, which queues ask for from the next call on', async () => {
    const { floor } = test.service
    const levels = { skillLevels: { mandarin: 2 }, languages: { 'zh-CN': 4, yue: 5 } }
    const changed = await asAdmin('PATCH', '/agents/a1', levels)
    expect(changed.json()).toMatchObject({ agentId: 'a1', skills: ['mandarin'], ...levels })
    const routing = { skillLevels: { mandarin: 3 } }
    expect((await asAdmin('PATCH', '/queues/city', { routing })).statusCode).toBe(200)
    floor.ready('a1', 'a2')
    floor.park('c1')
    expect(floor.engine.state.agents.get('a2')?.phase.name).toBe('offered')
    expect(floor.engine.state.agents.get('a1')?.queueIds).not.toContain('city')
  })

  it.each([
    ['POST', '/agents', {}, ['agentId', 'name', 'skills']],
    ['PATCH', '/agents/a1', { skillLevels: { mandarin: 6 } }, ['skillLevels.mandarin']],
    ['PATCH', '/agents/a1', { languages: { Chinese: 3 } }, ['languages.Chinese']],
    ['POST', '/agents', { agentId: 'x;y', name: 'n', skills: [1] }, ['agentId', 'skills.0']],
    ['POST', '/agents', { agentId: 'a/b\r\n', name: 'n', skills: [] }, ['agentId']],
    ['PATCH', '/agents/a1', { agentId: 'a2' }, ['agentId']],
    ['PATCH', '/agents/a1', { skills: null, name: '' }, ['name', 'skills']],
  ] as const)('%s %s %j is refused', async (method, path, body, paths) => {
    await expectFaults(await asAdmin(method, path, body), paths)
  })

  it('conflicts are named', async () => {
    const agent = { agentId: 'a1', name: 'n', skills: [] }
    await expectConflict(await asAdmin('POST', '/agents', agent), 'duplicate', 'a1')
    await expectConflict(await asAdmin('DELETE', '/agents/a1'), 'agent_in_use', 'a1')
    const latin = await asAdmin('PATCH', '/agents/a1', { skills: ['latin'] })
    await expectConflict(latin, 'unknown_skill', 'latin')
  })
})

describe('users', () => {
  const user = { username: 'new', name: '新用户', role: 'agent', agentId: 'a2', password: PASSWORD }

  it('are added, may sign in, and are disabled and enabled', async () => {
    const made = await asAdmin('POST', '/users', user)
    expect(made.statusCode).toBe(201)
    const { userId } = made.json()
    expect(made.json()).toEqual({
      userId,
      username: 'new',
      name: '新用户',
      role: 'agent',
      agentId: 'a2',
      disabledAt: null,
    })
    expect(await signIn('new', PASSWORD)).toBe(200)
    const disabled = await asAdmin('PATCH', `/users/${userId}`, { isDisabled: true })
    expect(disabled.json().disabledAt).toBe('2026-11-23T12:00:00.000+08:00')
    expect(await signIn('new', PASSWORD)).toBe(401)
    const changes = { isDisabled: false, password: 'another one', role: 'admin', agentId: null }
    const enabled = await asAdmin('PATCH', `/users/${userId}`, changes)
    expect(enabled.json()).toMatchObject({ role: 'admin', agentId: null, disabledAt: null })
    expect(await signIn('new', PASSWORD)).toBe(401)
    expect(await signIn('new', 'another one')).toBe(200)
  })

  it('are listed without anything of their passwords', async () => {
    const reply = await asAdmin('GET', '/users')
    expect(reply.json().users).toHaveLength(5)
    expect(reply.body).not.toMatch(/argon|hash|password/i)
  })

  it.each([
    ['POST', '/users', {}, ['username', 'name', 'role', 'password']],
    ['POST', '/users', { ...user, username: ' new' }, ['username']],
    ['POST', '/users', { ...user, role: 'emperor', password: 'short' }, ['role', 'password']],
    ['POST', '/users', { ...user, agentId: 7, passwordHash: 'x' }, ['agentId', 'passwordHash']],
    ['PATCH', '/users/1', { username: 'x', isDisabled: 'yes' }, ['isDisabled', 'username']],
  ] as const)('%s %s %j is refused', async (method, path, body, paths) => {
    await expectFaults(await asAdmin(method, path, body), paths)
  })

  it('conflicts are named', async () => {
    const taken = await asAdmin('POST', '/users', { ...user, username: 'ADMIN' })
    await expectConflict(taken, 'duplicate', 'ADMIN')
    const shared = await asAdmin('POST', '/users', { ...user, agentId: 'a1' })
    await expectConflict(shared, 'agent_has_user', 'a1')
    const gone = await asAdmin('POST', '/users', { ...user, agentId: 'gone' })
    await expectConflict(gone, 'unknown_agent', 'gone')
    expect((await asAdmin('PATCH', '/users/999', { name: 'x' })).statusCode).toBe(404)
  })

  async function signIn(username: string, password: string): Promise<number> {
    const payload = { username, password }
    const url = api('/session')
    return (await test.service.app.inject({ method: 'POST', url, payload })).statusCode
  }
})

it.each(['/queues/a%20b', '/agents/a%2Fb', '/numbers/abc', '/users/zero', '/skills/%27'])(
  'an id that cannot be one is bad input: %s',
  async (path) => {
    const isReadable = path.startsWith('/queues') || path.startsWith('/agents')
    const reply = await asAdmin(isReadable ? 'GET' : 'PATCH', path, isReadable ? undefined : {})
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error.details[0].path).toMatch(/^params\.\w+$/)
  },
)

type Reply = Awaited<ReturnType<typeof asAdmin>>

async function expectFaults(reply: Reply, paths: readonly string[]): Promise<void> {
  expect(reply.statusCode).toBe(400)
  const { code, message, details } = reply.json().error
  expect(code).toBe('invalid_request')
  expect(message).not.toBe('')
  const named = details.map(({ path }: { path: string }) => path.replace('body.', ''))
  expect(named).toEqual(paths)
}

async function expectConflict(reply: Reply, code: string, id: string): Promise<void> {
  expect(reply.statusCode).toBe(409)
  const { error } = reply.json()
  expect(error.code).toBe(code)
  expect(error.details.map(({ path }: { path: string }) => path)).toContain(id)
}
