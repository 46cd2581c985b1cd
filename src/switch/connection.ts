// One connection to one FreeSWITCH event socket, from TCP connect to close, over modesl. It promises
// that a reply reaches the request it belongs to or that the connection is given up, that every request
// is settled, and that nothing the peer sends can throw out of here. It refuses to send anything with a
// line break or NUL in it, because a blank line within an argument would run as a second command.
//
// Of modesl 1.2.1 only the socket and the writing are used. Its parser recurses once per frame, decodes
// percent signs that were never encoded, and throws on unexpected bodies, all of it inside the socket's
// data event, where it ends the process; and it tells nobody that a connection was reset.
import type { Socket } from 'node:net'
import esl, { type Connection, type Parser } from 'modesl'
import type { Clock, Timer } from '../clock.ts'
import { type Frame, FrameReader } from './frames.ts'

/** Headers of one event; the body of an event that has one is its `_body`. */
export type EventHeaders = Readonly<Record<string, unknown>>

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly password: string
  readonly clock: Clock
  readonly onEvent: (headers: EventHeaders) => void
  /** A frame that could not be used; nothing else comes of it. */
  readonly onDropped: (reason: string) => void
  /** Called once, before the pending requests are rejected. */
  readonly onClose: (reason: Error) => void
}

type ReplyType = 'command/reply' | 'api/response'

interface Request {
  readonly replyType: ReplyType
  readonly jobId: string | null
  readonly dueAt: number
  readonly resolve: (reply: string) => void
  readonly reject: (reason: Error) => void
}

/**
 * From connecting to being let in, and from a request to its reply. FreeSWITCH answers within 0.1 s even
 * under load; replies come strictly in order, so one that is missing spoils all that follow.
 */
export const REPLY_MS_MAX = 5_000

const NO_BYTES = Buffer.alloc(0)

export class SwitchConnection {
  /** Settles when the switch has let us in, or will not. */
  readonly ready: Promise<void>
  /** Settles when the socket is gone. */
  readonly closed: Promise<void>
  requestsSent = 0
  /** When anything last arrived. */
  lastFrameAt: number
  readonly #options: ConnectionOptions
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #frames = new FrameReader()
  readonly #requests: Request[] = []
  #phase: 'greeting' | 'authenticating' | 'ready' | 'closed' = 'greeting'
  #deadline: Timer | null = null
  #handshake: Timer | null
  #admit: () => void = () => {}
  #refuse: (reason: Error) => void = () => {}
  #socketError: Error | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    const { clock, host, port, password } = options
    this.lastFrameAt = clock.now()
    this.ready = new Promise((resolve, reject) => {
      this.#admit = resolve
      this.#refuse = reject
    })
    // Whoever waits for `ready` sees the failure; `onClose` tells it in any case.
    this.ready.catch(() => {})
    this.#handshake = clock.after(REPLY_MS_MAX, () =>
      this.#close(new Error('the switch did not let us in in time')),
    )
    this.#connection = new esl.Connection(host, port, password)
    this.#socket = this.#connection.socket
    this.#socket.setNoDelay(true)
    this.#connection.on('error', (error) => {
      this.#socketError = error
    })
    this.#connection.on('esl::connect', () => this.#readFrom(this.#connection.parser))
    // modesl reports an orderly end only; a reset shows here alone.
    this.closed = new Promise((resolve) => {
      this.#socket.on('close', () => {
        this.#close(this.#socketError ?? new Error('the switch closed the connection'))
        resolve()
      })
    })
  }

  get pending(): number {
    return this.#requests.length
  }

  get bytesRead(): number {
    return this.#socket.bytesRead
  }

  /** Those still on their way to the kernel included. */
  get bytesWritten(): number {
    return this.#socket.bytesWritten
  }

  get isReady(): boolean {
    return this.#phase === 'ready'
  }

  /** Runs an API command and waits for it on the switch, which does nothing else for us meanwhile. */
  api(text: string): Promise<string> {
    return this.#request('api/response', `api ${text}`, [text])
  }

  /** Runs an API command in a thread of its own; its outcome is a BACKGROUND_JOB event with `jobId`. */
  bgapi(text: string, jobId: string): Promise<string> {
    return this.#request('command/reply', `bgapi ${text}`, [text, jobId], { 'Job-UUID': jobId })
  }

  /** An event of our own making; one that names a leg as `unique-id` reaches what runs on that leg. */
  event(subclass: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const all = { 'Event-Subclass': subclass, ...headers }
    return this.#request('command/reply', 'sendevent CUSTOM', Object.values(all), all)
  }

  /** A command of the socket itself, such as `event json …`. */
  command(text: string): Promise<string> {
    return this.#request('command/reply', text, [text])
  }

  /** Gives the connection up; every pending request is rejected with `reason`. */
  close(reason: Error): void {
    this.#close(reason)
  }

  #request(
    replyType: ReplyType,
    line: string,
    parts: readonly string[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    if (parts.some((part) => /[\r\n\0]/.test(part))) {
      return Promise.reject(new Error('refused to send a line break or NUL to the switch'))
    }
    if (this.#phase !== 'ready') return Promise.reject(new Error('not connected to the switch'))
    return this.#send(replyType, line, headers)
  }

  #send(
    replyType: ReplyType,
    line: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    return new Promise((resolve, reject) => {
      const dueAt = this.#options.clock.now() + REPLY_MS_MAX
      const jobId = headers['Job-UUID'] ?? null
      this.#requests.push({ replyType, jobId, dueAt, resolve, reject })
      this.requestsSent += 1
      // One packet for all that is asked in one turn: modesl writes each line by itself.
      this.#socket.cork()
      this.#connection.send(line, headers)
      process.nextTick(() => this.#socket.uncork())
      this.#watchDeadline()
    })
  }

  /** Replies come in order, so the oldest request is always the next one due. */
  #watchDeadline(): void {
    const [oldest] = this.#requests
    if (this.#deadline !== null || oldest === undefined) return
    const { clock } = this.#options
    this.#deadline = clock.after(oldest.dueAt - clock.now(), () => {
      this.#deadline = null
      const [first] = this.#requests
      if (first !== undefined && first.dueAt <= clock.now()) {
        this.#close(new Error(`no reply from the switch in ${REPLY_MS_MAX} ms`))
      } else this.#watchDeadline()
    })
  }

  /** The parser calls this one method for every piece of data, as it never sees a body of its own. */
  #readFrom(parser: Parser): void {
    parser._parseHeaders = () => {
      const bytes = parser.buffer
      parser.buffer = NO_BYTES
      if (this.#phase === 'closed') return
      let frames: Frame[]
      try {
        frames = this.#frames.push(bytes)
      } catch (cause) {
        this.#close(new Error('the switch sent what is no frame', { cause }))
        return
      }
      this.lastFrameAt = this.#options.clock.now()
      for (const frame of frames) this.#take(frame)
    }
  }

  #take(frame: Frame): void {
    if (this.#phase === 'closed') return
    const type = frame.headers.get('Content-Type')
    switch (type) {
      case 'text/event-json':
        this.#takeEvent(frame.body)
        return
      case 'command/reply':
        this.#takeReply(type, frame.headers.get('Reply-Text') ?? '', frame.headers.get('Job-UUID'))
        return
      case 'api/response':
        this.#takeReply(type, frame.body, undefined)
        return
      case 'auth/request':
        this.#authenticate()
        return
      case 'text/rude-rejection':
        this.#close(new Error('the access list of the switch does not admit this address'))
        return
      case 'text/disconnect-notice':
        this.#close(new Error('the switch said goodbye'))
        return
      default:
        this.#options.onDropped(`frame of type ${String(type).slice(0, 40)}`)
    }
  }

  #takeEvent(body: string): void {
    let event: unknown
    try {
      event = JSON.parse(body)
    } catch (cause) {
      this.#options.onDropped(`event that is no JSON: ${String(cause)}`)
      return
    }
    if (typeof event !== 'object' || event === null || !('Event-Name' in event)) {
      this.#options.onDropped('event without a name')
      return
    }
    this.#options.onEvent(event as EventHeaders)
  }

  #takeReply(type: ReplyType, reply: string, jobId: string | undefined): void {
    const request = this.#requests.shift()
    const isOther =
      request === undefined ||
      request.replyType !== type ||
      (jobId !== undefined && jobId !== request.jobId)
    if (!isOther) {
      request.resolve(reply)
      return
    }
    // From here on nobody can say which reply belongs to which request.
    if (request !== undefined) this.#requests.unshift(request)
    this.#close(new Error('the switch sent a reply that nobody waits for'))
  }

  #authenticate(): void {
    if (this.#phase !== 'greeting') {
      this.#close(new Error('the switch asked for the password again'))
      return
    }
    const { password } = this.#options
    if (/[\r\n\0]/.test(password)) {
      this.#close(new Error('the password contains a line break or NUL'))
      return
    }
    this.#phase = 'authenticating'
    this.#send('command/reply', `auth ${password}`, {}).then(
      (reply) => {
        if (!reply.startsWith('+OK')) {
          this.#close(new Error(`the switch refused the password: ${reply.slice(0, 80)}`))
        } else if (this.#phase === 'authenticating') {
          this.#phase = 'ready'
          this.#handshake?.clear()
          this.#admit()
        }
      },
      () => {
        // The connection closed; `ready` was rejected with the reason.
      },
    )
  }

  #close(reason: Error): void {
    if (this.#phase === 'closed') return
    this.#phase = 'closed'
    this.#handshake?.clear()
    this.#deadline?.clear()
    this.#socket.destroy()
    this.#refuse(reason)
    this.#options.onClose(reason)
    for (const request of this.#requests.splice(0)) request.reject(reason)
  }
}
