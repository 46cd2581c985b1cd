// One input's way through the core: the facts and commands it leads to. Emitting a fact changes the
// state at once, so what is decided next already sees it.
import type { ClockCommand, Command, SwitchCommand } from './commands.ts'
import { evolve } from './evolve.ts'
import type { Fact } from './facts.ts'
import type { LegId } from './inputs.ts'
import { DEFAULT_LANGUAGE, languageOf } from './prompts.ts'
import { type Rejection, type RejectionCode, rejection } from './rejections.ts'
import type { State } from './state.ts'

/** A command without the node and the language, which follow from the leg. */
type LegCommand = SwitchCommand extends infer C
  ? C extends SwitchCommand
    ? Omit<C, 'nodeId' | 'language'>
    : never
  : never

export class Turn {
  readonly state: State
  readonly at: number
  readonly facts: Fact[] = []
  readonly commands: Command[] = []
  /** Legs that this very input reports as gone; the state learns of it only at the end of the turn. */
  readonly goneLegs = new Set<LegId>()
  rejection: Rejection | null = null

  constructor(state: State, at: number) {
    this.state = state
    this.at = at
  }

  emit(fact: Fact): void {
    evolve(this.state, fact)
    this.facts.push(fact)
  }

  /**
   * Asks something of a leg. Nothing is sent for a leg that is gone or going, nor to a switch that
   * cannot be reached: when it is back, resync puts right what was missed.
   */
  send(command: LegCommand): void {
    const leg = this.state.legs.get(command.legId)
    if (leg === undefined || leg.endingSince !== null || this.goneLegs.has(leg.legId)) return
    if (this.state.nodes.get(leg.nodeId)?.isUp !== true) return
    const language = languageOf(this.state, leg.callId)
    const spoken = language === DEFAULT_LANGUAGE ? {} : { language }
    this.commands.push({ ...command, ...spoken, nodeId: leg.nodeId } as Command)
  }

  hangUp(legId: LegId, cause: string): void {
    this.send({ type: 'hang_up', legId, cause })
  }

  setTimer(timerId: string, at: number): void {
    this.commands.push({ type: 'set_timer', timerId, at } satisfies ClockCommand)
  }

  clearTimer(timerId: string): void {
    this.commands.push({ type: 'clear_timer', timerId } satisfies ClockCommand)
  }

  refuse(code: RejectionCode): void {
    this.rejection = rejection(code)
  }
}
