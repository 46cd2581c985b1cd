// Somebody who uses the service through its public doors: signs in, asks the API, watches the sockets.
import { io, type Socket } from 'socket.io-client'
import { expect } from 'vitest'
import { until } from './until.ts'

export class Person {
  /** Asked each time: a service that was restarted listens elsewhere. */
  readonly #url: () => string
  readonly #sockets: Socket[] = []
  #cookie = ''

  constructor(url: () => string) {
    this.#url = url
  }

  async request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url()}/api/v1${path}`, {
      method,
      headers: {
        cookie: this.#cookie,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return response
  }

  /** The reply of a request that must go well. */
  async does<Reply>(method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await this.request(method, path, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? {} : JSON.parse(text)) as Reply
  }

  async signsIn(username: string, password: string): Promise<void> {
    const response = await this.request('POST', '/session', { username, password })
    expect(response.status).toBe(200)
    this.#cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }

  /** Keeps the newest of what a namespace shows. */
  watches<View>(namespace: string): { view: () => View | null } {
    const socket = io(`${this.#url()}${namespace}`, {
      forceNew: true,
      extraHeaders: { cookie: this.#cookie },
    })
    this.#sockets.push(socket)
    let view: Record<string, unknown> | null = null
    socket.on('snapshot', (message: { view: Record<string, unknown> }) => {
      view = message.view
    })
    socket.on('delta', (message: Record<string, unknown>) => {
      const { hotline, ...rest } = message
      view = { ...view, ...rest, ...(hotline as object) }
    })
    return { view: () => view as View | null }
  }

  /** Closes what they watch. */
  leaves(): void {
    for (const socket of this.#sockets.splice(0)) socket.close()
  }
}

export interface MyAgent {
  readonly agent: { phase: string; callId: string | null }
  readonly call: { phase: string } | null
}

/** Until the agent, or the call they are on, is in that phase. */
export async function phaseIs(agent: Person, phase: string): Promise<MyAgent> {
  return until(async () => {
    const mine = await agent.does<MyAgent>('GET', '/me/agent')
    return (mine.agent.phase === phase || mine.call?.phase === phase) && mine
  }, `the agent to be in ${phase}`)
}

/** On an empty database: one queue behind 12345, and agent 1001 who may take its calls. */
export async function setUpHotline(
  url: () => string,
  adminPassword: string,
): Promise<{ admin: Person; agent: Person }> {
  const admin = new Person(url)
  await admin.signsIn('admin', adminPassword)
  await admin.does('POST', '/skills', { skillId: 'mandarin', name: '普通话' })
  await admin.does('POST', '/queues', {
    queueId: 'city',
    name: '市民热线',
    requiredSkills: ['mandarin'],
  })
  // The greeting's 14 s would be waited for in every test that is about something else.
  await admin.does('PATCH', '/queues/city', { waiting: { greeting: [] } })
  await admin.does('POST', '/numbers', { number: '12345', queueId: 'city' })
  await admin.does('POST', '/agents', { agentId: '1001', name: '王芳', skills: ['mandarin'] })
  const password = 'a long enough password'
  await admin.does('POST', '/users', {
    username: 'wangfang',
    name: '王芳',
    role: 'agent',
    agentId: '1001',
    password,
  })
  const agent = new Person(url)
  await agent.signsIn('wangfang', password)
  return { admin, agent }
}
