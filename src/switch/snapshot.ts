// All legs of ours on one switch, as they are now: the list of channels first, then everything each leg
// carries. The list alone will not do: it lags behind by some events and shows no variables. What we
// need to know again after a restart was written on the legs by `stamp`.
import { z } from 'zod'
import { DIAL_GROUNDS } from '../core/class-of-service.ts'
import { CALL_STAGES, type LegSnapshot } from '../core/inputs.ts'
import type { SwitchConnection } from './connection.ts'
import { decodeText, isId } from './encoding.ts'
import { readPartyMark } from './party-marks.ts'

/** One after the other for all legs would take long, all at once would keep live commands waiting. */
const DUMPS_AT_ONCE = 20
/** Legs change while we look. One that does is looked at again, this often at most. */
const LOOKS_MAX = 4

const List = z.object({ rows: z.array(z.unknown()).default([]) })
const Row = z.object({
  uuid: z.string(),
  direction: z.string(),
  presence_data: z.string().default(''),
})

const Micros = z
  .string()
  .regex(/^\d{16}$/)
  .transform((text) => Math.floor(Number(text) / 1000))
const Text = z.string().max(4096).default('')
/** Epoch ms that we wrote; whatever else stands there counts as nothing written. */
const Stamped = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .nullable()
  .catch(null)

const Dump = z.object({
  'Unique-ID': z.string(),
  'Channel-State': z.string(),
  'Answer-State': Text,
  'Caller-Channel-Created-Time': Micros,
  'Caller-Caller-ID-Number': Text,
  'Caller-Destination-Number': Text,
  variable_cc_role: z.enum(['caller', 'agent', 'party', 'supervisor']),
  variable_cc_number: z.string().max(128).optional(),
  variable_cc_call_id: Text,
  variable_cc_claimed: Text,
  variable_cc_music: Text,
  variable_cc_agent: Text,
  variable_cc_queue: Text,
  variable_cc_queued_ms: Stamped.default(null),
  variable_cc_answered_ms: Stamped.default(null),
  variable_cc_connected_ms: Stamped.default(null),
  variable_cc_held_ms: Stamped.default(null),
  variable_cc_recording: Text,
  variable_cc_stage: Text,
  variable_cc_party: Text,
  variable_cc_purpose: Text,
  variable_cc_prompted_ms: Stamped.default(null),
  variable_cc_priority: Text,
  variable_cc_place_ms: Text,
  variable_cc_language: Text,
  variable_cc_outbound: z.enum(DIAL_GROUNDS).optional().catch(undefined),
  variable_cc_callback: Text,
  variable_cc_citizen: Text,
  variable_current_application: Text,
  variable_signal_bond: Text,
})
type Dump = z.infer<typeof Dump>

/**
 * `touched` collects, while this runs, the legs that events arrive for; such a leg is looked at once more,
 * so that the answer is not older than what the core has already been told.
 */
export async function takeSnapshot(
  connection: SwitchConnection,
  touched: Set<string>,
): Promise<LegSnapshot[]> {
  const dumps = new Map<string, Dump>()
  let wanted = await listLegs(connection)
  for (let look = 0; look < LOOKS_MAX && wanted.length > 0; look += 1) {
    touched.clear()
    for (let from = 0; from < wanted.length; from += DUMPS_AT_ONCE) {
      const legIds = wanted.slice(from, from + DUMPS_AT_ONCE)
      const found = await Promise.all(legIds.map((legId) => dumpLeg(connection, legId)))
      for (const [i, legId] of legIds.entries()) {
        const dump = found[i]
        if (dump == null) dumps.delete(legId)
        else dumps.set(legId, dump)
      }
    }
    wanted = [...dumps.keys()].filter((legId) => touched.has(legId))
  }
  return [...dumps.values()].map((dump) => snapshotOf(dump, dumps))
}

/** Channels that may be ours: those we marked, and inbound ones that nobody has claimed yet. */
async function listLegs(connection: SwitchConnection): Promise<string[]> {
  const reply = await connection.api('show channels as json')
  const { rows } = List.parse(JSON.parse(reply))
  return rows.flatMap((row) => {
    const channel = Row.safeParse(row)
    if (!channel.success || !isId(channel.data.uuid)) return []
    const { uuid, direction, presence_data } = channel.data
    return direction === 'inbound' || presence_data.startsWith('cc|') ? [uuid] : []
  })
}

/** Null if the leg is gone, is not ours, or is not yet anything that the core could deal with. */
async function dumpLeg(connection: SwitchConnection, legId: string): Promise<Dump | null> {
  const reply = await connection.api(`uuid_dump ${legId} json`)
  if (!reply.startsWith('{')) return null
  const parsed = Dump.safeParse(JSON.parse(reply))
  if (!parsed.success || parsed.data['Unique-ID'] !== legId) return null
  const dump = parsed.data
  if (/HANGUP|REPORTING|DESTROY/.test(dump['Channel-State'])) return null
  const isArriving =
    dump.variable_cc_role === 'caller' &&
    dump.variable_cc_claimed === '' &&
    dump.variable_current_application !== 'park'
  // Still in the dialplan: claimed now, the fallback that the dialplan is about to set would not be
  // found, and would fire. Its own CHANNEL_PARK comes in a moment.
  return isArriving ? null : dump
}

function snapshotOf(dump: Dump, dumps: ReadonlyMap<string, Dump>): LegSnapshot {
  const legId = dump['Unique-ID']
  const bond = dump.variable_signal_bond
  // After its partner has ended a leg still names it; only two that name each other are bridged.
  const isBridged = bond !== '' && dumps.get(bond)?.variable_signal_bond === legId
  const callId = dump.variable_cc_call_id
  const promptedAt = dump.variable_cc_prompted_ms
  const priority = numberOrNull(dump.variable_cc_priority)
  const placeAt = numberOrNull(dump.variable_cc_place_ms)
  const language = textOrNull(dump.variable_cc_language)
  const stage = CALL_STAGES.find((one) => one === dump.variable_cc_stage)
  const party = readPartyMark(dump.variable_cc_party, dump.variable_cc_purpose)
  return {
    legId,
    role: dump.variable_cc_role,
    callId: isId(callId) ? callId : legId,
    from:
      dump.variable_cc_citizen === '' ? dump['Caller-Caller-ID-Number'] : dump.variable_cc_citizen,
    to: dump.variable_cc_number ?? dump['Caller-Destination-Number'],
    createdAt: dump['Caller-Channel-Created-Time'],
    isAnswered: dump['Answer-State'] === 'answered',
    bridgedTo: isBridged ? bond : null,
    isPlaying: dump.variable_cc_music === 'true' && !isBridged,
    agentId: textOrNull(dump.variable_cc_agent),
    queueId: textOrNull(dump.variable_cc_queue),
    queuedAt: dump.variable_cc_queued_ms,
    answeredAt: dump.variable_cc_answered_ms,
    connectedAt: dump.variable_cc_connected_ms,
    heldAt: dump.variable_cc_held_ms,
    recordingPath: textOrNull(dump.variable_cc_recording),
    ...(dump.variable_current_application === 'conference' && !isBridged
      ? { isInConference: true }
      : {}),
    ...(stage === undefined ? {} : { stage }),
    ...(party === null ? {} : { party }),
    ...(promptedAt === null ? {} : { promptedAt }),
    ...(priority === null ? {} : { priority }),
    ...(placeAt === null ? {} : { placeAt }),
    ...(language === null ? {} : { language }),
    ...(dump.variable_cc_outbound !== undefined && {
      outbound: {
        ground: dump.variable_cc_outbound,
        callbackId: textOrNull(dump.variable_cc_callback),
      },
    }),
  }
}

/** Also one that lies between two whole ones, or below zero. */
function numberOrNull(text: string): number | null {
  const number = Number(text)
  return text === '' || !Number.isFinite(number) ? null : number
}

function textOrNull(text: string): string | null {
  return text === '' ? null : decodeText(text)
}
