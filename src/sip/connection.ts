// One connection to one drachtio, and the only file that knows drachtio-srf. It promises that nothing the
// network or the library does is thrown at anybody: malformed messages are dropped and logged, a lost
// connection is made anew with back-off, and a request while there is none fails as a value. Dialogs are
// handed over by callback, in the same breath in which they come to be: a promise would let the BYE of a
// quick hang-up pass before anybody listens for it.
import Srf from 'drachtio-srf'
import type { Clock, Timer } from '../clock.ts'
import type { Log } from '../log.ts'

export interface DrachtioAddress {
  readonly host: string
  readonly port: number
  readonly secret: string
}

export type SipHeaders = Record<string, string>

/** Header names are found in any case; a header that came twice is joined with commas. */
export interface SipMessage {
  readonly method: string
  readonly uri: string
  readonly body: string | undefined
  get(name: string): string | undefined
  has(name: string): boolean
}

export interface SipRequest extends SipMessage {
  readonly source_address: string
  readonly source_port: number
  readonly protocol: string
  /** The caller gave up; the message is the CANCEL. */
  on(event: 'cancel', listener: (cancel: SipMessage) => void): void
}

export interface SipReply {
  readonly finalResponseSent: boolean
  send(
    status: number,
    reason: string | undefined,
    options?: { headers?: SipHeaders; body?: string | undefined },
  ): void
}

export interface SipResponse extends SipMessage {
  readonly status: number
  readonly reason: string
}

/** An established call leg. */
export interface Dialog {
  readonly id: string
  readonly local: { readonly sdp: string }
  readonly remote: { readonly sdp: string }
  /** While true, what the peer asks for waits, its BYE included. */
  queueRequests: boolean
  on(event: 'destroy', listener: (bye: SipMessage) => void): void
  on(
    event: 'modify' | 'info' | 'refer' | 'notify' | 'update' | 'message',
    listener: (request: SipRequest, reply: SipReply) => void,
  ): void
  once(event: 'ack', listener: () => void): void
  destroy(options: { headers: SipHeaders }): Promise<unknown>
  modify(sdp: string): Promise<string>
  request(options: { method: string; headers: SipHeaders; body?: string }): Promise<SipResponse>
}

/** Where to: a request URI and, if the URI itself leads nowhere, the next hop. */
export interface Target {
  readonly uri: string
  readonly proxy?: string | undefined
}

/** What the called side offers when it was invited without an offer; one of the two must be called, once. */
export interface Offer {
  readonly sdp: string
  /** Acknowledges with the answer. Rejects when the called side cannot be reached again. */
  accept(answer: string): Promise<Dialog>
  /** Acknowledges and hangs up. */
  abandon(): void
}

export type InviteOutcome =
  | { readonly isAnswered: true; readonly dialog: Dialog; readonly response: SipResponse }
  | { readonly isAnswered: true; readonly offer: Offer; readonly response: SipResponse }
  | {
      readonly isAnswered: false
      /** Null: there was no response, or no connection to ask through. */
      readonly status: number | null
      readonly reason: string | undefined
      readonly response: SipResponse | null
    }

export interface InviteListener {
  readonly onProvisional: (response: SipResponse) => void
  /** Exactly once. */
  readonly onOutcome: (outcome: InviteOutcome) => void
}

export interface SentInvite {
  /** Before any response arrived the stack keeps the CANCEL until one does, so the outcome may be late. */
  cancel(headers: SipHeaders): void
}

/** The library's 200 that still waits for our answer. */
interface Unacknowledged {
  readonly sdp: string
  readonly res: SipResponse
  ack(answer: string): Promise<Dialog>
  destroy(): Promise<void>
}

interface SentRequest {
  cancel(options: { headers: SipHeaders }, done: (error: unknown) => void): void
  on(event: 'response', listener: (response: SipResponse) => void): void
}
type Done<T> = (error: unknown, value?: T) => void

/** What we use of drachtio-srf; its own types say less than it can do, and some of it wrongly. */
interface SrfLibrary {
  connect(options: object): void
  disconnect(): void
  on(event: string, listener: (...values: unknown[]) => void): void
  use(method: string, take: (request: SipRequest, reply: SipReply) => void): void
  createUAC(
    uri: string,
    options: object,
    progress: object,
    done: Done<Dialog | Unacknowledged>,
  ): void
  createUAS(request: SipRequest, reply: SipReply, options: object, done: Done<Dialog>): void
  request(uri: string, options: object, done: Done<SentRequest>): void
  readonly app: {
    readonly client: {
      readonly wp: WireProtocol
      request(options: object, done: Done<SentRequest>): void
    }
  }
}
interface WireProtocol {
  listeners(event: 'msg'): ((socket: Socket, text: string) => void)[]
  removeAllListeners(event: 'msg'): void
  on(event: 'msg', listener: (socket: Socket, text: string) => void): void
  on(event: 'connect', listener: (socket: Socket) => void): void
}
interface Socket {
  listeners(event: 'data'): ((chunk: Buffer) => void)[]
  removeAllListeners(event: 'data'): void
  on(event: 'data', listener: (chunk: Buffer) => void): void
  destroy(): void
}

const METHODS = [
  ...[
    'invite',
    'register',
    'options',
    'subscribe',
    'publish',
    'message',
    'notify',
    'refer',
    'info',
  ],
] as const
const BACK_OFF_MS = [100, 250, 500, 1_000, 2_000, 5_000, 10_000]

export interface ConnectionOptions {
  readonly address: DrachtioAddress
  readonly clock: Clock
  readonly log: Log
  /** Every request outside of a dialog. A throw is answered with 500. */
  readonly onRequest: (request: SipRequest, reply: SipReply) => void
  readonly onUp: () => void
  readonly onDown: () => void
}

export class SipConnection {
  /** Names this drachtio in bindings. */
  readonly edgeId: string
  readonly #options: ConnectionOptions
  #srf: SrfLibrary | null = null
  #isUp = false
  #isStopped = true
  #failures = 0
  #timer: Timer | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.edgeId = `${options.address.host}:${options.address.port}`
  }

  get isUp(): boolean {
    return this.#isUp
  }

  start(): void {
    this.#isStopped = false
    this.#connect()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.clear()
    const srf = this.#srf
    this.#srf = null
    this.#isUp = false
    // Without a connection the library asserts; then there is nothing to close either.
    if (srf !== null) this.#guard('disconnect', () => srf.disconnect())
  }

  /** `sdp` null: the called side makes the offer, and its answer is an `offer`, not yet a dialog. */
  invite(
    target: Target,
    options: { readonly headers: SipHeaders; readonly sdp: string | null },
    listener: InviteListener,
  ): SentInvite {
    let sent: SentRequest | null = null
    let cancelHeaders: SipHeaders | null = null
    let isOver = false
    const finish = (outcome: InviteOutcome) => {
      if (isOver) return
      isOver = true
      this.#guard('invite', () => listener.onOutcome(outcome))
    }
    const cancel = () => {
      const request = sent
      const headers = cancelHeaders
      if (request === null || headers === null || isOver) return
      this.#guard('cancel', () => request.cancel({ headers }, () => {}))
    }
    const isTried = this.#with((srf) =>
      srf.createUAC(
        target.uri,
        {
          ...(target.proxy === undefined ? {} : { proxy: target.proxy }),
          headers: { ...options.headers },
          ...(options.sdp === null ? { noAck: true } : { localSdp: options.sdp }),
        },
        {
          cbRequest: (_: unknown, request: SentRequest | undefined) => {
            sent = request ?? null
            cancel()
          },
          cbProvisional: (response: SipResponse) =>
            this.#guard('provisional', () => listener.onProvisional(response)),
        },
        (error, dialog) => finish(outcomeOf(error, dialog)),
      ),
    )
    if (!isTried) finish({ isAnswered: false, status: null, reason: undefined, response: null })
    return {
      cancel: (headers) => {
        cancelHeaders = headers
        cancel()
      },
    }
  }

  /** Answers with 200. `done` gets null if the caller was gone before. */
  answer(
    call: { readonly request: SipRequest; readonly reply: SipReply },
    answer: { readonly headers: SipHeaders; readonly sdp: string },
    done: (dialog: Dialog | null) => void,
  ): void {
    let isDone = false
    const finish = (dialog: Dialog | null) => {
      // The library reports a CANCEL that crosses the 200 as well as the dialog itself.
      if (isDone) return
      isDone = true
      this.#guard('answer', () => done(dialog))
    }
    const options = { localSdp: answer.sdp, headers: { ...answer.headers } }
    const isTried = this.#with((srf) =>
      srf.createUAS(call.request, call.reply, options, (error, dialog) =>
        finish(error ? null : (dialog ?? null)),
      ),
    )
    if (!isTried) finish(null)
  }

  /** One request outside of a dialog; the status of its final response, null for none in time. */
  ask(method: string, target: Target, headers: SipHeaders, msMax: number): Promise<number | null> {
    const { uri, proxy } = target
    const options = { method, headers, ...(proxy === undefined ? {} : { proxy }) }
    return this.#ask(msMax, (srf, done) => srf.request(uri, options, done))
  }

  /**
   * One request within a dialog that an earlier connection had: drachtio still knows it, the library does
   * not. Null: no answer in time, or no such dialog any more.
   */
  askWithin(dialogId: string, method: string, headers: SipHeaders, msMax: number) {
    return this.#ask(msMax, (srf, done) =>
      srf.app.client.request({ method, headers, stackDialogId: dialogId }, done),
    )
  }

  #ask(
    msMax: number,
    send: (srf: SrfLibrary, done: Done<SentRequest>) => void,
  ): Promise<number | null> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(msMax, () => resolve(null))
      const finish = (status: number | null) => {
        timer.clear()
        resolve(status)
      }
      const isTried = this.#with((srf) =>
        send(srf, (error, sent) => {
          if (error || sent === undefined) return finish(null)
          sent.on('response', (response) => {
            if (response.status >= 200) finish(response.status)
          })
        }),
      )
      if (!isTried) finish(null)
    })
  }

  #with(use: (srf: SrfLibrary) => void): boolean {
    const srf = this.#srf
    if (srf === null || !this.#isUp) return false
    return this.#guard('request', () => use(srf))
  }

  #guard(what: string, run: () => void): boolean {
    try {
      run()
      return true
    } catch (error) {
      this.#options.log.warn({ error: String(error), what, edgeId: this.edgeId }, 'sip.fault')
      return false
    }
  }

  #connect(): void {
    const { host, port, secret } = this.#options.address
    // A new one for each attempt: the library's own reconnection neither backs off beyond its first
    // success nor can it be told to stop while it waits.
    const srf = new Srf() as unknown as SrfLibrary
    this.#srf = srf
    srf.on('error', (error) => this.#options.log.debug({ error: String(error) }, 'sip.socket'))
    srf.on('connect', (error) => this.#connected(srf, error))
    srf.on('close', () => this.#closed(srf))
    for (const method of METHODS) {
      srf.use(method, (request, reply) => this.#take(request, reply))
    }
    srf.connect({ host, port, secret, reconnect: { maxAttempts: 1 } })
    this.#harden(srf.app.client.wp)
  }

  /**
   * The library throws out of the socket's own event what it cannot understand, which would end the
   * process. A message it stumbles over is dropped; bytes that are no drachtio's end the connection.
   */
  #harden(wire: WireProtocol): void {
    const takers = wire.listeners('msg')
    wire.removeAllListeners('msg')
    wire.on('msg', (socket, text) => {
      for (const take of takers) this.#guard('message', () => take(socket, text))
    })
    wire.on('connect', (socket) => {
      const readers = socket.listeners('data')
      socket.removeAllListeners('data')
      socket.on('data', (chunk) => {
        for (const read of readers) {
          if (!this.#guard('frame', () => read(chunk))) socket.destroy()
        }
      })
    })
  }

  #take(request: SipRequest, reply: SipReply): void {
    if (this.#guard('incoming', () => this.#options.onRequest(request, reply))) return
    this.#guard('incoming', () => {
      if (!reply.finalResponseSent) reply.send(500, undefined)
    })
  }

  #connected(srf: SrfLibrary, error: unknown): void {
    if (this.#srf !== srf) return
    if (error) {
      this.#options.log.error({ edgeId: this.edgeId, error: String(error) }, 'sip.refused')
      this.#guard('disconnect', () => srf.disconnect())
      return
    }
    this.#failures = 0
    this.#isUp = true
    this.#options.log.info({ edgeId: this.edgeId }, 'sip.connected')
    this.#guard('up', this.#options.onUp)
  }

  #closed(srf: SrfLibrary): void {
    if (this.#isStopped || this.#srf !== srf) return
    this.#srf = null
    if (this.#isUp) {
      this.#isUp = false
      this.#options.log.warn({ edgeId: this.edgeId }, 'sip.lost')
      this.#guard('down', this.#options.onDown)
    }
    const delayMs = BACK_OFF_MS[Math.min(this.#failures, BACK_OFF_MS.length - 1)] ?? 0
    this.#failures += 1
    this.#timer = this.#options.clock.after(delayMs, () => this.#connect())
  }
}

function outcomeOf(error: unknown, answered: Dialog | Unacknowledged | undefined): InviteOutcome {
  if (!error && answered !== undefined) {
    if ('ack' in answered && 'sdp' in answered) {
      const offer: Offer = {
        sdp: answered.sdp,
        accept: (answer) => answered.ack(answer),
        abandon: () => void answered.destroy().catch(() => {}),
      }
      return { isAnswered: true, offer, response: answered.res }
    }
    const { res } = answered as Dialog & { res: SipResponse }
    return { isAnswered: true, dialog: answered, response: res }
  }
  const { status, reason, res } = (error ?? {}) as {
    status?: number
    reason?: string
    res?: SipResponse
  }
  return { isAnswered: false, status: status ?? null, reason, response: res ?? null }
}
