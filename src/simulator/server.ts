// The simulator: a switch on a loopback port that any ESL client takes for a FreeSWITCH, with citizens
// who call it, agents' phones that it rings, and faults that can be thrown. It is the telephony of the
// demonstration and the peer of the tests. Everything it does is decided by its clock, its seed and the
// commands it gets; nothing by chance or by the wall.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { type CallHandle, type CallPlan, placeCall } from './calls.ts'
import { StoppableClock } from './clock.ts'
import { answerTo } from './commands.ts'
import { Connection } from './connection.ts'
import { Exchange, promptMsOfFile } from './exchange.ts'
import { Faults } from './faults.ts'
import { Phones } from './phones.ts'
import { Random } from './random.ts'
import { Recorder } from './recording.ts'
import { heartbeat } from './tables.ts'
import { RUDE_REJECTION, type WireEvent } from './wire.ts'

export interface SimulatorOptions {
  readonly clock: Clock
  readonly seed: string
  /** 0, the default, lets the system choose. */
  readonly port?: number
  readonly password?: string
  /** `silence`: recordings have their length but take no room; for long simulated days. */
  readonly audio?: 'speech' | 'silence'
  /** The oldest recordings are deleted beyond this. */
  readonly diskBudgetBytes?: number
  /** How long a prompt lasts, null for a missing file. By default the files in dialplan/prompts say. */
  readonly promptMs?: (path: string) => number | null
}

const HEARTBEAT_MS = 20_000

export class Simulator {
  readonly password: string
  readonly phones: Phones
  /** Stops with the simulator, and whatever was set on it. */
  readonly clock: Clock
  /** For whoever acts around this switch, so that one seed decides on everything. */
  readonly random: Random
  readonly #port: number
  readonly #exchange: Exchange
  readonly #recorder: Recorder
  readonly #faults = new Faults()
  readonly #connections = new Set<Connection>()
  readonly #server: Server
  readonly #stoppable: StoppableClock

  constructor(options: SimulatorOptions) {
    this.#stoppable = new StoppableClock(options.clock)
    this.clock = this.#stoppable
    this.password = options.password ?? 'ClueCon'
    this.random = new Random(options.seed)
    this.#port = options.port ?? 0
    this.phones = new Phones(this.clock, this.random)
    this.#recorder = new Recorder({
      audio: options.audio ?? 'speech',
      diskBudgetBytes: options.diskBudgetBytes ?? null,
      soundsDirectory: join(tmpdir(), 'yingda-simulator-sounds'),
    })
    this.#exchange = new Exchange({
      clock: this.clock,
      random: this.random,
      phones: this.phones,
      recorder: this.#recorder,
      promptMs: options.promptMs ?? promptMsOfFile,
      isWanted: (name, subclass) => this.#isWanted(name, subclass),
      deliver: (event) => this.#deliver(event),
      evaluate: (line) => {
        const [name = '', ...args] = line.split(' ')
        return answerTo(this.#exchange, name, args.join(' '))
      },
    })
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** Listens, and begins to beat. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#beat()
  }

  /** Hangs nothing up: to the clients it is as if the machine had gone. Running recordings are lost. */
  async stop(): Promise<void> {
    this.#stoppable.stop()
    for (const connection of this.#connections) connection.close()
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0
  }

  /** As FREESWITCH_URLS wants it. */
  get url(): string {
    return `esl://:${this.password}@127.0.0.1:${this.port}`
  }

  /** A citizen dials. */
  call(plan: CallPlan): CallHandle {
    return placeCall(this.#exchange, plan)
  }

  /** Legs that the switch has at the moment. */
  get legCount(): number {
    return this.#exchange.channels.size
  }

  /**
   * Nothing will happen before the clock moves or a client speaks: everything read is carried out and
   * everything written is in the kernel's hands. Whether it has reached the client only the client knows:
   * compare `bytesWritten` and `bytesRead` with its own.
   */
  isQuiet(): boolean {
    return [...this.#connections].every((connection) => connection.isQuiet)
  }

  /** To all open connections. */
  get bytesWritten(): number {
    return [...this.#connections].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0)
  }

  /** From all open connections. */
  get bytesRead(): number {
    return [...this.#connections].reduce((sum, { bytesRead }) => sum + bytesRead, 0)
  }

  /** Every byte goes out by itself. */
  splitEveryByte(isOn = true): void {
    this.#faults.isSplitting = isOn
  }

  /** Every connection ends with a TCP reset. New ones are welcome. */
  resetConnections(): void {
    for (const connection of this.#connections) connection.reset()
  }

  /** Connections stay, calls go on, but not a byte comes out any more. */
  goSilent(): void {
    this.#faults.isSilent = true
  }

  /** Everything that was owed comes at once, in order. */
  speak(): void {
    this.#faults.isSilent = false
    for (const connection of this.#connections) connection.pump()
  }

  /** The next `command`, by api or bgapi, is not carried out but answered with `reply`. */
  failNext(command: string, reply: string): void {
    this.#faults.failNext(command, reply)
  }

  /** The next command/reply says `+OK 50% done`: a bare percent sign in a header. */
  replyWithPercent(): void {
    this.#faults.isPercentNext = true
  }

  /** Events for which this is true are lost. Null: none any more. */
  dropEvents(predicate: ((event: WireEvent) => boolean) | null): void {
    this.#faults.drops = predicate
  }

  /** Every event comes twice. */
  duplicateEvents(isOn = true): void {
    this.#faults.isDuplicating = isOn
  }

  /** Recordings begin as ever, and end with `uri-failure`. */
  diskFull(isOn = true): void {
    this.#recorder.isDiskFull = isOn
  }

  /** What becomes of the file of the next recording that stops, between its writing and its RECORD_STOP. */
  spoilNextRecording(spoil: (path: string) => void): void {
    this.#recorder.spoil = spoil
  }

  /** New connections are turned away with text/rude-rejection. */
  rejectConnections(isOn = true): void {
    this.#faults.isRejecting = isOn
  }

  #accept(socket: Socket): void {
    if (this.#faults.isRejecting) {
      socket.on('error', () => {})
      socket.end(RUDE_REJECTION)
      return
    }
    const connection = new Connection({
      socket,
      exchange: this.#exchange,
      faults: this.#faults,
      password: this.password,
      onClosed: () => this.#connections.delete(connection),
    })
    this.#connections.add(connection)
  }

  #isWanted(name: string, subclass: string | null): boolean {
    for (const connection of this.#connections) {
      if (connection.subscription.includes(name, subclass)) return true
    }
    return false
  }

  #deliver(event: WireEvent): void {
    if (this.#faults.drops?.(event) ?? false) return
    for (const connection of this.#connections) connection.deliver(event)
  }

  #beat(): void {
    this.clock.after(HEARTBEAT_MS, () => {
      this.#exchange.announce('HEARTBEAT', null, heartbeat(this.#exchange))
      this.#beat()
    })
  }
}
