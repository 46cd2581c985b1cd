// A push server on a real port, and viewers that connect to it with a real client and keep every message
// in the order in which it came.
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import type { WireHotline, WireQueue } from '../../src/core/live-wire.ts'
import type { Role } from '../../src/core/permissions.ts'
import { Push, type Viewer, type WallKey } from '../../src/push/server.ts'
import { Floor, keptLog } from '../support/floor.ts'
import { until } from '../support/until.ts'

export interface Message {
  readonly event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every kind
  readonly payload: any
}

export class Watcher {
  readonly socket: Socket
  readonly messages: Message[] = []
  refusal: string | null = null
  isClosed = false

  constructor(url: string, cookie: string, headers: Record<string, string> = {}, auth = {}) {
    this.socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie, ...headers },
      auth,
    })
    this.socket.onAny((event: string, payload: unknown) => this.messages.push({ event, payload }))
    this.socket.on('connect_error', (error) => {
      this.refusal = error.message
    })
    this.socket.on('disconnect', () => {
      this.isClosed = true
    })
  }

  of(event: string) {
    return this.messages.filter((message) => message.event === event).map(({ payload }) => payload)
  }

  /** The n-th message of a kind. */
  async nth(event: string, n: number) {
    await until(() => this.of(event).length >= n, `${event} ${n}`)
    return this.of(event)[n - 1]
  }

  async joined(): Promise<this> {
    await this.nth('snapshot', 1)
    return this
  }

  /** The numbers of snapshots and deltas, in the order in which they came. */
  get numbers(): number[] {
    return this.messages
      .filter(({ event }) => event === 'snapshot' || event === 'delta')
      .map(({ payload }) => payload.seq)
  }
}

export class PushService {
  readonly floor = new Floor()
  readonly push: Push
  readonly viewers = new Map<string, Viewer | null>()
  readonly wallKeys = new Map<string, WallKey>()
  readonly log = keptLog()
  readonly #http: HttpServer = createServer()
  readonly #watchers: Watcher[] = []
  isDatabaseAway = false
  port = 0

  constructor() {
    const { floor } = this
    this.push = new Push({
      httpServer: this.#http,
      state: floor.engine.state,
      clock: floor.clock,
      timeZone: 'Asia/Shanghai',
      log: this.log.log,
      authenticate: async (cookie) => {
        if (this.isDatabaseAway) throw new Error('the database is away')
        return this.viewers.get(cookie ?? '') ?? null
      },
      findWallKey: async (token) => {
        if (this.isDatabaseAway) throw new Error('the database is away')
        return this.wallKeys.get(token) ?? null
      },
    })
    floor.publish = (facts) => this.push.publish(facts)
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    this.port = (this.#http.address() as AddressInfo).port
  }

  /** A viewer of the role; one with an agent's role is agent a1 unless said otherwise. */
  watch(
    namespace: string,
    role: Role | null,
    agentId: string | null = role === 'agent' ? 'a1' : null,
    headers?: Record<string, string>,
  ): Watcher {
    const cookie = `viewer=${role}-${agentId}`
    if (role !== null && !this.viewers.has(cookie)) {
      this.viewers.set(cookie, { userId: 1, name: role, role, agentId })
    }
    const watcher = new Watcher(`http://127.0.0.1:${this.port}${namespace}`, cookie, headers)
    this.#watchers.push(watcher)
    return watcher
  }

  /** Somebody without a sign-in who has a wallboard's token. */
  watchWith(token: unknown, namespace = '/wallboard'): Watcher {
    const url = `http://127.0.0.1:${this.port}${namespace}`
    const watcher = new Watcher(url, '', {}, { token })
    this.#watchers.push(watcher)
    return watcher
  }

  revokeAll(): void {
    this.viewers.clear()
  }

  async stop(): Promise<void> {
    for (const { socket } of this.#watchers) socket.disconnect()
    this.push.stop()
    this.floor.stop()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }
}

/** What a wallboard or supervisor knows of the hotline after all its messages. */
export function foldedHotline(watcher: Watcher): Omit<WireHotline, 'at'> {
  let view: WireHotline | null = null
  for (const { event, payload } of watcher.messages) {
    if (event === 'snapshot') view = payload.view.hotline ?? payload.view
    if (event !== 'delta' || view === null) continue
    const fresh = new Map<string, WireQueue>(
      (payload.queues ?? []).map((queue: WireQueue) => [queue.queueId, queue]),
    )
    const queues: WireQueue[] = view.queues.map((queue) => fresh.get(queue.queueId) ?? queue)
    view = { ...view, ...payload.hotline, queues }
  }
  if (view === null) throw new Error('there was no snapshot')
  const { at: _at, ...rest } = view
  return rest
}
