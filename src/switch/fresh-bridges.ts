// FreeSWITCH says that two legs are bridged before the threads of both have begun to carry the
// conversation. A leg that is called away in between takes the other one down with it, or stays where it
// is. What would call a leg away therefore waits until its bridge has settled, and whatever is asked of
// that leg after it waits behind it.
import type { Clock, Timer } from '../clock.ts'
import type { SwitchCommand } from '../core/commands.ts'
import type { EventHeaders } from './connection.ts'

/** Several times the longest window seen; nobody presses a button this soon after hearing the other. */
export const SETTLE_MS = 250

/** Commands that make a bridged leg do something else. */
const CALLS_AWAY: ReadonlySet<SwitchCommand['type']> = new Set<SwitchCommand['type']>([
  'ask_survey',
  'bridge',
  'hold',
  'join_conference',
  'play_music',
  'refuse',
])

/** Two legs, and what waits for them, in order. */
interface FreshBridge {
  readonly legIds: readonly string[]
  readonly waiting: SwitchCommand[]
  readonly timer: Timer
}

export class FreshBridges {
  readonly #clock: Clock
  readonly #run: (command: SwitchCommand) => void
  readonly #bridges = new Map<string, FreshBridge>()

  /** `run` carries out a command whose wait is over. */
  constructor(clock: Clock, run: (command: SwitchCommand) => void) {
    this.#clock = clock
    this.#run = run
  }

  /** Takes the command if it must wait; false when it can go out at once. */
  keeps(command: SwitchCommand): boolean {
    // Ending a leg is safe at any moment.
    if (command.type === 'hang_up') return false
    const legIds = command.type === 'bridge' ? [command.legId, command.otherLegId] : [command.legId]
    for (const legId of legIds) {
      const bridge = this.#bridges.get(legId)
      if (bridge === undefined) continue
      const isBehind = bridge.waiting.some((other) => other.legId === command.legId)
      if (!isBehind && !CALLS_AWAY.has(command.type)) continue
      bridge.waiting.push(command)
      return true
    }
    return false
  }

  sawEvent(headers: EventHeaders): void {
    const { 'Event-Name': name, 'Unique-ID': legId } = headers
    if (name === 'CHANNEL_BRIDGE') {
      const { 'Bridge-A-Unique-ID': one, 'Bridge-B-Unique-ID': other } = headers
      if (typeof one === 'string' && typeof other === 'string') this.#bridged([one, other])
    } else if (name === 'CHANNEL_UNBRIDGE' || name === 'CHANNEL_HANGUP') {
      const bridge = typeof legId === 'string' ? this.#bridges.get(legId) : undefined
      if (bridge !== undefined) this.#settle(bridge)
    }
  }

  /** Nothing that waits is carried out any more. */
  forget(): void {
    for (const { timer } of this.#bridges.values()) timer.clear()
    this.#bridges.clear()
  }

  #bridged(legIds: readonly string[]): void {
    for (const legId of legIds) {
      const earlier = this.#bridges.get(legId)
      if (earlier !== undefined) this.#settle(earlier)
    }
    const timer = this.#clock.after(SETTLE_MS, () => this.#settle(bridge))
    const bridge: FreshBridge = { legIds, waiting: [], timer }
    for (const legId of legIds) this.#bridges.set(legId, bridge)
  }

  #settle({ legIds, waiting, timer }: FreshBridge): void {
    timer.clear()
    for (const legId of legIds) this.#bridges.delete(legId)
    for (const command of waiting) this.#run(command)
  }
}
