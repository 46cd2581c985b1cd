// Contact records as shift leaders and QA read them, and put them right with a reason (R-023 … R-033).
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { categoryOf, categoryPath } from '../core/categories.ts'
import type { AgentId } from '../core/config.ts'
import { RECORD_REFUSALS, type RecordAction } from '../core/contact-records.ts'
import { DISPOSITIONS } from '../core/inputs.ts'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { maskNumber } from '../core/masking.ts'
import { currentCategories, findCategories } from '../store/categories.ts'
import {
  changeContactRecord,
  correctionsOf,
  findCallOf,
  findContactRecord,
  listContactRecords,
  newRecord,
  type RecordedCall,
  repeatsOf,
  unrecordedCalls,
} from '../store/contact-records.ts'
import { callerOf, seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import {
  correctionBody,
  oneRecordSchema,
  pageSchema,
  type RecordReader,
  recordView,
  type ShownRecord,
  shownFields,
  unrecordedSchema,
} from './contact-record-schemas.ts'
import type { Api, AppOptions } from './context.ts'
import { cursorOf, keysOf } from './cursors.ts'
import { ApiError, FAULTS, invalid, notFound } from './errors.ts'
import {
  callIdSchema,
  cursorSchema,
  daySchema,
  idSchema,
  instantSchema,
  limitSchema,
} from './fields.ts'

const tags = ['contact records']
const params = z.object({ callId: callIdSchema })
const querySchema = z.strictObject({
  from: instantSchema.optional().describe('Called at or after.'),
  to: instantSchema.optional().describe('Called before.'),
  agentId: idSchema.optional(),
  categoryId: idSchema.optional(),
  disposition: z.enum(DISPOSITIONS).optional(),
  limit: limitSchema,
  cursor: cursorSchema.optional().describe('`nextCursor` of the page before.'),
})

/** A call that a record is about; `endedAt` is null while it lives. */
export type CallOfRecord = RecordedCall & { readonly endedAt: number | null }

export function contactRecordRoutes(api: Api, options: AppOptions): void {
  const { db } = options
  const existing = async (callId: string): Promise<CallOfRecord> => {
    const call = await findCallOf(db, callId, null)
    if (call === null) throw notFound('Nobody was on such a call.')
    return call
  }

  api.get(
    '/contact-records',
    {
      config: { permission: 'contact_records.read' },
      schema: {
        tags,
        summary: 'Contact records, the newest calls first.',
        querystring: querySchema,
        response: { 200: pageSchema, ...FAULTS },
      },
    },
    async (request) => page(options, request, request.query),
  )

  api.get(
    '/contact-records/missing',
    {
      config: { permission: 'contact_records.read' },
      schema: {
        tags,
        summary: 'Answered calls of a day that nobody wrote up.',
        querystring: z.strictObject({ day: daySchema, agentId: idSchema.optional() }),
        response: { 200: unrecordedSchema, ...FAULTS },
      },
    },
    async (request) => missingOn(options, request, request.query),
  )

  api.get(
    '/contact-records/:callId',
    {
      config: { permission: 'contact_records.read' },
      schema: {
        tags,
        summary: 'The record of one call, with its corrections.',
        params,
        response: { 200: oneRecordSchema, ...FAULTS },
      },
    },
    async (request) => show(options, request, await existing(request.params.callId)),
  )

  api.post(
    '/contact-records/:callId/corrections',
    {
      config: { permission: 'contact_records.correct' },
      schema: {
        tags,
        summary: 'Put a saved record right, with the reason.',
        params,
        body: correctionBody,
        response: { 200: oneRecordSchema, ...FAULTS },
      },
    },
    async (request) => {
      const { apologyGiven, ...action } = request.body
      const call = await existing(request.params.callId)
      return write(options, request, call, { type: 'correct', ...action }, apologyGiven)
    },
  )
}

async function page(
  { db, timeZone }: AppOptions,
  request: FastifyRequest,
  { from, to, cursor, limit, ...rest }: z.output<typeof querySchema>,
): Promise<z.output<typeof pageSchema>> {
  const keys = keysOf(cursor)
  if (keys !== undefined && !/^\d{1,15}$/.test(keys.id)) {
    throw invalid([{ path: 'query.cursor', message: 'not a cursor' }])
  }
  const records = await listContactRecords(db, {
    ...rest,
    limit: limit + 1,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    after: keys === undefined ? undefined : { calledAt: keys.at, recordId: Number(keys.id) },
  })
  const shown = records.slice(0, limit)
  const last = records.length > limit ? shown.at(-1) : undefined
  const next = last === undefined ? null : { at: last.calledAt, id: String(last.recordId) }
  const reader: RecordReader = { timeZone, seesNumbers: seesNumbers(request) }
  return {
    records: shown.map((one) => recordView(one, one.endedAt, reader)),
    nextCursor: cursorOf(next),
  }
}

export async function missingOn(
  { db, timeZone }: AppOptions,
  request: FastifyRequest,
  { day, agentId }: { readonly day: string; readonly agentId?: AgentId | undefined },
): Promise<z.output<typeof unrecordedSchema>> {
  const isWhole = seesNumbers(request)
  const calls = await unrecordedCalls(db, { day, timeZone, agentId })
  return {
    calls: calls.map((call) => ({
      ...call,
      from: isWhole ? call.from : maskNumber(call.from),
      arrivedAt: isoTime(call.arrivedAt, timeZone),
      endedAt: isoTimeOrNull(call.endedAt, timeZone),
    })),
  }
}

/** The record that stands, or an empty one to be filled in. A whole number that is shown is audited. */
export async function show(
  options: AppOptions,
  request: FastifyRequest,
  call: CallOfRecord,
): Promise<z.output<typeof oneRecordSchema>> {
  const { db, timeZone } = options
  const stored = await findContactRecord(db, call.callId)
  const record: ShownRecord = stored ?? {
    ...call,
    status: 'draft',
    version: 0,
    updatedAt: null,
    savedAt: null,
    categoryVersion: null,
    fields: newRecord(call),
  }
  const { categoryId, contactPhone } = record.fields
  const tree = await categoriesOf(options, record.categoryVersion)
  const node = categoryId === null ? null : categoryOf(tree, categoryId)
  const isWhole = seesNumbers(request)
  const repeats = await repeatsOf(db, { ...call, contactPhone, categoryId })
  const corrections = stored === null ? [] : await correctionsOf(db, stored.recordId)
  if (isWhole && contactPhone !== null) {
    const entry = { entity: 'contact_record', entityId: call.callId }
    await audit(options, request, { action: 'contact_record.read', ...entry })
  }
  return {
    record: recordView(record, call.endedAt, { timeZone, seesNumbers: isWhole }),
    categoryPath: categoryId === null ? [] : categoryPath(tree, categoryId),
    handling:
      node === null
        ? null
        : { unit: node.unit, mode: node.handlingMode, deadlineClass: node.deadlineClass },
    repeats: repeats.map(({ callId, calledAt, agentId, fields, disposition }) => ({
      callId,
      calledAt: isoTime(calledAt, timeZone),
      agentId,
      content: fields.content,
      disposition,
    })),
    corrections: corrections.map(({ recordId: _, ...one }) => ({
      ...one,
      at: isoTime(one.at, timeZone),
      before: shownFields(one.before, isWhole),
      after: shownFields(one.after, isWhole),
    })),
  }
}

async function categoriesOf({ db }: AppOptions, version: number | null) {
  const known = version === null ? null : await findCategories(db, version)
  return known ?? currentCategories(db)
}

/** Carries one action out and tells the floor of a record that is saved. */
export async function write(
  options: AppOptions,
  request: FastifyRequest,
  call: CallOfRecord,
  action: RecordAction,
  apologyGiven = false,
): Promise<z.output<typeof oneRecordSchema>> {
  const { db, clock, engine } = options
  const at = clock.now()
  const tree = await currentCategories(db)
  const writer = { at, by: callerOf(request).username, ip: request.ip, apologyGiven }
  const changed = await changeContactRecord(db, call, action, { tree, writer })
  if (!changed.ok) {
    const { code, faults } = changed
    const details = faults.map(({ path, message }) => ({ path: `body.changes.${path}`, message }))
    const isIncomplete = code === 'record_incomplete'
    const status = isIncomplete ? 422 : 409
    throw new ApiError(status, code, RECORD_REFUSALS[code], isIncomplete ? details : undefined)
  }
  const { status, disposition, agentId, fields } = changed.record
  if (status === 'saved' && disposition !== null) {
    const { callId } = call
    const summary = fields.content ?? ''
    engine.submit({ type: 'contact_record.saved', at, agentId, callId, disposition, summary })
  }
  return show(options, request, call)
}
