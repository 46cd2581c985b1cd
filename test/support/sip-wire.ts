// How a test telephone's messages travel: UDP, or one connection to the edge over TCP or TLS, on which the
// edge's own requests come back.
import { createSocket } from 'node:dgram'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export type WireKind = 'udp' | 'tcp' | 'tls'

export interface SipWire {
  readonly port: number
  /** `port` is the peer's; a connection has one peer. */
  send(text: string, port: number): void
  close(): void
}

type Take = (text: string, port: number) => void

export async function openWire(kind: WireKind, edgePort: number, take: Take): Promise<SipWire> {
  return kind === 'udp' ? openUdp(take) : openStream(kind, edgePort, take)
}

async function openUdp(take: Take): Promise<SipWire> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  socket.on('message', (bytes, peer) => take(bytes.toString('utf8'), peer.port))
  socket.on('error', () => {})
  return {
    port: (socket.address() as AddressInfo).port,
    send: (text, port) => socket.send(text, port, '127.0.0.1'),
    close: () => socket.close(),
  }
}

async function openStream(kind: 'tcp' | 'tls', edgePort: number, take: Take): Promise<SipWire> {
  const socket: Socket =
    kind === 'tcp'
      ? connect(edgePort, '127.0.0.1')
      : connectTls({ port: edgePort, host: '127.0.0.1', rejectUnauthorized: false })
  await new Promise<void>((resolve, reject) => {
    socket.once(kind === 'tcp' ? 'connect' : 'secureConnect', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (let end = endOfMessage(rest); end !== null; end = endOfMessage(rest)) {
      const text = rest.subarray(0, end).toString('utf8').trimStart()
      rest = rest.subarray(end)
      if (text !== '') take(text, edgePort)
    }
  })
  return {
    port: (socket.address() as AddressInfo).port,
    send: (text) => socket.write(text),
    close: () => socket.destroy(),
  }
}

/** Blank lines between messages are keep-alives (RFC 5626). */
function endOfMessage(bytes: Buffer): number | null {
  const blank = /^(?:\r\n)+/.exec(bytes.toString('latin1'))?.[0].length ?? 0
  if (blank > 0 && blank === bytes.length) return blank
  const head = bytes.indexOf('\r\n\r\n', blank)
  if (head === -1) return null
  const length = /^(?:Content-Length|l) *: *(\d+)/im.exec(
    bytes.toString('latin1', blank, head),
  )?.[1]
  const end = head + 4 + Number(length ?? 0)
  return bytes.length >= end ? end : null
}
