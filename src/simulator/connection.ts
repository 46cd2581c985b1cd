// One client of the event socket. Commands are answered strictly one after another; while a slow one
// runs, nothing else goes out, events included, as on a real FreeSWITCH. Events that a command causes
// follow its reply.
import type { Socket } from 'node:net'
import { runCommand } from './commands.ts'
import { commandEavesdropper } from './eavesdrop.ts'
import type { Exchange } from './exchange.ts'
import type { Faults } from './faults.ts'
import { enqueueApp, hangUp } from './legs.ts'
import { Subscription } from './subscription.ts'
import {
  AUTH_REQUEST,
  apiResponse,
  CommandReader,
  commandReply,
  DISCONNECT_NOTICE,
  eventFrame,
  type WireCommand,
  type WireEvent,
} from './wire.ts'

export interface ConnectionOptions {
  readonly socket: Socket
  readonly exchange: Exchange
  readonly faults: Faults
  readonly password: string
  readonly onClosed: () => void
}

/** FreeSWITCH closes the socket on a listener that leaves this many events unread. */
const UNREAD_MAX = 100_000

export class Connection {
  readonly subscription = new Subscription()
  bytesRead = 0
  bytesWritten = 0
  readonly #socket: Socket
  readonly #exchange: Exchange
  readonly #faults: Faults
  readonly #password: string
  readonly #reader = new CommandReader()
  readonly #commands: WireCommand[] = []
  /** Events held back until the reply that is owed has gone out. */
  readonly #held: WireEvent[] = []
  /** What was said into a silence. */
  readonly #unsent: string[] = []
  #isAnswering = false
  #isPumping = false
  #isAuthorised = false
  #isEnding = false
  /** Bytes that go out one by one, while that fault is on. */
  readonly #single: Buffer[] = []
  #isWritingSingle = false

  constructor(options: ConnectionOptions) {
    this.#socket = options.socket
    this.#exchange = options.exchange
    this.#faults = options.faults
    this.#password = options.password
    options.socket.setNoDelay(true)
    options.socket.on('data', (bytes: Buffer) => {
      this.bytesRead += bytes.length
      this.#commands.push(...this.#reader.push(bytes))
      this.pump()
    })
    // A reset needs no handling of its own: `close` follows every error.
    options.socket.on('error', () => {})
    options.socket.on('close', options.onClosed)
    this.#write(AUTH_REQUEST)
  }

  /** Nothing more would happen here before the clock moves or the client speaks. */
  get isQuiet(): boolean {
    if (this.#single.length > 0 || this.#socket.writableLength > 0) return false
    return this.#faults.isSilent || this.#isAnswering || this.#commands.length === 0
  }

  deliver(event: WireEvent): void {
    if (!this.subscription.includes(event.name, event.subclass)) return
    if (!this.#isAnswering) {
      this.#writeEvent(event)
      return
    }
    this.#held.push(event)
    this.#limit(this.#held.length)
  }

  /** Goes on with what is waiting; called with new bytes, after a reply, and when a silence ends. */
  pump(): void {
    if (this.#faults.isSilent || this.#isPumping) return
    this.#isPumping = true
    for (const text of this.#unsent.splice(0)) this.#write(text)
    while (!this.#isAnswering && !this.#isEnding) {
      for (const event of this.#held.splice(0)) this.#writeEvent(event)
      const command = this.#commands.shift()
      if (command === undefined) break
      this.#isAnswering = true
      this.#answer(command)
    }
    this.#isPumping = false
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  close(): void {
    this.#socket.destroy()
  }

  #limit(unread: number): void {
    if (unread > UNREAD_MAX) this.#socket.destroy()
  }

  /** The reply to the command in hand; what was held back follows, then the next command. */
  #reply(text: string): void {
    this.#write(text)
    this.#isAnswering = false
    this.pump()
  }

  #replyCommand(text: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#reply(commandReply(this.#faults.takePercent() ? '+OK 50% done' : text, headers))
  }

  #answer(command: WireCommand): void {
    const [, verb = '', args = ''] = /^(\S+) ?(.*)$/.exec(command.line) ?? []
    if (verb === 'exit') this.#exit()
    else if (!this.#isAuthorised) this.#authorise(verb, args)
    else this.#obey(verb, args, command)
  }

  #authorise(verb: string, args: string): void {
    if (verb !== 'auth') {
      this.#replyCommand('-ERR command not found')
      return
    }
    if (args.trim() !== this.#password) {
      this.#write(commandReply('-ERR invalid'))
      this.#end()
      return
    }
    this.#isAuthorised = true
    this.#replyCommand('+OK accepted')
  }

  #obey(verb: string, args: string, command: WireCommand): void {
    switch (verb) {
      case 'auth':
        this.#replyCommand('-ERR command not found')
        return
      case 'api':
        this.#api(args, (body) => this.#reply(apiResponse(body)))
        return
      case 'bgapi':
        this.#bgapi(args, command)
        return
      case 'event':
        this.#replyCommand(this.subscription.add(args))
        return
      case 'nixevent':
        this.#replyCommand(this.subscription.remove(args))
        return
      case 'noevents':
        this.subscription.clear()
        this.#replyCommand('+OK no longer listening for events')
        return
      case 'filter':
        this.#replyCommand(filterReply(args))
        return
      case 'sendmsg':
        this.#sendMessage(args.trim(), command)
        return
      case 'sendevent':
        this.#sendEvent(args.trim(), command)
        return
      case 'log':
        this.#replyCommand(`+OK log level ${args} [${args}]`)
        return
      case 'nolog':
        this.#replyCommand('+OK no longer logging')
        return
      case 'linger':
      case 'nolinger':
        this.#replyCommand('-ERR not controlling a session')
        return
      case 'divert_events':
        this.#replyCommand('-ERR not controlling a session.')
        return
      default:
        this.#replyCommand('-ERR command not found')
    }
  }

  #api(line: string, reply: (body: string) => void): void {
    const failure = this.#faults.takeReply(line.trim().split(' ')[0] ?? '')
    if (failure === undefined) runCommand(this.#exchange, line, reply)
    else reply(failure)
  }

  #bgapi(line: string, command: WireCommand): void {
    const jobUuid = command.headers.get('job-uuid') ?? this.#exchange.random.uuid()
    const [, name = '', args = ''] = /^\s*(\S*)\s*(.*)$/.exec(line) ?? []
    const headers = {
      'Job-UUID': jobUuid,
      'Job-Command': name,
      ...(args === '' ? {} : { 'Job-Command-Arg': args }),
    }
    // The job begins before its reply is out: a kill sent right behind the originate finds the leg.
    this.#api(line, (body) => this.#exchange.announce('BACKGROUND_JOB', null, headers, body))
    this.#replyCommand(`+OK Job-UUID: ${jobUuid}`, { 'Job-UUID': jobUuid })
  }

  #sendMessage(legId: string, { headers, body }: WireCommand): void {
    const leg = this.#exchange.find(legId)
    if (leg === undefined) {
      this.#replyCommand(`-ERR invalid session id [${legId}]`)
      return
    }
    switch (headers.get('call-command')) {
      case 'execute': {
        const app = headers.get('execute-app-name') ?? ''
        const arg = body === '' ? (headers.get('execute-app-arg') ?? '') : body
        const appUuid = headers.get('event-uuid') ?? this.#exchange.appUuid()
        enqueueApp(this.#exchange, leg, { app, arg, appUuid, kind: 'message' })
        this.#replyCommand('+OK')
        return
      }
      case 'hangup':
        hangUp(this.#exchange, leg, headers.get('hangup-cause') ?? 'NORMAL_CLEARING', 'switch')
        this.#replyCommand('+OK')
        return
      default:
        this.#replyCommand('-ERR invalid command')
    }
  }

  /** An event of the client's own making, for everybody who listens. */
  #sendEvent(name: string, { named, body }: WireCommand): void {
    const eventUuid = this.#exchange.random.uuid()
    const headers = { ...named, 'Event-UUID': eventUuid }
    const leg = this.#exchange.find(named['unique-id'])
    if (leg !== undefined) {
      commandEavesdropper(this.#exchange, leg, named['eavesdrop-command'] ?? '')
    }
    this.#exchange.announce(name, null, headers, body === '' ? null : body)
    this.#replyCommand(`+OK ${eventUuid}`)
  }

  #exit(): void {
    this.#write(commandReply('+OK bye'))
    this.#end()
  }

  #end(): void {
    this.#isEnding = true
    this.#write(DISCONNECT_NOTICE)
    this.subscription.clear()
    if (this.#single.length === 0) this.#socket.end()
  }

  #writeEvent(event: WireEvent): void {
    const frame = eventFrame(event, this.subscription.format)
    this.#write(frame)
    if (this.#faults.isDuplicating) this.#write(frame)
  }

  #write(text: string): void {
    if (this.#socket.destroyed) return
    if (this.#faults.isSilent) {
      this.#unsent.push(text)
      this.#limit(this.#unsent.length)
      return
    }
    const bytes = Buffer.from(text)
    this.bytesWritten += bytes.length
    if (!this.#faults.isSplitting && this.#single.length === 0) {
      this.#socket.write(bytes)
      return
    }
    this.#single.push(bytes)
    if (!this.#isWritingSingle) this.#writeSingle()
  }

  /** One byte a turn, so that the other side really reads them apart. */
  #writeSingle(): void {
    const [first] = this.#single
    this.#isWritingSingle = first !== undefined
    if (first === undefined) {
      if (this.#isEnding) this.#socket.end()
      return
    }
    this.#socket.write(first.subarray(0, 1), () => setImmediate(() => this.#writeSingle()))
    if (first.length > 1) this.#single[0] = first.subarray(1)
    else this.#single.shift()
  }
}

function filterReply(args: string): string {
  const [first = '', ...rest] = args.trim().split(' ')
  if (first !== 'delete') return `+OK filter added. [${first}]=[${rest.join(' ')}]`
  const [header = '', ...value] = rest
  return `+OK filter deleted. [${header}][${value.join(' ')}]`
}
