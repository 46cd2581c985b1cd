// A small SIP telephone for tests, over UDP unless told otherwise: it registers with digest, rings, answers, holds, transfers and
// hangs up when the test says so, and keeps every message with its time. As little SIP as that needs: no
// retransmissions of its own (loopback loses nothing), one call in one `PhoneCall`.
import { randomUUID } from 'node:crypto'
import { type DigestAlgorithm, type DigestAnswer, hash, responseFor } from '../../src/sip/digest.ts'
import { PhoneCall } from './phone-call.ts'
import { RtpEnd } from './rtp.ts'
import { openWire, type SipWire, type WireKind } from './sip-wire.ts'
import { until } from './until.ts'
import { header } from './wire.ts'
import { wireNow } from './wire-time.ts'

export interface Heard {
  readonly at: number
  readonly text: string
  /** `INVITE` or `200 INVITE`. */
  readonly what: string
  readonly callId: string
  readonly port: number
}

const REALM = 'yingda'

export interface PhoneOptions {
  readonly edgePort: number
  readonly user: string
  readonly password?: string
  readonly hertz?: number
  readonly wire?: WireKind
  /** Believes to be there, in Via, Contact and SDP, and is not. */
  readonly behindNat?: string
}

interface Parts {
  readonly startLine: string
  readonly headers: readonly string[]
  readonly sdp?: string
}

export class SipPhone {
  readonly user: string
  readonly rtp: RtpEnd
  readonly port: number
  readonly heard: Heard[] = []
  /** Cable out: nothing is answered any more. */
  isMute = false
  readonly edgePort: number
  readonly #wire: SipWire
  readonly #kind: WireKind
  readonly #host: string
  readonly #sentBy: string
  readonly #password: string
  readonly #answered = new Map<string, string>()
  readonly #calls = new Map<string, PhoneCall>()
  #cseq = 0
  readonly #registerCallId = randomUUID()

  private constructor(wire: SipWire, rtp: RtpEnd, options: PhoneOptions) {
    this.#wire = wire
    this.rtp = rtp
    this.user = options.user
    this.edgePort = options.edgePort
    this.#password = options.password ?? ''
    this.port = wire.port
    this.#kind = options.wire ?? 'udp'
    this.#host = options.behindNat ?? '127.0.0.1'
    const port = options.behindNat === undefined ? wire.port : 5060
    this.#sentBy = `${this.#host}:${port}`
  }

  static async open(options: PhoneOptions): Promise<SipPhone> {
    const rtp = await RtpEnd.open(options.hertz ?? 1_000)
    let take = (_text: string, _port: number) => {}
    const { wire = 'udp', edgePort } = options
    const opened = await openWire(wire, edgePort, (text, port) => take(text, port))
    const phone = new SipPhone(opened, rtp, options)
    take = (text, port) => phone.#take(text, port)
    return phone
  }

  close(): void {
    this.rtp.close()
    this.#wire.close()
  }

  get contact(): string {
    const transport = this.#kind === 'udp' ? '' : `;transport=${this.#kind}`
    return `<sip:${this.user}@${this.#sentBy}${transport}>`
  }

  /** The final response's text; a challenge is answered once. */
  async register(
    options: {
      expires?: number
      contact?: string
      algorithm?: DigestAlgorithm
      password?: string
      to?: string
    } = {},
  ): Promise<Heard> {
    const build = (extra: string[]): Parts => ({
      startLine: 'REGISTER sip:yingda SIP/2.0',
      headers: [
        `From: <sip:${this.user}@yingda>;tag=${randomUUID().slice(0, 8)}`,
        `To: <sip:${options.to ?? this.user}@yingda>`,
        `Call-ID: ${this.#registerCallId}`,
        `CSeq: ${this.nextCseq()} REGISTER`,
        `Contact: ${options.contact ?? this.contact}`,
        `Expires: ${options.expires ?? 60}`,
        ...extra,
      ],
    })
    return this.withDigest(build, 'REGISTER', 'sip:yingda', options)
  }

  nextCseq(): number {
    this.#cseq += 1
    return this.#cseq
  }

  async withDigest(
    build: (extra: string[]) => Parts,
    method: string,
    uri: string,
    options: { algorithm?: DigestAlgorithm; password?: string } = {},
  ): Promise<Heard> {
    const first = await this.transact(build([]))
    const status = Number(first.what.split(' ')[0])
    if (status !== 401 && status !== 407) return first
    const name = status === 401 ? 'Authorization' : 'Proxy-Authorization'
    return this.transact(build([`${name}: ${this.credentials(first.text, method, uri, options)}`]))
  }

  credentials(
    challenge: string,
    method: string,
    uri: string,
    options: { algorithm?: DigestAlgorithm; password?: string } = {},
  ): string {
    const algorithm = options.algorithm ?? 'MD5'
    const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
    const password = options.password ?? this.#password
    const answer: Omit<DigestAnswer, 'response'> = {
      ...{ username: this.user, realm: REALM, nonce, uri, algorithm, cnonce: 'c0ffee', nc: 1 },
    }
    const response = responseFor(
      answer,
      method,
      hash(algorithm, `${this.user}:${REALM}:${password}`),
    )
    return (
      `Digest username="${this.user}", realm="${REALM}", nonce="${nonce}", uri="${uri}", ` +
      `response="${response}", algorithm=${algorithm}, cnonce="c0ffee", qop=auth, nc=00000001`
    )
  }

  /** Sends a request and resolves with its final response. */
  async transact(parts: Parts, msMax = 10_000): Promise<Heard> {
    const from = this.heard.length
    const text = this.send(parts)
    const callId = header(text, 'Call-ID')
    const cseq = header(text, 'CSeq')
    return until(
      () =>
        this.heard
          .slice(from)
          .find(
            (one) =>
              one.callId === callId && header(one.text, 'CSeq') === cseq && /^[2-6]/.test(one.what),
          ),
      `a final answer to ${parts.startLine}`,
      msMax,
    )
  }

  /** Sends as given, with a Via and a length; returns what was sent. */
  send(parts: Parts, port = this.edgePort): string {
    const isRequest = !parts.startLine.startsWith('SIP/2.0')
    const via = `Via: SIP/2.0/${this.#kind.toUpperCase()} ${this.#sentBy};rport;branch=z9hG4bK${randomUUID()}`
    const hasVia = parts.headers.some((line) => line.startsWith('Via:'))
    const sdp = parts.sdp ?? ''
    const text = [
      parts.startLine,
      ...(isRequest && !hasVia ? [via] : []),
      ...parts.headers,
      ...(isRequest ? ['Max-Forwards: 70'] : []),
      ...(sdp === '' || parts.headers.some((line) => line.startsWith('Content-Type'))
        ? []
        : ['Content-Type: application/sdp']),
      `Content-Length: ${Buffer.byteLength(sdp)}`,
      '',
      sdp,
    ].join('\r\n')
    this.#wire.send(text, port)
    return text
  }

  sendRaw(text: string): void {
    this.#wire.send(text, this.edgePort)
  }

  sdp(direction = 'sendrecv'): string {
    return [
      'v=0',
      `o=- ${this.port} ${Date.now()} IN IP4 ${this.#host}`,
      's=-',
      `c=IN IP4 ${this.#host}`,
      't=0 0',
      `m=audio ${this.rtp.port} RTP/AVP 0 101`,
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=ptime:20',
      `a=${direction}`,
      '',
    ].join('\r\n')
  }

  /**
   * Dials; resolves at once, the outcome is the call's. `offer` null: invites without one and answers the
   * other side's in the ACK.
   */
  dial(
    number: string,
    headers: readonly string[] = [],
    offer: string | null = this.sdp(),
  ): PhoneCall {
    const uri = `sip:${number}@127.0.0.1:${this.edgePort}`
    const callId = randomUUID()
    const origin = { uri, tag: randomUUID().slice(0, 8), number, offer }
    const call = new PhoneCall(this, callId, origin)
    this.#calls.set(callId, call)
    call.sendInvite(headers)
    return call
  }

  /** The `count`-th call that rang here, from 1. */
  async ring(count = 1, msMax = 10_000): Promise<PhoneCall> {
    const invite = await until(
      () => this.rings()[count - 1],
      `ring ${count} at ${this.user}`,
      msMax,
    )
    const known = this.#calls.get(invite.callId)
    if (known !== undefined) return known
    const call = new PhoneCall(this, invite.callId, invite)
    this.#calls.set(invite.callId, call)
    return call
  }

  rings(): Heard[] {
    return this.heard.filter(
      (one) => one.what === 'INVITE' && !/;tag=/.test(header(one.text, 'To') ?? ''),
    )
  }

  /** The first message of that kind in that call, from index `from` on. */
  message(callId: string, what: string, from = 0, msMax = 10_000): Promise<Heard> {
    return until(
      () => this.heard.slice(from).find((one) => one.callId === callId && one.what === what),
      `${what} at ${this.user}`,
      msMax,
    )
  }

  reply(request: Heard, status: string, headers: readonly string[] = [], sdp?: string): void {
    const tag = /;tag=/.test(header(request.text, 'To') ?? '') ? '' : `;tag=${this.port}`
    const vias = [...request.text.matchAll(/^(?:Via|v): *(.*?)\r?$/gim)].map(
      ([, via]) => `Via: ${via}`,
    )
    const text = this.send(
      {
        startLine: `SIP/2.0 ${status}`,
        headers: [
          ...vias,
          `From: ${header(request.text, 'From')}`,
          `To: ${header(request.text, 'To')}${tag}`,
          `Call-ID: ${request.callId}`,
          `CSeq: ${header(request.text, 'CSeq')}`,
          `Contact: ${this.contact}`,
          ...headers,
        ],
        ...(sdp === undefined ? {} : { sdp }),
      },
      request.port,
    )
    this.#answered.set(branchOf(request.text), text)
  }

  #take(text: string, port: number): void {
    if (this.isMute) return
    const start = text.slice(0, text.indexOf('\r\n'))
    const method = header(text, 'CSeq')?.split(' ')[1] ?? ''
    const status = /^SIP\/2\.0 (\d{3})/.exec(start)?.[1]
    const what = status === undefined ? (start.split(' ')[0] ?? '') : `${status} ${method}`
    const callId = header(text, 'Call-ID') ?? ''
    const message: Heard = { at: wireNow(), text, what, callId, port }
    if (status === undefined && what !== 'ACK') {
      const before = this.#answered.get(branchOf(text) + (what === 'CANCEL' ? 'c' : ''))
      if (before !== undefined && what !== 'CANCEL') {
        this.#wire.send(before, port)
        return
      }
    }
    const media = /^m=audio (\d+) /m.exec(text)?.[1]
    if (media !== undefined) this.rtp.talkTo(Number(media))
    this.heard.push(message)
    if (status !== undefined) return
    const call = this.#calls.get(callId)
    if (call?.isOver === true && what !== 'INVITE') this.reply(message, '481 No Such Call')
    else if (what === 'OPTIONS' || what === 'NOTIFY' || what === 'INFO')
      this.reply(message, '200 OK')
    else if (what === 'BYE') this.reply(message, '200 OK')
    else if (what === 'CANCEL') {
      this.reply(message, '200 OK')
      const invite = this.rings().find((one) => one.callId === callId)
      if (invite !== undefined && call?.isAnswered !== true) this.reply(invite, '487 Terminated')
    } else if (what === 'INVITE' && /;tag=/.test(header(text, 'To') ?? '')) {
      this.reply(message, '200 OK', [], this.sdp())
    } else if (what === 'REFER') this.reply(message, '202 Accepted')
  }
}

function branchOf(text: string): string {
  return `${/branch=([^;\s]+)/.exec(text)?.[1]}${header(text, 'CSeq')}`
}
