// A scripted far end of the event socket, on raw TCP: it writes down what it is sent and answers as the
// test says, well or badly. It has no channels and no opinions.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** The bytes to answer with; null for no answer. */
type Answer = (command: string) => string | Buffer | null

export const PASSWORD = 'ClueCon'

export const commandReply = (text: string, headers = ''): string =>
  `Content-Type: command/reply\nReply-Text: ${text}\n${headers}\n`

export const apiResponse = (body: string): string =>
  `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(body)}\n\n${body}`

export function event(headers: Readonly<Record<string, string>>): string {
  const body = JSON.stringify(headers)
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: text/event-json\n\n${body}`
}

/** As a FreeSWITCH without channels would. */
function ordinary(command: string): string {
  const [line = ''] = command.split('\n')
  if (line === `auth ${PASSWORD}`) return commandReply('+OK accepted')
  if (line.startsWith('auth ')) return commandReply('-ERR invalid')
  if (line.startsWith('api show channels')) return apiResponse('{"row_count":0}')
  if (line.startsWith('api sched_del')) return apiResponse('+OK Deleted: 1\n')
  if (line.startsWith('api ')) return apiResponse('+OK\n')
  const jobId = /^Job-UUID: (.*)$/m.exec(command)?.[1]
  if (jobId !== undefined) {
    return commandReply(`+OK Job-UUID: ${jobId}`, `Job-UUID: ${jobId}\n`)
  }
  return commandReply('+OK')
}

export class EslPeer {
  /** Whole commands, in order, over all connections. */
  readonly commands: string[] = []
  /** Everything received, byte for byte. */
  received = ''
  connections = 0
  greeting: string | null = 'Content-Type: auth/request\n\n'
  readonly #answers: { readonly pattern: RegExp; readonly answer: Answer }[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #split: number | null = null

  private constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => this.#accept(socket))
  }

  static async listen(): Promise<EslPeer> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new EslPeer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The latest rule that matches answers. */
  on(pattern: RegExp, answer: Answer): void {
    this.#answers.unshift({ pattern, answer })
  }

  /** From now on every byte goes out by itself. */
  splitEveryByte(): void {
    this.#split = 1
  }

  send(bytes: string | Buffer): void {
    for (const socket of this.#sockets) this.#write(socket, bytes)
  }

  /** TCP RST. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.end()
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    this.connections += 1
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.#sockets.delete(socket))
    // The tests break connections on purpose.
    socket.on('error', () => {})
    let pending = ''
    socket.on('data', (bytes) => {
      this.received += bytes.toString()
      pending += bytes.toString()
      for (let end = pending.indexOf('\n\n'); end !== -1; end = pending.indexOf('\n\n')) {
        const command = pending.slice(0, end)
        pending = pending.slice(end + 2)
        this.commands.push(command)
        const rule = this.#answers.find(({ pattern }) => pattern.test(command))
        const answer = rule === undefined ? ordinary(command) : rule.answer(command)
        if (answer !== null) this.#write(socket, answer)
      }
    })
    if (this.greeting !== null) this.#write(socket, this.greeting)
  }

  #write(socket: Socket, bytes: string | Buffer): void {
    const all = Buffer.from(bytes)
    const size = this.#split ?? all.length
    for (let from = 0; from < all.length; from += size)
      socket.write(all.subarray(from, from + size))
  }
}
