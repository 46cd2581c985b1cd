// Live state to browsers over Socket.IO. A viewer signs in over HTTP first; the cookie of that decides
// what may be joined, at the start and again every 15 s: a sign-in that was revoked loses its sockets.
//
// The protocol, the same in all namespaces:
//   → snapshot { seq, at, view }   on joining, after `resync`, and whenever everything may have changed
//   → delta    { seq, at, … }      what is different, numbered without gaps after the snapshot
//   → tick     { seq, at }         every 5 s; `seq` is the last number sent, so that silence is no riddle
//   → alert    { code, callId, agentId, at }   not numbered; /agent and /supervisor
//   ← resync   (ack?)              answered by a `snapshot`, which the ack gets as well
//   ← curve    (ack)               /wallboard only; the ack gets the present day hour by hour
// A client that sees a number missing asks for `resync`. Each agent, the supervisors (with and without
// callers' numbers) and the wallboards have numbers of their own.
//
//   /wallboard   wallboard.read  view: the hotline. delta: { hotline?, queues? }; a queue is always whole.
//                A wallboard's token in `auth.token` of the handshake does as well as a sign-in, and shows
//                the queues that it is bound to as if they were the whole hotline.
//   /supervisor  live.read       view: { hotline, agents, calls }. delta: { hotline?, queues?, agents?,
//                                calls?, endedCallIds? }; agents and calls are always whole.
//   /agent       agent.act       view and delta: { agent, call }, of the viewer's own agent.
// Refusals come as `connect_error` with the code as message: unauthenticated, token_unknown,
// token_revoked, forbidden, no_agent, unavailable. One who reads too slowly is disconnected and starts again with a snapshot.
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { type Namespace, Server, type Socket } from 'socket.io'
import type { Timer } from '../clock.ts'
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import { isAllowed, type Permission, type Role } from '../core/permissions.ts'
import type { Log } from '../log.ts'
import { Consoles, type Seat } from './consoles.ts'
import { alertOf, concernsSupervisors, touchedBy } from './messages.ts'
import { Pace, type Snapshot } from './stream.ts'
import { Supervisors } from './supervisors.ts'
import { type Binding, type FloorOptions, roomOf as roomOfWall, Wallboards } from './wallboard.ts'

export interface Viewer {
  readonly userId: number
  readonly name: string
  readonly role: Role
  readonly agentId: AgentId | null
}

/** What a wallboard's token opens. */
export interface WallKey {
  readonly queueIds: Binding
  readonly isRevoked: boolean
}

export interface PushOptions extends FloorOptions {
  readonly httpServer: HttpServer
  /** Whose sign-in a Cookie header carries; null for none. Rejects while that cannot be told. */
  readonly authenticate: (cookieHeader: string | undefined) => Promise<Viewer | null>
  /** What a wallboard's token opens; null for one that nobody was given. Rejects like `authenticate`. */
  readonly findWallKey: (token: string) => Promise<WallKey | null>
  readonly log: Log
}

/** Longer ones are no tokens; none is looked up. */
const TOKEN_LENGTH_MAX = 100

const TICK_MS = 5_000
const RECHECK_MS = 15_000
/** One snapshot a second to each viewer; those asked for in between are answered together. */
const RESYNC_MS_MIN = 1_000
const RESYNC_ACKS_MAX = 16
/** Characters waiting for one connection; a snapshot of 10,000 agents is about a quarter of it. */
const BUFFER_CHARS_MAX = 8_000_000

export class Push {
  readonly #options: PushOptions
  readonly #io: Server
  readonly #namespaces: readonly Namespace[]
  readonly #wallboards: Wallboards
  readonly #supervisors: Supervisors
  readonly #consoles: Consoles
  #tickTimer: Timer
  #recheckTimer: Timer
  #isStopped = false

  constructor(options: PushOptions) {
    this.#options = options
    this.#io = new Server(options.httpServer, {
      serveClient: false,
      maxHttpBufferSize: 10_000,
      connectTimeout: 10_000,
      pingInterval: 10_000,
      pingTimeout: 10_000,
      allowRequest: (request, allow) => allow(null, isSameOrigin(request)),
    })
    this.#io.engine.on('connection', dropWhenFull)
    // Nothing is served at the root; only the three namespaces exist.
    this.#io.use((_socket, next) => next(new Error('forbidden')))
    const wallboard = this.#namespace('/wallboard', 'wallboard.read')
    const supervisor = this.#namespace('/supervisor', 'live.read')
    const agent = this.#namespace('/agent', 'agent.act')
    this.#namespaces = [wallboard, supervisor, agent]
    this.#wallboards = new Wallboards(options, (name) => wallboard.to(name))
    this.#supervisors = new Supervisors(options, {
      open: supervisor.to('open'),
      masked: supervisor.to('masked'),
    })
    this.#consoles = new Consoles(
      options,
      (seat) => agent.to(roomOf(seat)),
      (seat) => agent.in(roomOf(seat)).disconnectSockets(true),
    )
    wallboard.on('connection', (socket) => this.#wallboardJoined(socket))
    supervisor.on('connection', (socket) => this.#supervisorJoined(socket))
    agent.on('connection', (socket) => this.#agentJoined(socket))
    this.#tickTimer = this.#tickLater()
    this.#recheckTimer = this.#recheckLater()
  }

  /** Tells everybody concerned what the facts have changed. The state must contain them already. */
  publish(facts: readonly RecordedFact[]): void {
    const { log, timeZone } = this.#options
    try {
      const touched = touchedBy(facts)
      this.#consoles.touch(touched)
      this.#wallboards.touch(touched)
      this.#supervisors.touch(touched)
      for (const fact of facts) {
        const alert = alertOf(fact, timeZone)
        if (alert === null) continue
        this.#consoles.alert(alert)
        if (concernsSupervisors(alert)) this.#supervisors.alert(alert)
      }
    } catch (error) {
      // The same turn's facts are still to be recorded; no picture on a screen may prevent that.
      log.error({ err: error }, 'facts could not be pushed')
    }
  }

  /** Disconnects everybody. The HTTP server is its owner's to close. */
  stop(): void {
    this.#isStopped = true
    this.#tickTimer.clear()
    this.#recheckTimer.clear()
    this.#wallboards.stop()
    this.#supervisors.stop()
    for (const namespace of this.#namespaces) namespace.disconnectSockets(true)
    this.#io.engine.close()
  }

  #namespace(path: string, permission: Permission): Namespace {
    const namespace = this.#io.of(path)
    namespace.use((socket, next) => {
      void this.#refusal(socket, permission).then((refusal) => {
        next(refusal === null ? undefined : new Error(refusal))
      })
    })
    return namespace
  }

  /** Why the socket may not join; null, and its viewer noted, if it may. */
  async #refusal(socket: Socket, permission: Permission): Promise<string | null> {
    const { authenticate, log, state } = this.#options
    const token = permission === 'wallboard.read' ? tokenIn(socket) : null
    try {
      if (token !== null) {
        const key = await this.#wallKey(token)
        socket.data.binding = key?.queueIds
        if (key === null) return 'token_unknown'
        return key.isRevoked ? 'token_revoked' : null
      }
      const viewer = await authenticate(socket.handshake.headers.cookie)
      if (viewer === null) return 'unauthenticated'
      if (!isAllowed(viewer.role, permission)) return 'forbidden'
      if (permission === 'agent.act' && !state.agents.has(viewer.agentId ?? '')) return 'no_agent'
      socket.data.viewer = viewer
      return null
    } catch (error) {
      log.warn({ err: error }, 'a viewer could not be authenticated')
      return 'unavailable'
    }
  }

  #wallboardJoined(socket: Socket): void {
    const binding = (socket.data.binding ?? null) as Binding
    this.#wallboards.join(binding)
    socket.on('disconnect', () => this.#wallboards.leave(binding))
    this.#serve(socket, () => this.#wallboards.snapshot(binding))
    socket.on('curve', (ack: unknown) => {
      if (typeof ack === 'function') ack(this.#wallboards.curve(binding))
    })
    void socket.join(roomOfWall(binding))
  }

  async #wallKey(token: string): Promise<WallKey | null> {
    return token.length > TOKEN_LENGTH_MAX ? null : this.#options.findWallKey(token)
  }

  #supervisorJoined(socket: Socket): void {
    const seesNumbers = isAllowed(viewerOf(socket).role, 'pii.read')
    this.#supervisors.join(seesNumbers)
    socket.on('disconnect', () => this.#supervisors.leave(seesNumbers))
    this.#serve(socket, () => this.#supervisors.snapshot(seesNumbers))
    void socket.join(seesNumbers ? 'open' : 'masked')
  }

  #agentJoined(socket: Socket): void {
    const { agentId, role } = viewerOf(socket)
    const seat = { agentId: agentId ?? '', seesNumbers: isAllowed(role, 'pii.read') }
    this.#consoles.join(seat)
    socket.on('disconnect', () => this.#consoles.leave(seat))
    this.#serve(socket, () => this.#consoles.snapshot(seat))
    void socket.join(roomOf(seat))
  }

  /** The snapshot now, and again whenever the viewer asks for it. */
  #serve(socket: Socket, look: () => Snapshot<unknown> | null): void {
    const acks: ((snapshot: unknown) => void)[] = []
    const pace = new Pace(this.#options.clock, RESYNC_MS_MIN, () => {
      const snapshot = look()
      if (snapshot === null) return
      socket.emit('snapshot', snapshot)
      for (const ack of acks.splice(0)) ack(snapshot)
    })
    socket.emit('snapshot', look())
    socket.on('resync', (...args: unknown[]) => {
      const ack = args.at(-1)
      if (typeof ack === 'function' && acks.length < RESYNC_ACKS_MAX) {
        acks.push(ack as (snapshot: unknown) => void)
      }
      pace.ask()
    })
    socket.on('disconnect', () => pace.stop())
  }

  #tickLater(): Timer {
    return this.#options.clock.after(TICK_MS, () => {
      this.#tickTimer = this.#tickLater()
      this.#wallboards.tick()
      this.#supervisors.tick()
      this.#consoles.tick()
    })
  }

  #recheckLater(): Timer {
    return this.#options.clock.after(RECHECK_MS, () => {
      void this.#recheck().finally(() => {
        if (!this.#isStopped) this.#recheckTimer = this.#recheckLater()
      })
    })
  }

  async #recheck(): Promise<void> {
    const { authenticate, log } = this.#options
    const known = new Map<string | undefined, Viewer | null>()
    for (const socket of this.#namespaces.flatMap(({ sockets }) => [...sockets.values()])) {
      try {
        // One without a viewer came in with a token.
        if (socket.data.viewer === undefined) {
          const key = await this.#wallKey(tokenIn(socket) ?? '')
          if (key?.isRevoked !== false) socket.disconnect(true)
          continue
        }
        const { cookie } = socket.handshake.headers
        if (!known.has(cookie)) known.set(cookie, await authenticate(cookie))
        const viewer = viewerOf(socket)
        const now = known.get(cookie) ?? null
        if (now?.role !== viewer.role || now.agentId !== viewer.agentId) socket.disconnect(true)
      } catch (error) {
        // While the records are away nobody is thrown out: the floor needs its screens most then.
        log.warn({ err: error }, 'viewers could not be checked again')
        return
      }
    }
  }
}

/** The token in the handshake, of whatever length; null if there is none. */
function tokenIn(socket: Socket): string | null {
  const { token } = socket.handshake.auth as { readonly token?: unknown }
  return typeof token === 'string' && token !== '' ? token : null
}

function viewerOf(socket: Socket): Viewer {
  return socket.data.viewer as Viewer
}

function roomOf({ agentId, seesNumbers }: Seat): string {
  return `${agentId}/${seesNumbers ? 'open' : 'masked'}`
}

/** Another site's page may not open a connection with its visitor's cookie. */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return true
  return URL.canParse(headers.origin) && new URL(headers.origin).host === headers.host
}

/** What Engine.IO calls a socket: one browser's connection, whatever namespaces it has joined. */
interface Connection {
  on(event: 'packetCreate', listener: (packet: { readonly data?: unknown }) => void): void
  on(event: 'flush', listener: () => void): void
  close(discard: boolean): void
}

/**
 * Packets wait here while the network does not take them, and nothing else bounds how many. Closing
 * with `discard` gives them up; without it they would be waited for.
 */
function dropWhenFull(connection: Connection): void {
  let waiting = 0
  connection.on('flush', () => {
    waiting = 0
  })
  connection.on('packetCreate', ({ data }) => {
    waiting += typeof data === 'string' ? data.length : 0
    if (waiting > BUFFER_CHARS_MAX) setImmediate(() => connection.close(true))
  })
}
