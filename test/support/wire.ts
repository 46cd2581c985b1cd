// A SIP relay on loopback between the switch and sipp: every message in either direction is written down
// with its time, so that tests can say what was on the wire and when. It changes nothing, except that it
// can tell a phone to do something (press a button) with an INFO that the switch never sees.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { until } from './until.ts'
import { wireNow } from './wire-time.ts'

export interface SipMessage {
  readonly at: number
  readonly from: 'switch' | 'phone'
  readonly callId: string
  /** Method of a request, `<status> <method>` of a response: `INVITE`, `200 INVITE`. */
  readonly what: string
  readonly text: string
}

export const header = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: *(.*?)\\r?$`, 'im').exec(text)?.[1]

function whatOf(text: string): string {
  const start = text.slice(0, text.indexOf('\r\n'))
  const status = /^SIP\/2\.0 (\d{3})/.exec(start)?.[1]
  const method = header(text, 'CSeq')?.split(' ')[1] ?? ''
  return status === undefined ? (start.split(' ')[0] ?? '') : `${status} ${method}`
}

export class Wire {
  readonly messages: SipMessage[] = []
  readonly port: number
  readonly #socket: Socket
  readonly #phoneByCall = new Map<string, number>()
  readonly #phoneByUser = new Map<string, number>()
  readonly #watchers = new Set<(message: SipMessage) => void>()
  /** Where the switch listens; for agents' phones it shows itself with its first INVITE. */
  #switchPort: number | null
  readonly #isCallersSide: boolean
  #told = 0

  private constructor(socket: Socket, switchPort: number | null) {
    this.#socket = socket
    this.#switchPort = switchPort
    this.#isCallersSide = switchPort !== null
    this.port = (socket.address() as AddressInfo).port
    socket.on('message', (bytes, peer) => this.#relay(bytes, peer))
    socket.on('error', () => {})
  }

  /** `switchPort`: of the callers' profile; null for the agents' side, where the switch calls first. */
  static async open(switchPort: number | null): Promise<Wire> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new Wire(socket, switchPort)
  }

  /** Calls to `user` go to the phone at that port; calls to nobody's get 404. */
  connect(user: string, phonePort: number): void {
    this.#phoneByUser.set(user, phonePort)
  }

  disconnect(user: string): void {
    this.#phoneByUser.delete(user)
  }

  watch(watcher: (message: SipMessage) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** The first message of that kind in that call. */
  message(callId: string, what: string, msMax = 10_000): Promise<SipMessage> {
    return until(
      () => this.messages.find((message) => message.callId === callId && message.what === what),
      `${what} on the wire`,
      msMax,
    )
  }

  /** Presses the phone's next button; what that is, its scenario says. */
  tell(callId: string): void {
    const phone = this.#phoneByCall.get(callId)
    const seen = this.messages.find(
      (message) => message.callId === callId && message.from === 'switch',
    )
    if (phone === undefined || seen === undefined) throw new Error(`no call ${callId} to tell`)
    const isRequest = !seen.what.includes(' ')
    this.#told += 1
    const info = [
      `INFO sip:phone@127.0.0.1:${phone} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.port};branch=z9hG4bKtold${this.#told}`,
      `From: ${header(seen.text, isRequest ? 'From' : 'To')}`,
      `To: ${header(seen.text, isRequest ? 'To' : 'From')}`,
      `Call-ID: ${callId}`,
      `CSeq: ${900_000 + this.#told} INFO`,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
    this.#socket.send(info, phone, '127.0.0.1')
  }

  close(): void {
    this.#socket.close()
  }

  #relay(bytes: Buffer, peer: RemoteInfo): void {
    const text = bytes.toString('utf8')
    const callId = header(text, 'Call-ID')
    if (callId === undefined) return
    const what = whatOf(text)
    const known = this.#phoneByCall.get(callId)
    const isFromPhone = known === undefined ? this.#isCallersSide : peer.port === known
    const message: SipMessage = {
      at: wireNow(),
      from: isFromPhone ? 'phone' : 'switch',
      callId,
      what,
      text,
    }
    if (what.endsWith(' INFO')) return
    this.messages.push(message)
    if (known === undefined) {
      if (what !== 'INVITE') return
      if (!this.#meet(message, peer)) return
    }
    for (const watcher of this.#watchers) watcher(message)
    const to = isFromPhone ? this.#switchPort : this.#phoneByCall.get(callId)
    if (to !== null && to !== undefined) this.#socket.send(bytes, to, '127.0.0.1')
  }

  /** The first INVITE of a call: learns who its phone is. False if nobody answers to that name. */
  #meet(message: SipMessage, peer: RemoteInfo): boolean {
    if (this.#isCallersSide) {
      this.#phoneByCall.set(message.callId, peer.port)
      return true
    }
    this.#switchPort = peer.port
    const user = /^INVITE sip:([^@;]+)@/.exec(message.text)?.[1] ?? ''
    const phone = this.#phoneByUser.get(user)
    if (phone !== undefined) {
      this.#phoneByCall.set(message.callId, phone)
      return true
    }
    const copied = ['Via', 'From', 'Call-ID', 'CSeq'].map(
      (name) => `${name}: ${header(message.text, name)}`,
    )
    const reply = ['SIP/2.0 404 Not Found', ...copied, `To: ${header(message.text, 'To')};tag=none`]
    this.#socket.send(`${reply.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, peer.port, '127.0.0.1')
    return false
  }
}
