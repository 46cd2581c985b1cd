// What the switch says, as inputs of the core. Only the headers needed are looked at, and nothing is
// taken on trust: an event that does not hold together is malformed and becomes no input, whatever else
// it may say. Legs are ours if `cc_role` says so: the dialplan sets it on callers' legs, we on agents'.
import { isAbsolute, relative } from 'node:path'
import { z } from 'zod'
import { DIGITS, type Input, type LegRole, type NodeId } from '../core/inputs.ts'
import type { EventHeaders } from './connection.ts'
import { isId } from './encoding.ts'
import { JOBS } from './originate.ts'

export interface DecodeContext {
  readonly nodeId: NodeId
  /** Absolute; recordings elsewhere are not ours. */
  readonly recordingsDir: string
}

/** `ignored`: well formed, and nothing to the core. */
export type Decoded = Input | 'ignored' | 'malformed'

/** Microseconds since 1970, as FreeSWITCH writes times, to whole milliseconds. */
const Micros = z
  .string()
  .regex(/^\d{16}$/)
  .transform((text) => Math.floor(Number(text) / 1000))
const Id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/)
/** Numbers and causes are short; longer ones are somebody's experiment. */
const Short = z.string().max(128)

const Any = z.object({ 'Event-Name': Short, 'Event-Date-Timestamp': Micros })

const Job = z.object({ 'Job-UUID': Short, _body: z.string().optional() })

const Leg = z.object({
  'Unique-ID': Id,
  variable_cc_role: z.enum(['caller', 'agent', 'party', 'supervisor']),
})

const Arrival = z.object({
  'Caller-Channel-Created-Time': Micros,
  'Caller-Caller-ID-Number': Short.optional(),
  'Caller-Destination-Number': Short.optional(),
  variable_cc_number: Short.optional(),
  variable_cc_call_id: Short.optional(),
  variable_cc_claimed: Short.optional(),
  variable_cc_collected: Short.optional(),
})

const Bridge = z.object({ 'Bridge-A-Unique-ID': Id, 'Bridge-B-Unique-ID': Id })

const Hangup = z.object({
  'Hangup-Cause': Short.optional(),
  variable_sip_term_status: z
    .string()
    .regex(/^\d{3}$/)
    .optional()
    // A status that is none must not cost us the end of a leg.
    .catch(undefined),
})

const Key = z.object({ 'Unique-ID': Id, 'DTMF-Digit': Short })

const Playback = z.object({ 'Playback-File-Path': z.string().max(4096) })

const Recording = z.object({
  'Record-File-Path': z.string().max(4096),
  'Record-Completion-Cause': Short.optional(),
  variable_record_ms: z
    .string()
    .regex(/^\d{1,10}$/)
    .optional(),
})

export function decodeEvent(headers: EventHeaders, context: DecodeContext): Decoded {
  const any = Any.safeParse(headers)
  if (!any.success) return 'malformed'
  const name = any.data['Event-Name']
  const at = any.data['Event-Date-Timestamp']
  if (name === 'BACKGROUND_JOB') return decodeJob(headers, at)
  if (name === 'DTMF') return decodeKey(headers, at)
  if (name === 'CUSTOM') return decodeConference(headers, at)
  if (!/^(CHANNEL|PLAYBACK|RECORD)_/.test(name)) return 'ignored'
  if (headers.variable_cc_role === undefined) return 'ignored'
  const leg = Leg.safeParse(headers)
  if (!leg.success) return 'malformed'
  const { 'Unique-ID': legId, variable_cc_role: role } = leg.data
  switch (name) {
    case 'CHANNEL_PARK':
      return decodePark(headers, { at, legId, role }, context.nodeId)
    case 'CHANNEL_PROGRESS':
    case 'CHANNEL_PROGRESS_MEDIA':
      return role !== 'caller' ? { type: 'leg.ringing', at, legId } : 'ignored'
    case 'CHANNEL_ANSWER':
      // Of callers' legs only those that we dialled are ever answered by anybody but us.
      return role !== 'caller' || headers.variable_cc_outbound !== undefined
        ? { type: 'leg.answered', at, legId }
        : 'ignored'
    case 'CHANNEL_BRIDGE': {
      const bridge = Bridge.safeParse(headers)
      if (!bridge.success) return 'malformed'
      // The order is that of the command, whichever leg reports it.
      const { 'Bridge-A-Unique-ID': a, 'Bridge-B-Unique-ID': b } = bridge.data
      return { type: 'leg.bridged', at, legId: a, otherLegId: b }
    }
    case 'CHANNEL_UNBRIDGE':
      return { type: 'leg.unbridged', at, legId }
    case 'CHANNEL_HOLD':
      return { type: 'leg.held', at, legId }
    case 'CHANNEL_UNHOLD':
      return { type: 'leg.unheld', at, legId }
    case 'CHANNEL_HANGUP':
    case 'CHANNEL_HANGUP_COMPLETE': {
      const hangup = Hangup.safeParse(headers)
      if (!hangup.success) return 'malformed'
      const cause = hangup.data['Hangup-Cause'] ?? 'UNSPECIFIED'
      if (name === 'CHANNEL_HANGUP') return { type: 'leg.hung_up', at, legId, cause }
      const status = hangup.data.variable_sip_term_status
      const sipStatus = status === undefined ? null : Number(status)
      return { type: 'leg.ended', at, legId, cause, sipStatus }
    }
    case 'PLAYBACK_STOP': {
      const playback = Playback.safeParse(headers)
      if (!playback.success) return 'malformed'
      const isMusic = playback.data['Playback-File-Path'].startsWith('local_stream://')
      return role === 'agent' || isMusic ? 'ignored' : { type: 'leg.prompt_ended', at, legId }
    }
    case 'RECORD_START':
    case 'RECORD_STOP':
      return decodeRecording(headers, name, at, context.recordingsDir)
    default:
      return 'ignored'
  }
}

function decodePark(
  headers: EventHeaders,
  leg: { readonly at: number; readonly legId: string; readonly role: LegRole },
  nodeId: NodeId,
): Decoded {
  const { at, legId, role } = leg
  if (role !== 'caller') return { type: 'leg.parked', at, legId }
  const parsed = Arrival.safeParse(headers)
  if (!parsed.success) return 'malformed'
  const arrival = parsed.data
  if (arrival.variable_cc_claimed !== undefined) {
    const collected = arrival.variable_cc_collected
    return { type: 'leg.parked', at, legId, ...(collected === undefined ? {} : { collected }) }
  }
  const callId = arrival.variable_cc_call_id
  return {
    type: 'call.parked',
    at,
    nodeId,
    legId,
    // A caller is not turned away for an id that the edge got wrong.
    callId: isId(callId) ? callId : legId,
    from: arrival['Caller-Caller-ID-Number'] ?? '',
    to: arrival.variable_cc_number ?? arrival['Caller-Destination-Number'] ?? '',
    arrivedAt: arrival['Caller-Channel-Created-Time'],
  }
}

/** The one event of a leg that comes without its variables: whose leg it is, the core must know. */
function decodeKey(headers: EventHeaders, at: number): Decoded {
  const key = Key.safeParse(headers)
  if (!key.success) return 'malformed'
  const digit = DIGITS.find((one) => one === key.data['DTMF-Digit'])
  // A to D are on no telephone of a citizen's.
  if (digit === undefined) return 'ignored'
  return { type: 'leg.digit_pressed', at, legId: key.data['Unique-ID'], digit }
}

const Conference = z.object({
  'Event-Subclass': z.literal('conference::maintenance'),
  Action: z.enum(['add-member', 'del-member']),
  'Unique-ID': Id,
})

/** Who comes into a conference and leaves it; what else goes on there is nothing to us. */
function decodeConference(headers: EventHeaders, at: number): Decoded {
  const conference = Conference.safeParse(headers)
  if (!conference.success) return 'ignored'
  const { Action: action, 'Unique-ID': legId } = conference.data
  const type = action === 'add-member' ? 'leg.conference_joined' : 'leg.conference_left'
  return { type, at, legId }
}

function decodeRecording(
  headers: EventHeaders,
  name: 'RECORD_START' | 'RECORD_STOP',
  at: number,
  recordingsDir: string,
): Decoded {
  const recording = Recording.safeParse(headers)
  if (!recording.success) return 'malformed'
  const path = relative(recordingsDir, recording.data['Record-File-Path'])
  if (path === '' || path.startsWith('..') || isAbsolute(path)) return 'ignored'
  if (name === 'RECORD_START') return { type: 'recording.started', at, path }
  return {
    type: 'recording.stopped',
    at,
    path,
    durationMs: Number(recording.data.variable_record_ms ?? 0),
    cause: recording.data['Record-Completion-Cause'] ?? 'unknown',
  }
}

/** Jobs that failed; those that went well are followed by the events of what they did. */
function decodeJob(headers: EventHeaders, at: number): Decoded {
  const job = Job.safeParse(headers)
  if (!job.success) return 'malformed'
  const { 'Job-UUID': jobId, _body: body = '' } = job.data
  const kind = Object.values(JOBS).find((prefix) => jobId.startsWith(prefix))
  if (kind === undefined || body.startsWith('+OK')) return 'ignored'
  const legId = jobId.slice(kind.length)
  if (!isId(legId)) return 'malformed'
  const reason = body.replace(/^-ERR\s*/, '').trim()
  if (kind === JOBS.record) {
    return {
      type: 'command.failed',
      at,
      command: 'start_recording',
      legId,
      reason: reason.slice(0, 128),
    }
  }
  const cause = /^[A-Z0-9_]{1,48}$/.test(reason) ? reason : 'UNSPECIFIED'
  return { type: 'offer.failed', at, legId, cause }
}
