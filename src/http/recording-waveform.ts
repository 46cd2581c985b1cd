// What a player shows above the sound: its shape, and marks where the call was held, handed on, paused or
// silent, and where something else happened that a listener looks for.
import type { Fact } from '../core/facts.ts'
import { SoundMeter, WINDOW_MS } from '../core/sound.ts'
import type { Queryable } from '../store/database.ts'
import { listCallMoments } from '../store/recording-marks.ts'
import type { Recording } from '../store/recordings.ts'
import type { Sound } from './context.ts'

const POINTS_MAX = 1_200
/** FreeSWITCH's files begin their sound within this. */
const HEAD_BYTES_MAX = 4_096

export interface Waveform {
  readonly windowMs: number
  readonly caller: readonly number[]
  readonly agent: readonly number[]
}

/** Empty for a file that is no 16-bit stereo WAV. */
export async function waveformOf({ sizeBytes, read }: Sound): Promise<Waveform> {
  const caller: number[] = []
  const agent: number[] = []
  let meter: SoundMeter | null = null
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of read(0, sizeBytes - 1)) {
    rest = Buffer.concat([rest, piece as Buffer])
    if (meter === null) {
      if (rest.length < Math.min(HEAD_BYTES_MAX, sizeBytes)) continue
      const head = soundIn(rest)
      if (head === null) break
      meter = new SoundMeter({
        framesPerSecond: head.framesPerSecond,
        gapMsMin: Number.POSITIVE_INFINITY,
        onWindow: (left, right) => {
          caller.push(left)
          agent.push(right)
        },
      })
      rest = rest.subarray(head.at)
    }
    const bytes = rest.length - (rest.length % 4)
    meter.take(Int16Array.from({ length: bytes / 2 }, (_, i) => rest.readInt16LE(i * 2)))
    rest = rest.subarray(bytes)
  }
  meter?.finish()
  const each = Math.max(1, Math.ceil(caller.length / POINTS_MAX))
  return { windowMs: each * WINDOW_MS, caller: loudest(caller, each), agent: loudest(agent, each) }
}

function loudest(levels: readonly number[], each: number): readonly number[] {
  return Array.from({ length: Math.ceil(levels.length / each) }, (_, i) =>
    Math.max(...levels.slice(i * each, (i + 1) * each)),
  )
}

function soundIn(bytes: Buffer): { readonly at: number; readonly framesPerSecond: number } | null {
  let framesPerSecond = 0
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 4)
    if (name === 'data') return framesPerSecond === 0 ? null : { at: at + 8, framesPerSecond }
    if (name === 'fmt ' && at + 16 <= bytes.length) framesPerSecond = bytes.readUInt32LE(at + 12)
    const length = bytes.readUInt32LE(at + 4)
    at += 8 + length + (length % 2)
  }
  return null
}

export const MARK_KINDS = ['hold', 'gap', 'pause', 'agent', 'transfer', 'party', 'key'] as const
export interface Mark {
  readonly kind: (typeof MARK_KINDS)[number]
  /** From the beginning of the recording. */
  readonly fromMs: number
  /** Null for a moment. */
  readonly toMs: number | null
}

const MOMENTS: Partial<Record<Fact['type'], Mark['kind']>> = {
  'call.connected': 'agent',
  'party.answered': 'party',
  'call.urgency_flagged': 'key',
  'call.help_requested': 'key',
  'call.nuisance_flagged': 'key',
  'call.survey_asked': 'key',
}

export async function marksOf(db: Queryable, recording: Recording): Promise<readonly Mark[]> {
  const { callId, startedAt, requestedAt, durationMs, gaps, pauses } = recording
  const began = startedAt ?? requestedAt
  const end = durationMs ?? Number.POSITIVE_INFINITY
  const { holds, moments } = await listCallMoments(db, callId)
  const within = (at: number): number => Math.min(end, Math.max(0, at - began))
  const marks: Mark[] = [
    ...gaps.map((gap) => ({ kind: 'gap' as const, ...gap })),
    ...pauses.map(({ from, to }) =>
      stretch('pause', within(from), to === null ? null : within(to)),
    ),
    ...holds.map(({ startedAt: from, endedAt: to }) =>
      stretch('hold', within(from), to === null ? null : within(to)),
    ),
    ...moments.flatMap(({ type, at }) => {
      const kind = MOMENTS[type] ?? (type.includes('transfer') ? 'transfer' : undefined)
      return kind === undefined ? [] : [stretch(kind, within(at), null)]
    }),
  ]
  return marks.sort((a, b) => a.fromMs - b.fromMs)
}

function stretch(kind: Mark['kind'], fromMs: number, toMs: number | null): Mark {
  return { kind, fromMs, toMs }
}
