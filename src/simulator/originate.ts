// `originate`: reading its argument with FreeSWITCH's quoting, ringing a phone, and what comes of it.
// The reply comes when the phone has answered or the attempt has failed, so in the foreground it blocks
// the whole connection, as in FreeSWITCH.
import type { Channel, Step } from './channel.ts'
import type { Exchange } from './exchange.ts'
import { hangUp, proceed } from './legs.ts'

const GATEWAYS = new Set(['edge'])
const PROFILES = new Set(['internal', 'edge'])
const TIMEOUT_SECONDS = 60

const USAGE = '-USAGE: <call url> <exten>|&<application_name>(<app_args>)\n'

type Target = { readonly user: string } | { readonly cause: string }

/** Calls `reply` exactly once, at once where no phone is rung. */
export function originate(exchange: Exchange, text: string, reply: (body: string) => void): void {
  const [dial, application] = splitAtBlanks(text)
  if (dial === undefined || application === undefined) {
    reply(USAGE)
    return
  }
  const parsed = variablesOf(dial)
  if (parsed === null) {
    reply('-ERR DESTINATION_OUT_OF_ORDER\n')
    return
  }
  const legId = parsed.variables.get('origination_uuid') ?? exchange.random.uuid()
  const target = targetOf(exchange, parsed.rest)
  if ('cause' in target || exchange.channels.has(legId)) {
    reply(`-ERR ${'cause' in target ? target.cause : 'DESTINATION_OUT_OF_ORDER'}\n`)
    return
  }
  const leg = dialOut(exchange, legId, target.user, parsed.variables)
  const job = once(reply)
  leg.onAnswered = () => {
    exchange.clock.after(exchange.random.whole(1, 20), () => {
      if (leg.isHangingUp) return
      exchange.announce('CALL_UPDATE', leg, { Direction: 'RECV' })
      job(`+OK ${legId}\n`)
      leg.mode = 'executing'
      leg.hasHitDialplan = true
      leg.setState('CS_EXECUTE')
      leg.program = [stepOf(application)]
      proceed(exchange, leg)
    })
  }
  leg.onHangUp = (cause) => {
    // The job's end and the leg's last event come in either order.
    exchange.clock.after(exchange.random.whole(0, 20), () => job(`-ERR ${cause}\n`))
  }
  ring(exchange, leg, target.user)
}

export function dialOut(
  exchange: Exchange,
  legId: string,
  user: string,
  variables: ReadonlyMap<string, string>,
): Channel {
  const leg = exchange.open({
    legId,
    direction: 'outbound',
    callerName: variables.get('origination_caller_id_name') ?? '',
    callerNumber: variables.get('origination_caller_id_number') ?? '0000000000',
    destination: user,
  })
  exchange.announce('CHANNEL_OUTGOING', leg)
  for (const [name, value] of variables) leg.variables.set(name, value)
  leg.variables.set('originate_endpoint', 'sofia')
  leg.setState('CS_INIT', 'CS_ROUTING')
  exchange.announce('CHANNEL_CREATE', leg)
  exchange.announce('CHANNEL_ORIGINATE', leg)
  leg.setState('CS_CONSUME_MEDIA')
  return leg
}

export function ring(exchange: Exchange, leg: Channel, user: string): void {
  const seconds = Number.parseInt(leg.variables.get('originate_timeout') ?? '', 10)
  const limit = Number.isInteger(seconds) && seconds > 0 ? seconds : TIMEOUT_SECONDS
  const now = exchange.clock.now()
  // Counted in whole seconds of the clock: a limit of 2 s ended after 1.3 to 2.0 s.
  const limitMs = (Math.floor(now / 1_000) + limit) * 1_000 - now
  exchange.soon(leg, limitMs, limitMs + 10, () => {
    if (leg.answeredAt !== null) return
    leg.variables.set('sip_hangup_disposition', 'send_cancel')
    hangUp(exchange, leg, 'NO_ANSWER', 'switch')
  })
  exchange.soon(leg, 1, 4, () => exchange.phones.ring(exchange, leg, user))
}

export function targetOf(exchange: Exchange, text: string): Target {
  const [endpoint, first, ...more] = text.split('/')
  const rest = more.join('/')
  if (endpoint === 'user' && first !== undefined) {
    const user = first.split('@')[0] ?? ''
    return exchange.phones.isReachable(user) ? { user } : { cause: 'USER_NOT_REGISTERED' }
  }
  if (endpoint !== 'sofia' || first === undefined) return { cause: 'CHAN_NOT_IMPLEMENTED' }
  if (first === 'gateway') {
    const [gateway = '', user = ''] = [more[0], more.slice(1).join('/')]
    return GATEWAYS.has(gateway) ? { user } : { cause: 'INVALID_GATEWAY' }
  }
  if (!PROFILES.has(first)) return { cause: 'INVALID_PROFILE' }
  return { user: rest.replace(/^sips?:/, '').split('@')[0] ?? '' }
}

function stepOf(application: string): Step {
  const [, app = 'park', arg = ''] = /^&?([^(]+)(?:\(([^)]*)\)?)?/.exec(application) ?? []
  return { app, arg }
}

/** The first cut: at blanks, where single quotes hold a text together and are gone afterwards. */
function splitAtBlanks(text: string): string[] {
  const parts: string[] = []
  let part = ''
  let isQuoted = false
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i]
    if (character === '\\' && text[i + 1] === "'") {
      part += "'"
      i += 1
    } else if (character === "'") isQuoted = !isQuoted
    else if (character === ' ' && !isQuoted) {
      if (part !== '') parts.push(part)
      part = ''
    } else part += character
  }
  if (part !== '') parts.push(part)
  return parts
}

/**
 * The second cut: `{name=value,name=value}` in front. Quotes protect no comma here any more; `\,` does, or
 * another separator after `^^`. A value with `${` is dropped. Null where the brace is never closed.
 */
export function variablesOf(
  dial: string,
): { readonly variables: Map<string, string>; readonly rest: string } | null {
  const variables = new Map<string, string>()
  if (!dial.startsWith('{')) return { variables, rest: dial }
  const end = endOfBraces(dial)
  if (end === -1) return null
  let list = dial.slice(1, end)
  let separator = ','
  if (list.startsWith('^^')) {
    separator = list[2] ?? ','
    list = list.slice(3)
  }
  for (const assignment of splitUnescaped(list, separator)) {
    const equals = assignment.indexOf('=')
    if (equals <= 0 || assignment.includes('${')) continue
    variables.set(assignment.slice(0, equals).trim(), assignment.slice(equals + 1))
  }
  return { variables, rest: dial.slice(end + 1) }
}

function endOfBraces(text: string): number {
  let depth = 0
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{') depth += 1
    else if (text[i] === '}') {
      depth -= 1
      if (depth === 0) return i
    }
  }
  return -1
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = []
  let part = ''
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i]
    if (character === '\\' && text[i + 1] === separator) {
      part += separator
      i += 1
    } else if (character === separator) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part]
}

function once(reply: (body: string) => void): (body: string) => void {
  let isDone = false
  return (body) => {
    if (isDone) return
    isDone = true
    reply(body)
  }
}
