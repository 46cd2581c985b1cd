// A service for the pages to talk to: the built web app over HTTP, sign-in with a cookie, and the
// wallboard's namespace whose messages the test sends itself. It is a real server on a real port, so
// the page under test does all it does in production.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { Server } from 'socket.io'
import type { LiveCurve } from '../../src/core/live-curve.ts'
import type { WireHotline, WireQueue } from '../../src/core/live-wire.ts'
import type { WireTotals } from '../../src/web/wallboard/feed.ts'
import { iso } from './hotline-views.ts'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
}
/** As the service restricts its pages; what it forbids shows as an error on the console. */
const POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
const COOKIE = 'stage=signed-in'
/** Opens the wallboard without a sign-in. */
export const WALL_TOKEN = 'wall-token'
const SESSION = {
  userId: 1,
  username: 'wall',
  name: '大屏',
  role: 'wallboard',
  permissions: ['wallboard.read'],
  agentId: null,
}
export const ACCOUNT = { username: 'wall', password: 'correct horse' }

export class Stage {
  /** Snapshots that clients asked for after a gap. */
  resyncs = 0
  /** Answer to a sign-in instead of judging it. */
  signInStatus: number | null = null
  /** Code that every wallboard is refused with; null admits those who are signed in. */
  refusal: string | null = null
  /** What a client gets on joining and after a resync; null sends nothing. */
  view: WireHotline | null
  /** The day hour by hour; null: whoever asks gets no answer. */
  curve: LiveCurve | null = null
  /** The hotline's time of the next message. */
  at: number
  seq = 0
  readonly #sockets: Server
  readonly #http

  constructor(directory: string, view: WireHotline) {
    this.view = view
    this.at = Date.parse(view.at)
    this.#http = createServer((request, response) => {
      this.#serve(directory, request, response).catch(() => response.writeHead(500).end())
    })
    this.#sockets = new Server(this.#http, { serveClient: false })
    const wallboard = this.#sockets.of('/wallboard')
    wallboard.use((socket, next) => {
      const isSignedIn = socket.handshake.headers.cookie?.includes(COOKIE) === true
      const isAdmitted = isSignedIn || socket.handshake.auth.token === WALL_TOKEN
      const refusal = this.refusal ?? (isAdmitted ? null : 'unauthenticated')
      next(refusal === null ? undefined : new Error(refusal))
    })
    wallboard.on('connection', (socket) => {
      this.snapshot()
      socket.on('resync', () => {
        this.resyncs += 1
        this.snapshot()
      })
      socket.on('curve', (ack: (curve: LiveCurve) => void) => {
        if (this.curve !== null) ack(this.curve)
      })
    })
  }

  async open(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(port, '127.0.0.1', resolve))
    return this.url
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    await this.#sockets.close()
  }

  /** As when a sign-in is revoked: what is open is closed, and nobody gets in again. */
  refuseAll(code: string): void {
    this.refusal = code
    this.#sockets.of('/wallboard').disconnectSockets(true)
  }

  snapshot(): void {
    if (this.view === null) return
    this.#send('snapshot', { seq: this.seq, at: iso(this.at), view: this.view })
  }

  delta(change: { hotline?: Partial<WireTotals>; queues?: WireQueue[] }): void {
    this.seq += 1
    this.#send('delta', { seq: this.seq, at: iso(this.at), ...change })
  }

  tick(): void {
    this.#send('tick', { seq: this.seq, at: iso(this.at) })
  }

  #send(event: string, message: object): void {
    this.#sockets.of('/wallboard').emit(event, message)
  }

  async #serve(directory: string, request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://stage')
    if (pathname === '/api/v1/session') return this.#account(request, response)
    return servePages(directory, request, response)
  }

  async #account(request: IncomingMessage, response: ServerResponse) {
    if (request.method === 'DELETE') {
      return response.writeHead(204, { 'set-cookie': 'stage=; Max-Age=0; Path=/' }).end()
    }
    if (request.method === 'GET') {
      const isSignedIn = request.headers.cookie?.includes(COOKIE) === true
      return response
        .writeHead(isSignedIn ? 200 : 401)
        .end(isSignedIn ? JSON.stringify(SESSION) : '')
    }
    let body = ''
    for await (const chunk of request) body += chunk
    const { username, password } = JSON.parse(body)
    const isRight = username === ACCOUNT.username && password === ACCOUNT.password
    const status = this.signInStatus ?? (isRight ? 200 : 401)
    const headers = status === 200 ? { 'set-cookie': `${COOKIE}; HttpOnly; Path=/` } : {}
    return response.writeHead(status, headers).end()
  }
}

/** The built pages, as the service serves them: whatever is no file is a page. */
export async function servePages(
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://stage')
  const isAsset = extname(pathname) !== ''
  const path = join(directory, isAsset ? normalize(pathname) : 'index.html')
  const type = CONTENT_TYPES[extname(path)] ?? 'application/octet-stream'
  const content = await readFile(path).catch(() => null)
  if (content === null) {
    response.writeHead(404).end()
    return
  }
  const headers = { 'content-type': type, 'content-security-policy': POLICY }
  response.writeHead(200, headers).end(content)
}
