// What the switch tells of itself when asked: lists of channels and calls, the dump of one channel, its
// status. Columns and their order are those of a real FreeSWITCH, where every value is text.
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'

export const VERSION = 'FreeSWITCH Version 1.10.12-release (simulated 64bit)'

export function showChannels(exchange: Exchange): string {
  return table([...exchange.channels.values()].map(channelRow))
}

/** Bridged legs share a row, first leg first; legs on their own have one each, with no `b_uuid`. */
export function showCalls(exchange: Exchange): string {
  const rows = [...exchange.channels.values()]
    .filter((leg) => leg.partner === null || leg.isFirstOfBridge)
    .map((leg) => ({ ...callColumns(leg, ''), ...partnerColumns(leg) }))
  return table(rows)
}

function table(rows: readonly Readonly<Record<string, string>>[]): string {
  return JSON.stringify(rows.length === 0 ? { row_count: 0 } : { row_count: rows.length, rows })
}

function channelRow(leg: Channel): Record<string, string> {
  const context = leg.direction === 'inbound' ? 'public' : 'default'
  const dialplan = leg.direction === 'inbound' ? 'XML' : ''
  return {
    uuid: leg.legId,
    direction: leg.direction,
    created: localTime(leg.createdAt),
    created_epoch: String(Math.floor(leg.createdAt / 1_000)),
    name: leg.name,
    state: leg.state,
    cid_name: leg.callerName,
    cid_num: leg.callerNumber,
    ip_addr: leg.direction === 'inbound' ? '127.0.0.1' : '',
    dest: leg.destination,
    application: leg.variables.get('current_application') ?? '',
    application_data: leg.variables.get('current_application_data') ?? '',
    dialplan,
    context,
    read_codec: 'PCMU',
    read_rate: '8000',
    write_codec: 'PCMU',
    write_rate: '8000',
    secure: '',
    hostname: 'simulator',
    presence_id: '',
    presence_data: leg.variables.get('presence_data') ?? '',
    accountcode: leg.variables.get('accountcode') ?? '',
    callstate: leg.callState,
    callee_name: '',
    callee_num: '',
    callee_direction: '',
    call_uuid: leg.partner === null ? '' : leg.callUuid,
    initial_cid_name: leg.callerName,
    initial_cid_num: leg.callerNumber,
    initial_ip_addr: leg.direction === 'inbound' ? '127.0.0.1' : '',
    initial_dest: leg.destination,
    initial_dialplan: dialplan,
    initial_context: context,
  }
}

function callColumns(leg: Channel, prefix: 'b_' | ''): Record<string, string> {
  const row = channelRow(leg)
  const names = [
    'uuid',
    'direction',
    'created',
    'created_epoch',
    'name',
    'state',
    'cid_name',
    'cid_num',
    'ip_addr',
    'dest',
    'presence_id',
    'presence_data',
    'accountcode',
    'callstate',
    'callee_name',
    'callee_num',
    'callee_direction',
  ]
  const columns = Object.fromEntries(names.map((name) => [`${prefix}${name}`, row[name] ?? '']))
  return prefix === 'b_'
    ? columns
    : { ...columns, call_uuid: row.call_uuid ?? '', hostname: 'simulator' }
}

function partnerColumns(leg: Channel): Record<string, string> {
  if (leg.partner !== null) {
    const epoch = String(Math.floor((leg.bridgedAt ?? leg.createdAt) / 1_000))
    return { ...callColumns(leg.partner, 'b_'), call_created_epoch: epoch }
  }
  const empty = Object.keys(callColumns(leg, 'b_')).map((name) => [name, ''])
  return { ...Object.fromEntries(empty), call_created_epoch: '' }
}

export function dump(exchange: Exchange, leg: Channel, format: string | undefined): string {
  const headers = { ...exchange.stamp('CHANNEL_DATA'), ...leg.headers() }
  if (format === 'json') return JSON.stringify(headers)
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

export function status(exchange: Exchange): string {
  return [
    `UP ${upTime(exchange)}`,
    `${VERSION} is ready`,
    `${exchange.channelsMade} session(s) since startup`,
    `${exchange.channels.size} session(s) - peak ${exchange.channelsPeak}, last 5min ${exchange.channelsPeak} `,
    '0 session(s) per Sec out of max 500, peak 1, last 5min 1 ',
    '5000 session(s) max',
    'min idle cpu 0.00/99.00',
    'Current Stack Size/Max 240K/240K',
    '',
  ].join('\n')
}

/** The headers of HEARTBEAT. */
export function heartbeat(exchange: Exchange): Record<string, string> {
  return {
    'Event-Info': 'System Ready',
    'Up-Time': upTime(exchange),
    'FreeSWITCH-Version': VERSION,
    'Uptime-msec': String(exchange.clock.now() - exchange.startedAt),
    'Session-Count': String(exchange.channels.size),
    'Max-Sessions': '5000',
    'Session-Per-Sec': '500',
    'Session-Since-Startup': String(exchange.channelsMade),
    'Session-Peak-Max': String(exchange.channelsPeak),
    'Idle-CPU': '99.000000',
  }
}

function upTime(exchange: Exchange): string {
  const ms = exchange.clock.now() - exchange.startedAt
  const days = Math.floor(ms / 86_400_000)
  const hours = Math.floor(ms / 3_600_000) % 24
  const minutes = Math.floor(ms / 60_000) % 60
  const seconds = Math.floor(ms / 1_000) % 60
  return `0 years, ${days} days, ${hours} hours, ${minutes} minutes, ${seconds} seconds, ${ms % 1_000} milliseconds, 0 microseconds`
}

function localTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
