// How a queue calls citizens back, as requests and replies carry it. What is left out of a change stays.
import { z } from 'zod'
import type { CallbackPolicy } from '../core/config.ts'
import { millisecondsSchema } from './fields.ts'

export const callbackPolicySchema = z.strictObject({
  isOffered: z.boolean().describe('A waiting caller may leave the line and keep the place.'),
  pauseMs: millisecondsSchema(0, 600_000).describe('From leaving the line to the first try.'),
  dueMs: millisecondsSchema(60_000).describe('Promised where no time is named (R-018).'),
  leadMs: millisecondsSchema(0).describe('What is promised and not begun is queued this early.'),
  attemptsMax: z.int().min(1).max(10),
  retryMs: millisecondsSchema(1_000),
  ringMsMax: millisecondsSchema(5_000, 120_000),
}) satisfies z.ZodType<CallbackPolicy>
