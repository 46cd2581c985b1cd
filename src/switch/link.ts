// Keeps one connection to one FreeSWITCH up: connects, hands the connection over, and when it is lost
// tries again, after a wait that doubles up to a limit and is spread by chance so that a floor of
// services does not return in step. A connection on which nothing arrives, not even the heartbeat, is
// given up. Auth refusals are tried again too: the password may be put right on the switch.
import type { Clock, Timer } from '../clock.ts'
import type { Log } from '../log.ts'
import { type EventHeaders, SwitchConnection } from './connection.ts'

export interface LinkOptions {
  readonly nodeId: string
  readonly host: string
  readonly port: number
  readonly password: string
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  readonly log: Log
  /** Called when the switch has let us in. A rejection closes the connection. */
  readonly onConnected: (connection: SwitchConnection) => Promise<void>
  readonly onEvent: (headers: EventHeaders) => void
  /** Called after every failed or lost connection. */
  readonly onLost: (reason: Error) => void
}

/** What the link has seen since it was made. */
export interface LinkCounts {
  /** Connections after the first that came up again. */
  reconnects: number
  events: number
  /** Frames and events that could not be used. */
  dropped: number
  requestsSent: number
  requestsPending: number
  /** Requests whose connection was lost before the reply. */
  requestsFailed: number
  /** Of the connection that stands; null while none does. */
  connectedAt: number | null
  /** When anything arrived last, were it a heartbeat. */
  lastFrameAt: number | null
  /** Over the present connection; a peer in the same process can tell by them what is under way. */
  bytesRead: number
  bytesWritten: number
}

const RETRY_MS_MIN = 250
const RETRY_MS_MAX = 10_000
/** FreeSWITCH sends a HEARTBEAT every 20 s. */
const SILENCE_MS_MAX = 45_000

export class SwitchLink {
  readonly #options: LinkOptions
  readonly #counts: LinkCounts = {
    reconnects: 0,
    events: 0,
    dropped: 0,
    requestsSent: 0,
    requestsPending: 0,
    requestsFailed: 0,
    connectedAt: null,
    lastFrameAt: null,
    bytesRead: 0,
    bytesWritten: 0,
  }
  #connection: SwitchConnection | null = null
  #wasUp = false
  #isStopped = false
  #attempts = 0
  #retry: Timer | null = null
  #watch: Timer | null = null

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** False while bytes are under way that somebody waits for: a connection being made, a reply due. */
  get isQuiet(): boolean {
    const connection = this.#connection
    return connection === null || (connection.isReady && connection.pending === 0)
  }

  counts(): LinkCounts {
    const connection = this.#connection
    return {
      ...this.#counts,
      requestsSent: this.#counts.requestsSent + (connection?.requestsSent ?? 0),
      requestsPending: connection?.pending ?? 0,
      lastFrameAt: connection?.isReady === true ? connection.lastFrameAt : this.#counts.lastFrameAt,
      bytesRead: connection?.bytesRead ?? 0,
      bytesWritten: connection?.bytesWritten ?? 0,
    }
  }

  /** Counts something that arrived whole and made no sense. */
  drop(reason: string): void {
    this.#counts.dropped += 1
    this.#options.log.warn({ nodeId: this.#options.nodeId, reason }, 'switch sent what is no use')
  }

  start(): void {
    this.#connect()
  }

  /** No connection is made and nothing is reported after this. */
  stop(): Promise<void> {
    this.#isStopped = true
    this.#retry?.clear()
    this.#watch?.clear()
    const connection = this.#connection
    connection?.close(new Error('stopped'))
    return connection?.closed ?? Promise.resolve()
  }

  #connect(): void {
    const { host, port, password, clock, onEvent, onConnected, log, nodeId } = this.#options
    const connection = new SwitchConnection({
      host,
      port,
      password,
      clock,
      onEvent: (headers) => {
        this.#counts.events += 1
        if (!this.#isStopped) onEvent(headers)
      },
      onDropped: (reason) => this.drop(reason),
      onClose: (reason) => this.#lost(connection, reason),
    })
    this.#connection = connection
    this.#watchSilence(connection)
    connection.ready
      .then(() => onConnected(connection))
      .then(
        () => {
          if (this.#connection !== connection || this.#isStopped) return
          this.#attempts = 0
          if (this.#wasUp) this.#counts.reconnects += 1
          this.#wasUp = true
          this.#counts.connectedAt = clock.now()
          log.info({ nodeId }, 'switch connected')
        },
        // A connection that closed has said so itself, and closing it again changes nothing.
        (cause: unknown) => connection.close(new Error('the switch cannot be used', { cause })),
      )
  }

  #lost(connection: SwitchConnection, reason: Error): void {
    const { clock, random, log, nodeId, onLost } = this.#options
    this.#watch?.clear()
    this.#connection = null
    this.#counts.requestsSent += connection.requestsSent
    this.#counts.requestsFailed += connection.pending
    if (this.#counts.connectedAt !== null) this.#counts.lastFrameAt = connection.lastFrameAt
    this.#counts.connectedAt = null
    if (this.#isStopped) return
    const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** this.#attempts) * (0.5 + random() / 2)
    this.#attempts += 1
    log.warn({ nodeId, err: reason, waitMs: Math.round(waitMs) }, 'switch not connected')
    this.#retry = clock.after(Math.round(waitMs), () => this.#connect())
    onLost(reason)
  }

  #watchSilence(connection: SwitchConnection): void {
    const { clock } = this.#options
    const dueInMs = connection.lastFrameAt + SILENCE_MS_MAX - clock.now()
    if (dueInMs <= 0) {
      connection.close(new Error(`nothing from the switch in ${SILENCE_MS_MAX} ms`))
      return
    }
    this.#watch = clock.after(dueInMs, () => this.#watchSilence(connection))
  }
}
