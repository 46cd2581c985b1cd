// A switch on paper: it obeys the core's commands after the moments that a real one takes, on whatever clock
// the test moves, and reports what a real one would. No sockets and no sound, so that a month of calls takes
// seconds. Phones and citizens behave as the test says.
import type { Clock } from '../../src/clock.ts'
import type { Command } from '../../src/core/commands.ts'
import type { Digit, Input } from '../../src/core/inputs.ts'

type SwitchCommand = Exclude<Command, { type: 'set_timer' | 'clear_timer' }>
type CommandOf<Type extends SwitchCommand['type']> = Extract<SwitchCommand, { type: Type }>

/** What a phone does when it is rung. */
export type PhoneHabit = { readonly answersAfterMs: number } | 'rings' | 'busy' | 'unreachable'

export interface PaperSwitchOptions {
  readonly clock: Clock
  readonly submit: (input: Input) => void
  /** Asked once for every ring: of an agent by id, of anybody else by number. */
  readonly habitOf: (who: string) => PhoneHabit
}

interface Leg {
  readonly legId: string
  partner: Leg | null
  recording: { readonly path: string; readonly since: number } | null
}

const NODE_ID = 'paper'
/** From the INVITE to being parked for us. */
const PARK_MS = 25
const RING_MS = 80
const SETTLE_MS = 20
const BRIDGE_MS = 30
const PROMPT_MS = 1_500
const LAST_WORD_MS = 10

export class PaperSwitch {
  readonly #options: PaperSwitchOptions
  readonly #legs = new Map<string, Leg>()
  /** Lengths of what was recorded, by path. */
  readonly #recorded = new Map<string, number>()

  constructor(options: PaperSwitchOptions) {
    this.#options = options
  }

  start(): void {
    const at = this.#now
    this.#submit({ type: 'switch.synced', at, nodeId: NODE_ID, askedAt: at, legs: [] })
  }

  /** A citizen calls; the leg's id is `callId` with `-leg`. */
  call(callId: string, from: string, to: string): void {
    const arrivedAt = this.#now
    const legId = `${callId}-leg`
    this.#open(legId)
    this.#later(PARK_MS, legId, () => {
      const at = this.#now
      const parked = { at, nodeId: NODE_ID, callId, legId, from, to, arrivedAt }
      this.#submit({ type: 'call.parked', ...parked })
    })
  }

  press(callId: string, digit: Digit): void {
    const legId = `${callId}-leg`
    if (!this.#legs.has(legId)) return
    this.#submit({ type: 'leg.digit_pressed', at: this.#now, legId, digit })
  }

  /** Whoever is at the end of the leg puts down. Harmless when the leg is gone. */
  hangUp(legId: string): void {
    this.#end(legId, 'NORMAL_CLEARING')
  }

  /** The phone at the end of the leg drops off the network. */
  lose(legId: string): void {
    this.#end(legId, 'DESTINATION_OUT_OF_ORDER')
  }

  execute(command: SwitchCommand): void {
    switch (command.type) {
      case 'originate_agent':
        return this.#ring(command.legId, command.agentId)
      case 'originate_party': {
        const { target, legId } = command
        return this.#ring(legId, target.kind === 'agent' ? target.agentId : target.number)
      }
      case 'dial':
        return this.#dial(command)
      case 'bridge':
        return this.#later(BRIDGE_MS, command.legId, () => {
          this.#bridge(command.legId, command.otherLegId)
        })
      case 'hold':
      case 'play_music':
        this.#part(command.legId)
        return this.#say(command.legId)
      case 'play_prompt':
      case 'announce':
        return this.#say(command.legId)
      case 'retrieve':
      case 'whisper':
      case 'ask_for_message':
        return this.#later(PROMPT_MS, command.legId, () => this.#parked(command.legId))
      case 'refuse':
        return this.#later(PROMPT_MS, command.legId, () => {
          this.#end(command.legId, command.cause)
        })
      case 'hang_up':
        return this.#later(0, command.legId, () => this.#end(command.legId, command.cause))
      case 'start_recording':
        return this.#record(command)
      case 'verify_recording':
        return this.#verify(command)
      default:
    }
  }

  #ring(legId: string, who: string): void {
    this.#open(legId)
    const habit = this.#options.habitOf(who)
    if (habit === 'busy') return this.#later(RING_MS, legId, () => this.#end(legId, 'USER_BUSY'))
    if (habit === 'unreachable') {
      return this.#later(RING_MS, legId, () => this.#end(legId, 'USER_NOT_REGISTERED'))
    }
    this.#later(RING_MS, legId, () => this.#submit({ type: 'leg.ringing', at: this.#now, legId }))
    if (habit === 'rings') return
    this.#later(habit.answersAfterMs, legId, () => {
      this.#submit({ type: 'leg.answered', at: this.#now, legId })
      this.#later(SETTLE_MS, legId, () => this.#parked(legId))
    })
  }

  /** Out of the agent's leg; the two are joined by the switch itself when the citizen answers. */
  #dial({ legId, dialledLegId, number }: CommandOf<'dial'>): void {
    this.#open(dialledLegId)
    const habit = this.#options.habitOf(number)
    if (habit === 'rings') return
    if (habit === 'busy' || habit === 'unreachable') {
      const cause = habit === 'busy' ? 'USER_BUSY' : 'DESTINATION_OUT_OF_ORDER'
      return this.#later(RING_MS, dialledLegId, () => this.#end(dialledLegId, cause))
    }
    this.#later(habit.answersAfterMs, dialledLegId, () => {
      this.#submit({ type: 'leg.answered', at: this.#now, legId: dialledLegId })
      this.#later(SETTLE_MS, dialledLegId, () => this.#bridge(dialledLegId, legId))
    })
  }

  #bridge(legId: string, otherLegId: string): void {
    const [one, other] = [this.#legs.get(legId), this.#legs.get(otherLegId)]
    if (one === undefined || other === undefined) return
    const left = [one.partner, other.partner].filter((leg) => leg !== null && leg !== other)
    one.partner = other
    other.partner = one
    for (const leg of left) if (leg !== null && leg !== one) this.#leave(leg)
    this.#submit({ type: 'leg.bridged', at: this.#now, legId, otherLegId })
  }

  /** The leg leaves its bridge; whoever is left there parks. */
  #part(legId: string): void {
    const leg = this.#legs.get(legId)
    const partner = leg?.partner ?? null
    if (leg === undefined || partner === null) return
    leg.partner = null
    this.#leave(partner)
  }

  #leave(leg: Leg): void {
    leg.partner = null
    this.#later(SETTLE_MS, leg.legId, () => {
      if (leg.partner === null) this.#parked(leg.legId)
    })
  }

  #say(legId: string): void {
    this.#later(PROMPT_MS, legId, () => {
      this.#submit({ type: 'leg.prompt_ended', at: this.#now, legId })
    })
  }

  #parked(legId: string): void {
    this.#submit({ type: 'leg.parked', at: this.#now, legId })
  }

  #end(legId: string, cause: string): void {
    const leg = this.#legs.get(legId)
    if (leg === undefined) return
    this.#part(legId)
    this.#legs.delete(legId)
    const at = this.#now
    this.#submit({ type: 'leg.hung_up', at, legId, cause })
    if (leg.recording !== null) {
      const { path, since } = leg.recording
      const durationMs = at - since
      this.#recorded.set(path, durationMs)
      this.#submit({ type: 'recording.stopped', at, path, durationMs, cause })
    }
    this.#options.clock.after(LAST_WORD_MS, () => {
      this.#submit({ type: 'leg.ended', at: this.#now, legId, cause, sipStatus: null })
    })
  }

  #record({ legId, path }: CommandOf<'start_recording'>): void {
    this.#later(SETTLE_MS, legId, () => {
      const leg = this.#legs.get(legId)
      if (leg !== undefined) leg.recording = { path, since: this.#now }
      this.#submit({ type: 'recording.started', at: this.#now, path })
    })
  }

  #verify({ callId, path }: CommandOf<'verify_recording'>): void {
    const durationMs = this.#recorded.get(path) ?? 0
    const sha256 = '0'.repeat(64)
    const found = { durationMs, sizeBytes: durationMs * 32, sha256, gaps: [], silent: [] }
    this.#options.clock.after(SETTLE_MS, () => {
      this.#submit({ type: 'recording.verified', at: this.#now, callId, path, ...found })
    })
  }

  #open(legId: string): void {
    this.#legs.set(legId, { legId, partner: null, recording: null })
  }

  /** Unless the leg is gone by then. */
  #later(ms: number, legId: string, act: () => void): void {
    const leg = this.#legs.get(legId)
    this.#options.clock.after(ms, () => {
      if (leg !== undefined && this.#legs.get(legId) === leg) act()
    })
  }

  #submit(input: Input): void {
    this.#options.submit(input)
  }

  get #now(): number {
    return this.#options.clock.now()
  }
}
