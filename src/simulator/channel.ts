// One channel as FreeSWITCH keeps it: its state, its variables, what runs on it, and the headers with
// which it appears in events and dumps. It acts on nothing; the files that move calls do.
import type { Timer } from '../clock.ts'
import type { Digit } from '../core/inputs.ts'
import type { Eavesdropping } from './eavesdrop.ts'
import type { Recording } from './recording.ts'

/** FreeSWITCH's own numbers of channel states. */
const STATE_NUMBERS = {
  CS_NEW: 0,
  CS_INIT: 1,
  CS_ROUTING: 2,
  CS_SOFT_EXECUTE: 3,
  CS_EXECUTE: 4,
  CS_EXCHANGE_MEDIA: 5,
  CS_PARK: 6,
  CS_CONSUME_MEDIA: 7,
  CS_RESET: 8,
  CS_HANGUP: 10,
  CS_REPORTING: 11,
  CS_DESTROY: 12,
  CS_NONE: 13,
} as const
export type ChannelState = keyof typeof STATE_NUMBERS

const CALL_STATE_NUMBERS = {
  DOWN: 0,
  RINGING: 2,
  ACTIVE: 4,
  HELD: 5,
  HANGUP: 7,
  UNHELD: 8,
} as const
export type CallState = keyof typeof CALL_STATE_NUMBERS

/** One application with its argument, as a dialplan or an inline list names it. */
export interface Step {
  readonly app: string
  readonly arg: string
}

export interface QueuedApp extends Step {
  readonly appUuid: string
  readonly kind: 'program' | 'message' | 'broadcast'
}

/** An application that takes time. Broadcasts lie on top of the music they interrupt. */
export interface RunningApp extends QueuedApp {
  /** What it plays; null for `park` and `sleep`. */
  readonly file: string | null
  /** Null for what has no end of its own. */
  remainingMs: number | null
  startedAt: number
  timer: Timer | null
}

/** `limbo`: half of a bridge that never came about; it lives on without events until it is killed. */
export type ChannelMode =
  | 'dialling'
  | 'executing'
  | 'parked'
  | 'bridging'
  | 'bridged'
  | 'limbo'
  | 'hanging_up'

export interface Heard {
  readonly at: number
  /** `silence`, `music`, `prompt:<file name>`, `agent:<id>`, or `caller` on an agent's leg;
   * several at once are joined by `&`. */
  readonly source: string
}

export interface ChannelOptions {
  readonly legId: string
  readonly direction: 'inbound' | 'outbound'
  readonly callerName: string
  readonly callerNumber: string
  readonly destination: string
  readonly createdAt: number
  readonly sessionNumber: number
}

export class Channel {
  readonly legId: string
  readonly direction: 'inbound' | 'outbound'
  readonly name: string
  readonly destination: string
  readonly sessionNumber: number
  readonly createdAt: number
  callerName: string
  callerNumber: string
  readonly variables = new Map<string, string>()

  state: ChannelState
  /** What the channel's thread is on its way to; FreeSWITCH shows this one as a number only. */
  nextState: ChannelState
  callState: CallState = 'DOWN'
  mode: ChannelMode
  hasHitDialplan: boolean
  progressAt: number | null = null
  answeredAt: number | null = null
  bridgedAt: number | null = null
  hungUpAt: number | null = null
  lastHoldAt: number | null = null
  cause: string | null = null

  /** Steps of the dialplan or the inline list that are still to come. */
  program: Step[] = []
  readonly running: RunningApp[] = []
  readonly queue: QueuedApp[] = []
  /** Pressed while something endless played, which does not listen: told when something does again. */
  readonly unheardKeys: Digit[] = []
  readonly recordings: Recording[] = []
  /** A change of what the thread does makes older intentions void; each carries the number it was made under. */
  intention = 0
  isQueueTimed = false

  partner: Channel | null = null
  /** First in the command that made the bridge; bridge events are its events. */
  isFirstOfBridge = false
  /** Stays after the partner has died, as FreeSWITCH's header does. */
  otherLeg: Channel | null = null
  isHeldByPhone = false
  /** Its far end has gone without a word. */
  isVanished = false
  /** The agent at the far end; null on callers' legs. */
  agentId: string | null = null
  /** What the leg listens at, and who listens at the leg. */
  eavesdropping: Eavesdropping | null = null
  /** The conference that it is in. */
  room: string | null = null
  /** Takes a key that the far end presses, while one is asked for. */
  takeKey: ((digit: string) => void) | null = null
  /** Keys that we pressed for the far end. */
  keysSent = ''
  readonly eavesdroppers = new Set<Channel>()
  /** The caller never says a word. */
  isMute = false

  readonly heard: Heard[] = []
  onHeard: ((heard: Heard) => void) | null = null
  /** Its far end picked up. */
  onAnswered: (() => void) | null = null
  /** The hangup was announced. */
  onHangUp: ((cause: string) => void) | null = null
  /** Everything is over and the far end knows. */
  onEnded: ((cause: string) => void) | null = null
  parkTimer: Timer | null = null

  constructor(options: ChannelOptions) {
    this.legId = options.legId
    this.direction = options.direction
    this.callerName = options.callerName
    this.callerNumber = options.callerNumber
    this.destination = options.destination
    this.sessionNumber = options.sessionNumber
    this.createdAt = options.createdAt
    const isInbound = options.direction === 'inbound'
    this.state = isInbound ? 'CS_INIT' : 'CS_NONE'
    this.nextState = isInbound ? 'CS_ROUTING' : 'CS_INIT'
    this.mode = isInbound ? 'executing' : 'dialling'
    this.hasHitDialplan = isInbound
    const user = isInbound ? options.callerNumber : options.destination
    this.name = `sofia/internal/${user}@127.0.0.1`
    this.variables.set('direction', options.direction)
    if (!isInbound) this.variables.set('is_outbound', 'true')
    this.variables.set('uuid', options.legId)
    this.variables.set('call_uuid', options.legId)
    this.variables.set('session_id', String(options.sessionNumber))
    this.variables.set('channel_name', this.name)
    this.heard.push({ at: options.createdAt, source: 'silence' })
  }

  /** Dead to commands: its hangup has been announced or is over. */
  get isHangingUp(): boolean {
    return this.mode === 'hanging_up'
  }

  get top(): RunningApp | undefined {
    return this.running.at(-1)
  }

  get callUuid(): string {
    const isSecond = this.partner !== null && !this.isFirstOfBridge
    return isSecond && this.partner !== null ? this.partner.legId : this.legId
  }

  isSet(variable: string): boolean {
    return this.variables.get(variable) === 'true'
  }

  setState(state: ChannelState, nextState: ChannelState = state): void {
    this.state = state
    this.nextState = nextState
  }

  /** The headers of the channel in any event, without those of the event itself. */
  headers(hasVariables = true): Record<string, string> {
    const headers: Record<string, string> = {
      'Channel-State': this.state,
      'Channel-Call-State': this.callState,
      'Channel-State-Number': String(STATE_NUMBERS[this.nextState]),
      'Channel-Name': this.name,
      'Unique-ID': this.legId,
      'Call-Direction': this.direction,
      'Presence-Call-Direction': this.direction,
      'Channel-HIT-Dialplan': String(this.hasHitDialplan),
    }
    const presence = this.variables.get('presence_data')
    if (presence !== undefined) headers['Channel-Presence-Data'] = presence
    headers['Channel-Call-UUID'] = this.callUuid
    headers['Answer-State'] = this.answerState
    if (this.cause !== null) headers['Hangup-Cause'] = this.cause
    if (this.answeredAt !== null || this.direction === 'inbound') {
      headers['Channel-Read-Codec-Name'] = 'PCMU'
      headers['Channel-Read-Codec-Rate'] = '8000'
      headers['Channel-Write-Codec-Name'] = 'PCMU'
      headers['Channel-Write-Codec-Rate'] = '8000'
    }
    this.#profile('Caller', headers)
    if (this.otherLeg !== null) {
      headers['Other-Type'] = this.isFirstOfBridge ? 'originatee' : 'originator'
      this.otherLeg.#profile('Other-Leg', headers)
    }
    if (!hasVariables) return headers
    for (const [name, value] of this.variables) headers[`variable_${name}`] = value
    return headers
  }

  get answerState(): 'ringing' | 'answered' | 'hangup' {
    if (this.cause !== null) return 'hangup'
    return this.answeredAt === null ? 'ringing' : 'answered'
  }

  callStateNumber(): string {
    return String(CALL_STATE_NUMBERS[this.callState])
  }

  #profile(prefix: string, headers: Record<string, string>): void {
    headers[`${prefix}-Direction`] = this.direction
    headers[`${prefix}-Logical-Direction`] = this.direction
    if (this.direction === 'inbound') headers[`${prefix}-Dialplan`] = 'XML'
    headers[`${prefix}-Caller-ID-Name`] = this.callerName
    headers[`${prefix}-Caller-ID-Number`] = this.callerNumber
    headers[`${prefix}-Network-Addr`] = '127.0.0.1'
    headers[`${prefix}-ANI`] = this.callerNumber
    headers[`${prefix}-Destination-Number`] = this.destination
    headers[`${prefix}-Unique-ID`] = this.legId
    headers[`${prefix}-Source`] =
      this.direction === 'inbound' ? 'mod_sofia' : 'src/switch_ivr_originate.c'
    headers[`${prefix}-Context`] = this.direction === 'inbound' ? 'public' : 'default'
    headers[`${prefix}-Channel-Name`] = this.name
    headers[`${prefix}-Channel-Created-Time`] = micros(this.createdAt)
    headers[`${prefix}-Channel-Answered-Time`] = micros(this.answeredAt)
    headers[`${prefix}-Channel-Progress-Time`] = micros(this.progressAt)
    headers[`${prefix}-Channel-Hangup-Time`] = micros(this.hungUpAt)
    headers[`${prefix}-Channel-Bridged-Time`] = micros(this.bridgedAt)
    headers[`${prefix}-Channel-Last-Hold`] = micros(this.lastHoldAt)
  }
}

export function micros(at: number | null): string {
  return at === null ? '0' : `${at}000`
}
