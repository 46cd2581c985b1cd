// One FreeSWITCH as the service sees it: a link that is kept up, the events that matter as inputs of
// the core, commands on their way out, and a look at all of its legs whenever it comes back and every
// four seconds after that, because a lost event leaves no trace.
import type { Clock, Timer } from '../clock.ts'
import type { SwitchCommand } from '../core/commands.ts'
import type { Input, NodeId } from '../core/inputs.ts'
import type { Log } from '../log.ts'
import type { Site } from './commands.ts'
import type { EventHeaders, SwitchConnection } from './connection.ts'
import { decodeEvent } from './decode.ts'
import { type LinkCounts, SwitchLink } from './link.ts'
import { CommandRunner } from './runner.ts'
import { takeSnapshot } from './snapshot.ts'

export interface SwitchAddress {
  readonly nodeId: NodeId
  readonly host: string
  readonly port: number
  readonly password: string
}

export interface NodeOptions {
  readonly address: SwitchAddress
  readonly clock: Clock
  readonly random: () => number
  readonly submit: (input: Input) => void
  readonly log: Log
  readonly site: Site
}

export interface NodeStatus extends LinkCounts {
  readonly nodeId: NodeId
  readonly isUp: boolean
}

const RECONCILE_MS = 4_000
const SUBSCRIPTION =
  'event json CHANNEL_CREATE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_PARK ' +
  'CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_HOLD CHANNEL_UNHOLD CHANNEL_HANGUP ' +
  'CHANNEL_HANGUP_COMPLETE DTMF PLAYBACK_STOP RECORD_START RECORD_STOP BACKGROUND_JOB HEARTBEAT ' +
  'CUSTOM conference::maintenance'

export class SwitchNode {
  readonly #options: NodeOptions
  readonly #link: SwitchLink
  readonly #runner: CommandRunner
  /** Inputs that came before the first look at the switch was over; null when they go straight on. */
  #early: Input[] | null = null
  readonly #touched = new Set<string>()
  /** The connection, from the end of its first look on. */
  #connection: SwitchConnection | null = null
  #isLost = false
  #isSyncing = false
  #isStopped = false
  #reconcile: Timer | null = null

  constructor(options: NodeOptions) {
    this.#options = options
    const { address, clock, random, log, site } = options
    this.#link = new SwitchLink({
      ...address,
      clock,
      random,
      log,
      onConnected: (connection) => this.#connected(connection),
      onEvent: (headers) => this.#take(headers),
      onLost: () => this.#lost(),
    })
    this.#runner = new CommandRunner({
      site,
      clock,
      connection: () => this.#connection,
      submit: (input) => this.#submit(input),
    })
  }

  get nodeId(): NodeId {
    return this.#options.address.nodeId
  }

  get isQuiet(): boolean {
    return this.#link.isQuiet && !this.#isSyncing
  }

  start(): void {
    this.#link.start()
  }

  stop(): Promise<void> {
    this.#isStopped = true
    this.#reconcile?.clear()
    return this.#link.stop()
  }

  run(command: SwitchCommand): void {
    this.#runner.run(command)
  }

  status(): NodeStatus {
    return {
      nodeId: this.nodeId,
      isUp: this.#connection !== null,
      ...this.#link.counts(),
    }
  }

  /** Events first, then the look: what changes in between is told by the events, after the look. */
  async #connected(connection: SwitchConnection): Promise<void> {
    this.#early = []
    const reply = await connection.command(SUBSCRIPTION)
    if (!reply.startsWith('+OK')) throw new Error(`subscription refused: ${reply.slice(0, 80)}`)
    await this.#sync(connection)
  }

  async #sync(connection: SwitchConnection): Promise<void> {
    const { clock } = this.#options
    this.#isSyncing = true
    this.#touched.clear()
    try {
      const askedAt = clock.now()
      const legs = await takeSnapshot(connection, this.#touched)
      if (!connection.isReady || this.#isStopped) return
      // The core answers at once with commands.
      this.#connection = connection
      this.#isLost = false
      const { nodeId } = this
      this.#options.submit({ type: 'switch.synced', at: clock.now(), nodeId, askedAt, legs })
      for (const input of this.#early?.splice(0) ?? []) this.#options.submit(input)
      this.#early = null
      this.#reconcile = clock.after(RECONCILE_MS, () => this.#syncAgain(connection))
    } finally {
      this.#isSyncing = false
    }
  }

  #syncAgain(connection: SwitchConnection): void {
    // A switch that lists its channels in a form that we cannot read is not one that we can use.
    this.#sync(connection).catch((cause: unknown) =>
      connection.close(new Error('the channels of the switch cannot be read', { cause })),
    )
  }

  #lost(): void {
    this.#reconcile?.clear()
    this.#connection = null
    this.#early = null
    this.#runner.forget()
    if (this.#isLost) return
    this.#isLost = true
    const at = this.#options.clock.now()
    this.#options.submit({ type: 'switch.lost', at, nodeId: this.nodeId })
  }

  #take(headers: EventHeaders): void {
    const legId = headers['Unique-ID']
    if (this.#isSyncing && typeof legId === 'string') this.#touched.add(legId)
    this.#runner.sawEvent(headers)
    const { recordingsDir } = this.#options.site
    const decoded = decodeEvent(headers, { nodeId: this.nodeId, recordingsDir })
    if (decoded === 'malformed') {
      this.#link.drop(`malformed ${String(headers['Event-Name']).slice(0, 40)}`)
    } else if (decoded !== 'ignored') this.#submit(decoded)
  }

  #submit(input: Input): void {
    if (this.#isStopped) return
    if (this.#early !== null) this.#early.push(input)
    else this.#options.submit(input)
  }
}
