// What may go wrong between a switch and whoever listens to it, as switches that can be thrown while
// everything runs. It only keeps them; the connections look here before they speak.
import type { WireEvent } from './wire.ts'

export class Faults {
  isSplitting = false
  isSilent = false
  isRejecting = false
  isDuplicating = false
  isPercentNext = false
  drops: ((event: WireEvent) => boolean) | null = null
  readonly #replies = new Map<string, string[]>()

  failNext(command: string, reply: string): void {
    const replies = this.#replies.get(command) ?? []
    replies.push(reply)
    this.#replies.set(command, replies)
  }

  /** The reply that the next command of this name must get instead of being carried out. */
  takeReply(command: string): string | undefined {
    return this.#replies.get(command)?.shift()
  }

  takePercent(): boolean {
    const isNext = this.isPercentNext
    this.isPercentNext = false
    return isNext
  }
}
