// The switch behind the wire: its channels, its clock, its sequence of events, and the random delays
// with which everything takes place. It announces; what is to happen is decided by the files for calls,
// bridges, media and commands, all of which work on one Exchange.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer } from '../clock.ts'
import { Channel, type ChannelOptions, micros } from './channel.ts'
import { voicesInRoom } from './conferences.ts'
import { voiceOf, voicesAt } from './eavesdrop.ts'
import type { Phones } from './phones.ts'
import type { Random } from './random.ts'
import type { Recorder } from './recording.ts'
import { durationOfWav } from './wav.ts'
import type { WireEvent } from './wire.ts'

export interface ExchangeOptions {
  readonly clock: Clock
  readonly random: Random
  readonly phones: Phones
  readonly recorder: Recorder
  /** How long a prompt lasts; null if there is no such file. */
  readonly promptMs: (path: string) => number | null
  /** Whether anybody listens to events of this name. */
  readonly isWanted: (name: string, subclass: string | null) => boolean
  readonly deliver: (event: WireEvent) => void
  /** Runs an API command for `${command(arguments)}` in an application's argument. */
  readonly evaluate: (command: string) => string
}

export class Exchange {
  readonly clock: Clock
  readonly random: Random
  readonly phones: Phones
  readonly recorder: Recorder
  readonly promptMs: (path: string) => number | null
  readonly channels = new Map<string, Channel>()
  /** By uuid: what `sched_transfer` set and `sched_del` deletes. */
  readonly tasks = new Map<string, Set<Timer>>()
  readonly evaluate: (command: string) => string
  readonly coreUuid: string
  readonly startedAt: number
  channelsMade = 0
  channelsPeak = 0
  readonly #isWanted: ExchangeOptions['isWanted']
  readonly #deliver: ExchangeOptions['deliver']
  #sequence = 0
  #appsStarted = 0

  constructor(options: ExchangeOptions) {
    this.clock = options.clock
    this.random = options.random.fork('exchange')
    this.phones = options.phones
    this.recorder = options.recorder
    this.promptMs = options.promptMs
    this.evaluate = options.evaluate
    this.#isWanted = options.isWanted
    this.#deliver = options.deliver
    this.coreUuid = options.random.fork('core').uuid()
    this.startedAt = options.clock.now()
  }

  /** Every event takes a number, heard or not: a narrow subscription always sees gaps. */
  announce(
    name: string,
    channel: Channel | null,
    headers: Readonly<Record<string, string>> = {},
    body: string | null = null,
  ): void {
    this.#sequence += 1
    const subclass = headers['Event-Subclass'] ?? null
    if (!this.#isWanted(name, subclass)) return
    // A pressed key is the one event of a channel that FreeSWITCH sends without variables.
    const hasVariables = name !== 'DTMF'
    this.#deliver({
      name,
      subclass,
      headers: { ...this.stamp(name), ...channel?.headers(hasVariables), ...headers },
      body,
    })
  }

  /** The headers with which everything of this switch begins. */
  stamp(name: string): Record<string, string> {
    const now = this.clock.now()
    const date = new Date(now)
    return {
      'Event-Name': name,
      'Core-UUID': this.coreUuid,
      'FreeSWITCH-Hostname': 'simulator',
      'FreeSWITCH-Switchname': 'simulator',
      'FreeSWITCH-IPv4': '127.0.0.1',
      'Event-Date-Local': date.toISOString().slice(0, 19).replace('T', ' '),
      'Event-Date-GMT': date.toUTCString(),
      'Event-Date-Timestamp': micros(now),
      'Event-Sequence': String(this.#sequence),
    }
  }

  /** One for each run of an application. Counted, not drawn: there are a great many. */
  appUuid(): string {
    this.#appsStarted += 1
    return `00000000-0000-4000-8000-${this.#appsStarted.toString(16).padStart(12, '0')}`
  }

  announceCallState(channel: Channel, callState: Channel['callState']): void {
    const before = channel.callState
    channel.callState = callState
    this.announce('CHANNEL_CALLSTATE', channel, {
      'Original-Channel-Call-State': before,
      'Channel-Call-State-Number': channel.callStateNumber(),
    })
  }

  open(options: Omit<ChannelOptions, 'createdAt' | 'sessionNumber'>): Channel {
    this.channelsMade += 1
    const sessionNumber = this.channelsMade
    const channel = new Channel({ ...options, createdAt: this.clock.now(), sessionNumber })
    this.channels.set(channel.legId, channel)
    this.channelsPeak = Math.max(this.channelsPeak, this.channels.size)
    return channel
  }

  /** As commands look channels up: one that is hanging up is gone already. */
  find(legId: string | undefined): Channel | undefined {
    const channel = legId === undefined ? undefined : this.channels.get(legId)
    return channel === undefined || channel.isHangingUp ? undefined : channel
  }

  /** Runs `act` after a delay within the two bounds, unless the channel has moved on to something else. */
  soon(channel: Channel, minMs: number, maxMs: number, act: () => void): Timer {
    const intention = channel.intention
    return this.clock.after(this.random.whole(minMs, maxMs), () => {
      if (channel.intention === intention && this.channels.has(channel.legId)) act()
    })
  }

  /** Writes down what the channel hears from now on, if that is something new. */
  listen(channel: Channel): void {
    const source = this.#source(channel)
    const at = this.clock.now()
    // What lasted no time was not heard.
    if (channel.heard.at(-1)?.at === at) channel.heard.pop()
    if (channel.heard.at(-1)?.source === source) return
    const heard = { at, source }
    channel.heard.push(heard)
    channel.onHeard?.(heard)
    for (const eavesdropper of channel.eavesdroppers) this.listen(eavesdropper)
  }

  #source(channel: Channel): string {
    const target = channel.eavesdropping?.target
    if (target === undefined) return joined(this.#heardAt(channel), voicesAt(channel))
    const voice = voiceOf(target)
    const others = [...(voice === null ? [] : [voice]), ...voicesAt(channel)]
    // A watched supervisor hears what they listen at, not only what is played to the leg.
    const heard = target.eavesdropping === null ? this.#heardAt(target) : this.#source(target)
    return joined(heard, [...others, ...voicesAt(target, channel)])
  }

  /** What is played to the leg, or what its partner says. */
  #heardAt(channel: Channel): string {
    if (channel.isHangingUp || channel.answeredAt === null) return 'silence'
    for (const app of channel.running.toReversed()) {
      if (app.file !== null) return nameOfSound(app.file)
    }
    if (channel.room !== null) return joined('silence', voicesInRoom(this, channel))
    const { partner } = channel
    if (channel.mode !== 'bridged' || partner === null) return 'silence'
    return voiceOf(partner) ?? 'silence'
  }
}

function joined(heard: string, voices: readonly string[]): string {
  const all = [...(heard === 'silence' ? [] : heard.split('&')), ...voices]
  return all.length === 0 ? 'silence' : [...new Set(all)].join('&')
}

/** Several files that are played as one: `file_string://a.wav!b.wav`. */
export function filesOf(sound: string): string[] {
  const list = /^file_string:\/\/(.*)$/.exec(sound)?.[1]
  return list === undefined ? [sound] : list.split('!')
}

function nameOfSound(sound: string): string {
  const names = filesOf(sound).map(nameOfFile)
  return names.length === 1
    ? (names[0] ?? '')
    : `prompt:${names.map((name) => name.replace(/^prompt:/, '')).join('+')}`
}

function nameOfFile(file: string): string {
  if (file.startsWith('local_stream://')) return 'music'
  if (file.startsWith('silence_stream://')) return 'silence'
  if (file.startsWith('tone_stream://')) return 'prompt:tone'
  const base = file.slice(file.lastIndexOf('/') + 1)
  const dot = base.lastIndexOf('.')
  return `prompt:${dot > 0 ? base.slice(0, dot) : base}`
}

/** The prompts that FreeSWITCH would be configured with: relative paths lead there. */
const SOUNDS = fileURLToPath(new URL('../../dialplan/prompts/', import.meta.url))
const known = new Map<string, number | null>()

/** How long a file plays; each is looked at once. Null if there is none. */
export function promptMsOfFile(path: string): number | null {
  const cached = known.get(path)
  if (cached !== undefined) return cached
  const ms = durationOfWav(resolve(SOUNDS, path))
  known.set(path, ms)
  return ms
}
