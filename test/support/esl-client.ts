// A plain client of the event socket, byte by byte and without a library, for driving the simulator or a
// real FreeSWITCH in tests. It forgives nothing: what it cannot frame is an error.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Frame {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type EventHeaders = Readonly<Record<string, string>>

export class EslClient {
  /** Every event so far, in the order of arrival. */
  readonly events: EventHeaders[] = []
  /** Notices and rejections, by their content type. */
  readonly notices: Frame[] = []
  bytesRead = 0
  bytesWritten = 0
  isClosed = false
  closedWith: Error | null = null
  readonly #socket: Socket
  readonly #waiting: { resolve: (frame: Frame) => void; reject: (error: Error) => void }[] = []
  #bytes: Buffer = Buffer.alloc(0)
  #onChange: () => void = () => {}
  #hasGreeting = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      this.bytesRead += bytes.length
      this.#bytes = Buffer.concat([this.#bytes, bytes])
      for (let frame = this.#take(); frame !== null; frame = this.#take()) this.#dispatch(frame)
      this.#onChange()
    })
    socket.on('error', (error) => {
      this.closedWith = error
    })
    socket.on('close', () => {
      this.isClosed = true
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('connection closed'))
      this.#onChange()
    })
  }

  /** Connects without a word. */
  static async open(port: number): Promise<EslClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new EslClient(socket)
  }

  /** Connects and signs in. */
  static async signIn(port: number, password: string): Promise<EslClient> {
    const client = await EslClient.open(port)
    await client.until(() => client.#hasGreeting || client.isClosed)
    const reply = await client.request(`auth ${password}`)
    if (reply.headers['Reply-Text'] !== '+OK accepted') throw new Error('not let in')
    return client
  }

  get hasGreeting(): boolean {
    return this.#hasGreeting
  }

  write(text: string): void {
    const bytes = Buffer.from(text)
    this.bytesWritten += bytes.length
    this.#socket.write(bytes)
  }

  /** Sends one command, the blank line included, and waits for its reply. */
  request(text: string): Promise<Frame> {
    const reply = this.reply()
    this.write(`${text}\n\n`)
    return reply
  }

  /** The next reply that nobody waits for yet. */
  reply(): Promise<Frame> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  async command(text: string): Promise<string> {
    return (await this.request(text)).headers['Reply-Text'] ?? ''
  }

  async api(text: string): Promise<string> {
    return (await this.request(`api ${text}`)).body
  }

  bgapi(text: string, jobId: string): Promise<string> {
    return this.command(`bgapi ${text}\nJob-UUID: ${jobId}`)
  }

  execute(legId: string, app: string, arg: string): Promise<string> {
    const head = `sendmsg ${legId}\ncall-command: execute\nexecute-app-name: ${app}`
    const length = Buffer.byteLength(arg)
    const reply = this.reply()
    this.write(`${head}\ncontent-type: text/plain\ncontent-length: ${length}\n\n${arg}`)
    return reply.then((frame) => frame.headers['Reply-Text'] ?? '')
  }

  /** Waits for what is true only after something has come in. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.isClosed) throw new Error('connection closed while waiting')
      await new Promise<void>((resolve) => {
        this.#onChange = resolve
      })
    }
  }

  close(): void {
    this.#socket.destroy()
  }

  #dispatch(frame: Frame): void {
    switch (frame.headers['Content-Type']) {
      case 'auth/request':
        this.#hasGreeting = true
        return
      case 'command/reply':
      case 'api/response':
        this.#waiting.shift()?.resolve(frame)
        return
      case 'text/event-json':
        this.events.push(JSON.parse(frame.body) as EventHeaders)
        return
      case 'text/event-plain':
        this.events.push(headersOf(frame.body, decodeURIComponent))
        return
      default:
        this.notices.push(frame)
    }
  }

  #take(): Frame | null {
    const end = this.#bytes.indexOf('\n\n')
    if (end === -1) return null
    const headers = headersOf(this.#bytes.subarray(0, end).toString(), (text) => text)
    const length = Number(headers['Content-Length'] ?? 0)
    if (this.#bytes.length < end + 2 + length) return null
    const body = this.#bytes.subarray(end + 2, end + 2 + length).toString()
    this.#bytes = this.#bytes.subarray(end + 2 + length)
    return { headers, body }
  }
}

function headersOf(text: string, decode: (text: string) => string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ')
    if (colon > 0) headers[line.slice(0, colon)] = decode(line.slice(colon + 2))
  }
  return headers
}
