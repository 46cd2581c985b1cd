// One call of a test telephone, dialled or received: what the person at that phone can do with it.
import type { Heard, SipPhone } from './sip-phone.ts'
import { until } from './until.ts'
import { header } from './wire.ts'

type Origin =
  | Heard
  | {
      readonly uri: string
      readonly tag: string
      readonly number: string
      /** Null: the other side makes it. */
      readonly offer: string | null
    }

export class PhoneCall {
  readonly callId: string
  readonly phone: SipPhone
  isAnswered = false
  /** Hung up here; whatever still comes belongs to no call. */
  isOver = false
  /** Forgets the answer to an offer that it had left to the other side. */
  isSilentInAck = false
  readonly #origin: Origin
  #invite = ''

  constructor(phone: SipPhone, callId: string, origin: Origin) {
    this.phone = phone
    this.callId = callId
    this.#origin = origin
  }

  get invite(): Heard {
    if (!('text' in this.#origin)) throw new Error('this call was dialled here')
    return this.#origin
  }

  sendInvite(headers: readonly string[]): void {
    const { uri, tag, offer } = this.#ours()
    const build = (extra: string[]) => ({
      startLine: `INVITE ${uri} SIP/2.0`,
      headers: [
        `From: <sip:${this.phone.user}@127.0.0.1>;tag=${tag}`,
        `To: <${uri}>`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${this.phone.nextCseq()} INVITE`,
        `Contact: ${this.phone.contact}`,
        ...headers,
        ...extra,
      ],
      ...(offer === null ? {} : { sdp: offer }),
    })
    this.#invite = this.phone.send(build([]))
  }

  /** Final response to the INVITE, with its ACK sent; a challenge is answered once. */
  async outcome(msMax = 10_000): Promise<Heard> {
    const final = await this.#final(msMax)
    const status = Number(final.what.split(' ')[0])
    this.#acknowledge(final)
    if (status !== 407) {
      if (status === 200) this.isAnswered = true
      return final
    }
    const { uri, tag, offer } = this.#ours()
    const credentials = this.phone.credentials(final.text, 'INVITE', uri)
    this.#invite = this.phone.send({
      startLine: `INVITE ${uri} SIP/2.0`,
      headers: [
        `From: <sip:${this.phone.user}@127.0.0.1>;tag=${tag}`,
        `To: <${uri}>`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${this.phone.nextCseq()} INVITE`,
        `Contact: ${this.phone.contact}`,
        `Proxy-Authorization: ${credentials}`,
      ],
      ...(offer === null ? {} : { sdp: offer }),
    })
    const last = await this.#final(msMax)
    this.#acknowledge(last)
    if (last.what === '200 INVITE') this.isAnswered = true
    return last
  }

  /** Gives up a call that was dialled here. */
  cancel(): void {
    const line = (name: string) => `${name}: ${header(this.#invite, name)}`
    this.phone.send({
      startLine: `CANCEL ${this.#ours().uri} SIP/2.0`,
      headers: [
        ...['Via', 'From', 'To', 'Call-ID'].map(line),
        `CSeq: ${header(this.#invite, 'CSeq')?.split(' ')[0]} CANCEL`,
      ],
    })
  }

  ringing(): void {
    this.phone.reply(this.invite, '180 Ringing')
  }

  answer(): void {
    this.isAnswered = true
    this.phone.reply(this.invite, '200 OK', [], this.phone.sdp())
  }

  reject(status: string): void {
    this.phone.reply(this.invite, status)
  }

  /** Own hold button: re-INVITE sendonly; the final response. */
  async hold(): Promise<Heard> {
    return this.#reinvite('sendonly')
  }

  async retrieve(): Promise<Heard> {
    return this.#reinvite('sendrecv')
  }

  async #reinvite(direction: string): Promise<Heard> {
    const answer = await this.within('INVITE', [], this.phone.sdp(direction))
    if (answer.what === '200 INVITE') this.#acknowledge(answer)
    return answer
  }

  refer(to: string, headers = ''): Promise<Heard> {
    return this.within('REFER', [`Refer-To: <sip:${to}@yingda${headers}>`])
  }

  hangUp(): Promise<Heard> {
    this.isOver = true
    return this.within('BYE', [])
  }

  info(signal: string): Promise<Heard> {
    return this.within(
      'INFO',
      ['Content-Type: application/dtmf-relay'],
      `Signal=${signal}\r\nDuration=160\r\n`,
    )
  }

  /** One request within the call; its final response. */
  within(method: string, headers: readonly string[], sdp?: string): Promise<Heard> {
    const { from, to, target } = this.#dialog()
    return this.phone.transact({
      startLine: `${method} ${target} SIP/2.0`,
      headers: [
        `From: ${from}`,
        `To: ${to}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${this.phone.nextCseq()} ${method}`,
        `Contact: ${this.phone.contact}`,
        ...headers,
      ],
      ...(sdp === undefined ? {} : { sdp }),
    })
  }

  /** The first message of that kind in this call. */
  message(what: string, from = 0, msMax = 10_000): Promise<Heard> {
    return this.phone.message(this.callId, what, from, msMax)
  }

  #ours() {
    if ('text' in this.#origin) throw new Error('this call came in')
    return this.#origin
  }

  #final(msMax: number): Promise<Heard> {
    const cseq = header(this.#invite, 'CSeq')
    return until(
      () =>
        this.phone.heard.find(
          (one) =>
            one.callId === this.callId &&
            /^[2-6]\d\d INVITE/.test(one.what) &&
            header(one.text, 'CSeq') === cseq,
        ),
      'the outcome of a call',
      msMax,
    )
  }

  #acknowledge(final: Heard): void {
    const isGood = final.what.startsWith('2')
    const target = /<([^>]+)>/.exec(header(final.text, 'Contact') ?? '')?.[1]
    const uri = 'text' in this.#origin ? '' : this.#origin.uri
    const answersLate = isGood && !('text' in this.#origin) && this.#origin.offer === null
    this.phone.send({
      startLine: `ACK ${isGood ? (target ?? uri) : uri} SIP/2.0`,
      headers: [
        ...(isGood ? [] : [`Via: ${header(this.#invite, 'Via')}`]),
        `From: ${header(final.text, 'From')}`,
        `To: ${header(final.text, 'To')}`,
        `Call-ID: ${this.callId}`,
        `CSeq: ${header(final.text, 'CSeq')?.split(' ')[0]} ACK`,
        ...(answersLate ? [`Contact: ${this.phone.contact}`] : []),
      ],
      ...(answersLate && !this.isSilentInAck ? { sdp: this.phone.sdp() } : {}),
    })
  }

  #dialog(): { from: string; to: string; target: string } {
    if ('text' in this.#origin) {
      const { text } = this.#origin
      return {
        from: `${header(text, 'To')};tag=${this.phone.port}`,
        to: header(text, 'From') ?? '',
        target: /<([^>]+)>/.exec(header(text, 'Contact') ?? '')?.[1] ?? '',
      }
    }
    const final = this.phone.heard.find(
      (one) => one.callId === this.callId && one.what === '200 INVITE',
    )
    const text = final?.text ?? ''
    return {
      from: header(text, 'From') ?? '',
      to: header(text, 'To') ?? '',
      target: /<([^>]+)>/.exec(header(text, 'Contact') ?? '')?.[1] ?? '',
    }
  }
}
