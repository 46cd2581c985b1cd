// The recording policy of a queue as requests and replies carry it. What is left out of a change stays.
import { z } from 'zod'
import { RECORDING_COPIES, type RecordingPolicy } from '../core/config.ts'
import { DISPOSITIONS } from '../core/inputs.ts'

const daysSchema = z.int().min(1).max(36_500)

export const recordingPolicySchema = z.strictObject({
  retentionDays: daysSchema.describe('Afterwards recordings are deleted, with a certificate.'),
  retentionDaysByDisposition: z
    .partialRecord(z.enum(DISPOSITIONS), daysSchema)
    .describe('Where calls that ended so are kept for longer or shorter.'),
  retentionDaysMin: daysSchema.describe('Older ones may go before their time when the disk fills.'),
  copies: z
    .enum(RECORDING_COPIES)
    .describe('A compressed copy of each recording: none, beside the WAV file or in its place.'),
}) satisfies z.ZodType<RecordingPolicy>
