// The API commands, each with the replies of a real FreeSWITCH, odd ones included: texts differ from
// command to command, `+OK` often means no more than "queued", and what is not modelled is not found.
import { bridge } from './bridges.ts'
import type { Channel } from './channel.ts'
import { stepsOfDestination, stepsOfInline } from './dialplan.ts'
import type { Exchange } from './exchange.ts'
import { breakPlaying, enqueueApp, hangUp, scheduleTransfer, transfer, unschedule } from './legs.ts'
import { originate } from './originate.ts'
import { dump, showCalls, showChannels, status, VERSION } from './tables.ts'
import { setVariable } from './variables.ts'

export type Reply = (body: string) => void

const NO_CHANNEL = '-ERR No such channel!\n'
const OK = '+OK\n'

/** Runs one command; `reply` is called once, at once or, for the slow ones, when the clock gets there. */
export function runCommand(exchange: Exchange, line: string, reply: Reply): void {
  const [, name = '', args = ''] = /^\s*(\S*)\s*([\s\S]*?)\s*$/.exec(line) ?? []
  const announced = (body: string) => {
    exchange.announce('API', null, {
      'API-Command': name,
      ...(args === '' ? {} : { 'API-Command-Argument': args }),
    })
    reply(body)
  }
  switch (name) {
    case 'originate':
      originate(exchange, args, announced)
      return
    case 'msleep':
      exchange.clock.after(Number.parseInt(args, 10) || 0, () => announced(OK))
      return
    default:
      announced(answerTo(exchange, name, args))
  }
}

/** The commands that answer at once. */
export function answerTo(exchange: Exchange, name: string, args: string): string {
  const command = COMMANDS[name]
  if (command === undefined) return `-ERR ${name} Command not found!\n`
  const words = args.split(/ +/)
  return command(exchange, exchange.find(words[0]), words, args)
}

type Command = (
  exchange: Exchange,
  leg: Channel | undefined,
  words: readonly string[],
  args: string,
) => string

const COMMANDS: Readonly<Record<string, Command>> = {
  status: (exchange) => status(exchange),
  version: () => `${VERSION}\n`,
  hostname: () => 'simulator',
  global_getvar: (_exchange, _leg, [name]) => (name === 'hostname' ? 'simulator' : ''),
  uuid_exists: (_exchange, leg) => (leg === undefined ? 'false' : 'true'),

  uuid_kill(exchange, leg, [, cause]) {
    if (leg === undefined) return NO_CHANNEL
    if (leg.direction === 'outbound' && leg.answeredAt === null) {
      leg.variables.set('sip_hangup_disposition', 'send_cancel')
    } else leg.variables.set('sip_hangup_disposition', 'send_bye')
    hangUp(exchange, leg, cause ?? 'NORMAL_CLEARING', 'switch')
    return OK
  },

  uuid_bridge(exchange, leg, [, otherId]) {
    const other = exchange.find(otherId)
    if (leg === undefined || other === undefined || leg === other) return '-ERR Invalid uuid\n'
    return bridge(exchange, leg, other) ? `+OK ${otherId}\n` : '-ERR Invalid uuid\n'
  },

  uuid_break(exchange, leg, [, extent]) {
    if (leg === undefined) return NO_CHANNEL
    breakPlaying(exchange, leg, extent === 'all')
    return OK
  },

  uuid_broadcast(exchange, leg, [, path = '', side = 'aleg']) {
    if (leg === undefined) return '-ERR invalid uuid\n'
    const [app, arg] = path.includes('::') ? path.split('::') : ['playback', path]
    const targets = side === 'aleg' ? [leg] : side === 'bleg' ? [leg.partner] : [leg, leg.partner]
    for (const target of targets) {
      if (target === null) continue
      const appUuid = exchange.appUuid()
      const step = { app: app ?? 'playback', arg: arg ?? '' }
      enqueueApp(exchange, target, { ...step, appUuid, kind: 'broadcast' })
    }
    return '+OK Message sent\n'
  },

  uuid_transfer(exchange, leg, _words, args) {
    if (leg === undefined) return NO_CHANNEL
    const [, extension = '', dialplan = '', ...rest] = quotedWords(args)
    const isInline = dialplan === 'inline'
    const destination = [extension, dialplan, ...rest].join(' ')
    transfer(
      exchange,
      leg,
      isInline
        ? stepsOfInline(extension)
        : stepsOfDestination(leg, destination, exchange.clock.now()),
    )
    return OK
  },

  uuid_setvar(_exchange, leg, _words, args) {
    if (leg === undefined) return NO_CHANNEL
    const [, name = '', value = ''] = /^\S+ +(\S+) *([\s\S]*)$/.exec(args) ?? []
    setVariable(leg, `${name}=${value.trim()}`)
    return OK
  },

  uuid_setvar_multi(_exchange, leg, _words, args) {
    if (leg === undefined) {
      return `${NO_CHANNEL}-USAGE: <uuid> <var>=<value>;<var>=<value>...\n`
    }
    const [, list = ''] = /^\S+ +([\s\S]*)$/.exec(args) ?? []
    for (const assignment of list.split(';')) setVariable(leg, assignment)
    return OK
  },

  uuid_getvar(_exchange, leg, [, name = '']) {
    return leg === undefined ? NO_CHANNEL : (leg.variables.get(name) ?? '_undef_')
  },

  uuid_dump(exchange, leg, [, format]) {
    return leg === undefined ? NO_CHANNEL : dump(exchange, leg, format)
  },

  uuid_record(exchange, leg, _words, args) {
    const [, action, path = ''] = quotedWords(args)
    if (leg === undefined) return '-ERR Cannot locate session!\n'
    const { recorder } = exchange
    switch (action) {
      case 'start':
        return recorder.start(exchange, leg, path)
      case 'stop':
        return recorder.stopPath(exchange, leg, path)
      case 'mask':
      case 'unmask':
        return recorder.mask(exchange, leg, path, action === 'mask')
      default:
        return '-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>]\n'
    }
  },

  uuid_send_dtmf(_exchange, leg, [, digits = '']) {
    if (leg === undefined) return '-USAGE: <uuid> <dtmf_data>\n'
    leg.keysSent += digits
    return '+OK\n'
  },

  /** Only `start read mute 1|0` and `stop`: whether the far end's voice goes any further. */
  uuid_audio(exchange, leg, [, action, , , level]) {
    if (leg === undefined) return NO_CHANNEL
    leg.isMute = action === 'start' && level === '1'
    for (const other of exchange.channels.values()) exchange.listen(other)
    return '+OK Success\n'
  },

  sched_del: (exchange, _leg, [group = '']) => `+OK Deleted: ${unschedule(exchange, group)}\n`,

  sched_transfer(exchange, _leg, [time = '', legId = '', ...destination]) {
    if (exchange.find(legId) === undefined) return NO_CHANNEL
    scheduleTransfer(exchange, legId, `${time} ${destination.join(' ')}`)
    return OK
  },

  show(exchange, _leg, [what, as, format]) {
    if (as !== 'as' || format !== 'json') return '-USAGE: channels|calls as json\n'
    if (what === 'channels') return showChannels(exchange)
    return what === 'calls' ? showCalls(exchange) : '-USAGE: channels|calls as json\n'
  },
}

/** Blanks separate, single quotes hold together and are taken off. */
function quotedWords(text: string): string[] {
  return [...text.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '')
}
