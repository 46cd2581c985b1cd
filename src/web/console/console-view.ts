// The console's own agent and call as the service shows them. Each message brings both whole.
import type { WireAgent, WireCall } from '../../core/live-wire.ts'

export interface ConsoleView {
  readonly agent: WireAgent
  readonly call: WireCall | null
}

export function consoleChanged(view: ConsoleView, delta: Partial<ConsoleView>): ConsoleView {
  return { ...view, ...delta }
}
