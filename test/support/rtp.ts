// One end of a telephone's audio: PCMU over RTP in packets of 20 ms. It sends one pure tone without
// pause, except while a key is pressed, and keeps everything it hears, frame by frame with the time of arrival.
import { createSocket, type Socket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { wireNow } from './wire-time.ts'

export const FRAME_SAMPLES = 160
export const FRAME_MS = 20
export const SAMPLES_PER_SECOND = 8_000

export interface HeardFrame {
  readonly at: number
  readonly samples: Int16Array
}

function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff
  const magnitude = (((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)
  return bits & 0x80 ? 0x84 - magnitude : magnitude - 0x84
}
const MU_LAW = Int16Array.from({ length: 256 }, (_, byte) => decodeMuLaw(byte))

function encodeMuLaw(sample: number): number {
  let best = 0
  for (let byte = 1; byte < 256; byte += 1) {
    const isNearer = Math.abs((MU_LAW[byte] ?? 0) - sample) < Math.abs((MU_LAW[best] ?? 0) - sample)
    if (isNearer) best = byte
  }
  return best
}

/** One frame of a tone; a multiple of 50 Hz repeats without a click. */
function toneFrame(hertz: number): Buffer {
  const frame = Buffer.alloc(FRAME_SAMPLES)
  for (let index = 0; index < FRAME_SAMPLES; index += 1) {
    const sample = 8_000 * Math.sin((2 * Math.PI * hertz * index) / SAMPLES_PER_SECOND)
    frame[index] = encodeMuLaw(Math.round(sample))
  }
  return frame
}

const KEYS = '0123456789*#'
/** RFC 4733 by the number that our SDP gives it. */
const KEY_PAYLOAD = 101
/** A key is held for 160 ms; its end is said three times, as it might be lost. */
const KEY_PACKETS = 8
const KEY_END_PACKETS = 3

interface PressedKey {
  readonly code: number
  readonly timestamp: number
  packetsSent: number
}

export class RtpEnd {
  readonly heard: HeardFrame[] = []
  readonly port: number
  readonly #socket: Socket
  readonly #tone: Buffer
  #peerPort: number | null = null
  #sender: NodeJS.Timeout | null = null
  #sequence = 0
  #startedAt = 0
  #framesSent = 0
  readonly #keys: string[] = []
  #pressed: PressedKey | null = null

  private constructor(socket: Socket, hertz: number) {
    this.#socket = socket
    this.#tone = toneFrame(hertz)
    this.port = (socket.address() as AddressInfo).port
    socket.on('message', (packet) => this.#hear(packet))
    socket.on('error', () => {})
  }

  static async open(hertz: number): Promise<RtpEnd> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new RtpEnd(socket, hertz)
  }

  /** Sends the tone there from now on. */
  talkTo(port: number): void {
    this.#peerPort = port
    if (this.#sender !== null) return
    this.#startedAt = performance.now()
    this.#framesSent = 0
    this.#sender = setInterval(() => this.#sendDue(), FRAME_MS / 2)
  }

  /** Presses keys one after the other, once it talks to somebody. */
  press(keys: string): void {
    this.#keys.push(...keys)
  }

  /** Cable out: nothing is sent any more. What still arrives is heard. */
  fallSilent(): void {
    if (this.#sender !== null) clearInterval(this.#sender)
    this.#sender = null
  }

  close(): void {
    this.fallSilent()
    this.#socket.close()
  }

  #sendDue(): void {
    const due = Math.floor((performance.now() - this.#startedAt) / FRAME_MS)
    while (this.#framesSent < due && this.#peerPort !== null) {
      this.#framesSent += 1
      const timestamp = this.#framesSent * FRAME_SAMPLES
      const packet = this.#keyPacket(timestamp) ?? this.#packet(0, timestamp, this.#tone)
      this.#socket.send(packet, this.#peerPort, '127.0.0.1')
    }
  }

  #packet(payloadType: number, timestamp: number, payload: Buffer): Buffer {
    const packet = Buffer.alloc(12 + payload.length)
    packet[0] = 0x80
    packet[1] = payloadType
    this.#sequence += 1
    packet.writeUInt16BE(this.#sequence & 0xffff, 2)
    packet.writeUInt32BE(timestamp >>> 0, 4)
    packet.writeUInt32BE(this.port, 8)
    payload.copy(packet, 12)
    return packet
  }

  /** The next packet of a key that is down; null if none is. */
  #keyPacket(timestamp: number): Buffer | null {
    if (this.#pressed === null) {
      const key = this.#keys.shift()
      if (key === undefined) return null
      this.#pressed = { code: KEYS.indexOf(key), timestamp, packetsSent: 0 }
    }
    const key = this.#pressed
    key.packetsSent += 1
    const isEnd = key.packetsSent > KEY_PACKETS
    const payload = Buffer.alloc(4)
    payload[0] = key.code
    payload[1] = (isEnd ? 0x80 : 0) | 10
    payload.writeUInt16BE(Math.min(key.packetsSent, KEY_PACKETS) * FRAME_SAMPLES, 2)
    if (key.packetsSent === KEY_PACKETS + KEY_END_PACKETS) this.#pressed = null
    return this.#packet(KEY_PAYLOAD, key.timestamp, payload)
  }

  #hear(packet: Buffer): void {
    if (packet.length < 13 || ((packet[1] ?? 0) & 0x7f) !== 0) return
    const samples = Int16Array.from(packet.subarray(12), (byte) => MU_LAW[byte] ?? 0)
    this.heard.push({ at: wireNow(), samples })
  }
}
