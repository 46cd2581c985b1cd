// Channel variables as dialplans and commands write them, and the expansion that makes text from outside
// dangerous in an application's argument.
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'

/** `name=value`; no value, no variable. */
export function setVariable(leg: Channel, assignment: string): void {
  const equals = assignment.indexOf('=')
  const name = equals === -1 ? assignment : assignment.slice(0, equals)
  const value = equals === -1 ? '' : assignment.slice(equals + 1)
  if (value === '') leg.variables.delete(name)
  else leg.variables.set(name, value)
}

/** Arguments of applications are expanded: variables, and even API commands. Commands' are not. */
export function expand(exchange: Exchange, leg: Channel, text: string): string {
  return text.replaceAll(/\$\{([^}(]+)(?:\(([^)]*)\))?\}/g, (_, name: string, args?: string) =>
    args === undefined
      ? (leg.variables.get(name) ?? '')
      : exchange.evaluate(`${name} ${args}`).trimEnd(),
  )
}
