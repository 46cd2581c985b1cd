// Recordings as they are shown. Outside the service a recording has an id made of its path, so that no
// address holds slashes; where it lies on the disk is nobody's business.
import { z } from 'zod'
import { RECORDING_FLAWS } from '../core/facts.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import type { RecordingRow } from '../store/calls.ts'
import { RECORDING_STATUSES } from '../store/schema.ts'
import { count, list, timeOrNull, timeSchema } from './fields.ts'

export const recordingIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,400}$/, 'not a recording id')

export const recordingSchema = z.object({
  recordingId: z.string(),
  callId: z.string(),
  agentId: z.string().nullable(),
  status: z.enum(RECORDING_STATUSES),
  requestedAt: timeSchema,
  startedAt: timeOrNull,
  stoppedAt: timeOrNull,
  checkedAt: timeOrNull,
  durationMs: count.nullable(),
  sizeBytes: count.nullable(),
  sha256: z.string().nullable(),
  reason: z.string().nullable().describe('Why it is missing.'),
  flaws: list(z.enum(RECORDING_FLAWS)).describe('What is not as it should be.'),
  gaps: list(z.object({ fromMs: count, toMs: count })).describe(
    'Where neither spoke for more than 5 s, outside holds and pauses.',
  ),
})

export function recordingView<Row extends RecordingRow>(row: Row, timeZone: string) {
  return {
    ...row,
    recordingId: recordingIdOf(row.path),
    requestedAt: isoTime(row.requestedAt, timeZone),
    startedAt: isoTimeOrNull(row.startedAt, timeZone),
    stoppedAt: isoTimeOrNull(row.stoppedAt, timeZone),
    checkedAt: isoTimeOrNull(row.checkedAt, timeZone),
  }
}

export function recordingIdOf(path: string): string {
  return Buffer.from(path).toString('base64url')
}

/** Null for an id that we never gave. */
export function pathOf(recordingId: string): string | null {
  const path = Buffer.from(recordingId, 'base64url').toString()
  const isOurs = recordingIdOf(path) === recordingId && !/\p{Cc}/u.test(path)
  return isOurs ? path : null
}
