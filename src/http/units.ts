// The directory of departments with their duty phones and the list for emergencies: everybody who works
// here reads it, administrators keep it, and a change holds from the next click on.
import { z } from 'zod'
import { UNIT_DEFAULTS, type UnitSettings } from '../core/config.ts'
import { createUnit, deleteUnit, findUnit, listUnits, updateUnit } from '../store/units.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, faultsOf, invalid, notFound, resultOf } from './errors.ts'
import {
  idSchema,
  list,
  millisecondsSchema,
  nameSchema,
  numberSchema,
  textSchema,
} from './fields.ts'

const tags = ['units']
const phoneSchema = z.strictObject({ number: numberSchema, label: textSchema(40).default('') })
const unitSchema = z.strictObject({
  unitId: idSchema,
  name: nameSchema,
  phones: z.array(phoneSchema).max(20).describe('The duty phone first; that one is rung.'),
  isEmergency: z.boolean().describe('On the list of one-click transfers (R-021).'),
  ringMsMax: millisecondsSchema(5_000, 120_000),
  retry: z
    .strictObject({
      afterMs: millisecondsSchema(60_000),
      attemptsMin: z.int().min(0).max(20).describe('Further attempts while nobody answers.'),
    })
    .describe('What is owed after an attempt that nobody answered (R-022).'),
})
const fields = unitSchema.shape
const newUnitSchema = z
  .strictObject({
    unitId: fields.unitId,
    name: fields.name,
    phones: fields.phones.default([]),
    ...z.object(fields).pick({ isEmergency: true, ringMsMax: true, retry: true }).partial().shape,
  })
  .describe('What is left out gets the usual values.')
const changesSchema = z.strictObject(z.object(fields).omit({ unitId: true }).partial().shape)
const replySchema = z.object({ ...fields, phones: list(phoneSchema) })
const paramsSchema = z.object({ unitId: idSchema })

export function unitRoutes(api: Api, options: AppOptions): void {
  const { db, reloadConfig } = options

  api.get(
    '/units',
    {
      config: { permission: 'signed_in' },
      schema: {
        tags,
        summary: 'The directory.',
        response: { 200: z.object({ units: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ units: await listUnits(db) }),
  )

  api.post(
    '/units',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add a department.',
        body: newUnitSchema,
        response: { 201: replySchema, ...FAULTS },
      },
    },
    async (request, reply) => {
      const unit = resultOf(await createUnit(db, complete({ ...UNIT_DEFAULTS, ...request.body })))
      await audit(options, request, {
        action: 'unit.created',
        entity: 'unit',
        entityId: unit.unitId,
      })
      await reloadConfig()
      return reply.code(201).send(unit)
    },
  )

  api.patch(
    '/units/:unitId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Change a department.',
        params: paramsSchema,
        body: changesSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async (request) => {
      const { unitId } = request.params
      const before = existing(await findUnit(db, unitId))
      const unit = resultOf(await updateUnit(db, complete({ ...before, ...request.body })))
      const details = { fields: Object.keys(request.body) }
      await audit(options, request, {
        action: 'unit.changed',
        entity: 'unit',
        entityId: unitId,
        details,
      })
      await reloadConfig()
      return unit
    },
  )

  api.delete(
    '/units/:unitId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Take a department out of the directory; what was tried stays on record.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async (request, reply) => {
      const { unitId } = request.params
      resultOf(await deleteUnit(db, unitId))
      await audit(options, request, { action: 'unit.deleted', entity: 'unit', entityId: unitId })
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}

function existing(unit: UnitSettings | null): UnitSettings {
  if (unit === null) throw notFound('No such unit.')
  return unit
}

/** What a request leaves out is that of the unit, or of a new one. */
function complete(unit: unknown): UnitSettings {
  const parsed = unitSchema.safeParse(unit)
  if (!parsed.success) throw invalid(faultsOf('body', parsed.error.issues))
  return parsed.data
}
