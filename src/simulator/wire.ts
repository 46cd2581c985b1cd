// The bytes of FreeSWITCH's event socket, server's side: commands in, replies and events out. It knows
// the framing and nothing else. What it reads it takes as FreeSWITCH does, injected lines included: a
// blank line ends a command wherever it stands, and one line break cuts the rest off as a header.

export interface WireCommand {
  /** The first line. */
  readonly line: string
  /** The lines after it, by lower-case name. */
  readonly headers: ReadonlyMap<string, string>
  /** The same with their names as they were written. */
  readonly named: Readonly<Record<string, string>>
  readonly body: string
}

export interface WireEvent {
  readonly name: string
  /** Of CUSTOM events. */
  readonly subclass: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/** Cuts a stream of bytes into commands, however it was split on the way. */
export class CommandReader {
  #bytes: Buffer = Buffer.alloc(0)

  push(bytes: Buffer): WireCommand[] {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    const commands: WireCommand[] = []
    for (let command = this.#take(); command !== null; command = this.#take()) {
      if (command.line !== '') commands.push(command)
    }
    return commands
  }

  #take(): WireCommand | null {
    const end = endOfHead(this.#bytes)
    if (end === -1) return null
    const [line = '', ...rest] = this.#bytes
      .subarray(0, end)
      .toString('utf8')
      .replaceAll('\r', '')
      .split('\n')
      .filter((text) => text !== '')
    const headers = new Map<string, string>()
    const named: Record<string, string> = {}
    for (const text of rest) {
      const colon = text.indexOf(':')
      if (colon <= 0) continue
      const name = text.slice(0, colon).trim()
      named[name] = text.slice(colon + 1).trim()
      headers.set(name.toLowerCase(), named[name])
    }
    const length = Number(headers.get('content-length') ?? 0)
    const bodyLength = Number.isSafeInteger(length) && length > 0 ? length : 0
    if (this.#bytes.length < end + bodyLength) return null
    const body = this.#bytes.subarray(end, end + bodyLength).toString('utf8')
    this.#bytes = this.#bytes.subarray(end + bodyLength)
    return { line, headers, named, body }
  }
}

/** Where the first blank line ends, or -1. Carriage returns do not count. */
function endOfHead(bytes: Buffer): number {
  let lineFeeds = 0
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i]
    if (byte === LINE_FEED) {
      lineFeeds += 1
      if (lineFeeds === 2) return i + 1
    } else if (byte !== CARRIAGE_RETURN) lineFeeds = 0
  }
  return -1
}

export const AUTH_REQUEST = 'Content-Type: auth/request\n\n'

export const RUDE_REJECTION =
  'Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n'

const GOODBYE = 'Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n'

export const DISCONNECT_NOTICE = `Content-Type: text/disconnect-notice\nContent-Length: ${GOODBYE.length}\n\n${GOODBYE}`

export function commandReply(text: string, headers: Readonly<Record<string, string>> = {}): string {
  return `Content-Type: command/reply\nReply-Text: ${text}\n${lines(headers)}\n`
}

export function apiResponse(body: string): string {
  return `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`
}

export function eventFrame(event: WireEvent, format: 'json' | 'plain'): string {
  const body = format === 'json' ? jsonEvent(event) : plainEvent(event)
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-${format}\n\n${body}`
}

function jsonEvent({ headers, body }: WireEvent): string {
  if (body === null) return JSON.stringify(headers)
  return JSON.stringify({
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    _body: body,
  })
}

function plainEvent({ headers, body }: WireEvent): string {
  let text = ''
  for (const name in headers) text += `${name}: ${encodeURIComponent(headers[name] ?? '')}\n`
  if (body === null) return `${text}\n`
  return `${text}Content-Length: ${Buffer.byteLength(body)}\n\n${body}`
}

function lines(headers: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name in headers) text += `${name}: ${headers[name]}\n`
  return text
}
