// Carriers' trunks: where their calls may come from, and how many.
import { isIPv4, isIPv6 } from 'node:net'
import { z } from 'zod'
import type { Trunk } from '../core/admission.ts'
import { createTrunk, deleteTrunk, listTrunks, updateTrunk } from '../store/trunks.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, invalid, resultOf } from './errors.ts'
import { idSchema, list, nameSchema } from './fields.ts'
import { digestHashes, newSipPassword } from './sip-secrets.ts'

const tags = ['trunks']

const addressSchema = z
  .string()
  .max(60)
  .refine(isSource, 'an IP address, an IPv4 network like 192.0.2.0/24, or an IPv4 address:port')
const outboundAddressSchema = z
  .string()
  .max(260)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9.-]*(:\d{1,5})?$/,
    'a host name or IPv4 address, with a port or without',
  )
  .nullable()
  .describe('Where calls go out to; without one, the first single source address.')
const limits = {
  callsMax: z.int().min(0).max(100_000),
  callsPerSecondMax: z.int().min(0).max(10_000),
}
const newTrunkSchema = z.strictObject({
  trunkId: idSchema,
  name: nameSchema,
  isEnabled: z.boolean().default(true),
  addresses: z.array(addressSchema).max(100).default([]),
  username: idSchema
    .refine((name) => !name.startsWith('agent-'), 'agent-… are the agents’ phones')
    .nullable()
    .default(null)
    .describe('For a carrier without fixed addresses, which signs in by digest instead.'),
  outboundAddress: outboundAddressSchema.default(null),
  callsMax: limits.callsMax.default(300),
  callsPerSecondMax: limits.callsPerSecondMax.default(50),
})
const changesSchema = z.strictObject({
  name: nameSchema.optional(),
  isEnabled: z.boolean().optional(),
  addresses: z.array(addressSchema).max(100).optional(),
  outboundAddress: outboundAddressSchema.optional(),
  callsMax: limits.callsMax.optional(),
  callsPerSecondMax: limits.callsPerSecondMax.optional(),
})
const replySchema = z.object({
  trunkId: z.string(),
  name: z.string(),
  isEnabled: z.boolean(),
  addresses: list(z.string()),
  username: z.string().nullable(),
  outboundAddress: z.string().nullable(),
  callsMax: z.int(),
  callsPerSecondMax: z.int(),
})
const createdSchema = replySchema.extend({
  password: z.string().nullable().describe('Of a trunk that signs in; shown this once.'),
})
const paramsSchema = z.object({ trunkId: idSchema })

export function trunkRoutes(api: Api, { db, reloadConfig }: AppOptions): void {
  api.get(
    '/trunks',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'All trunks.',
        response: { 200: z.object({ trunks: list(replySchema) }), ...FAULTS },
      },
    },
    async () => ({ trunks: await listTrunks(db) }),
  )

  api.post(
    '/trunks',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Add a trunk, known by its addresses or by a username.',
        body: newTrunkSchema,
        response: { 201: createdSchema, ...FAULTS },
      },
    },
    async ({ body }, reply) => {
      if (body.addresses.length === 0 && body.username === null) {
        throw invalid([{ path: 'body.addresses', message: 'an address or a username is needed' }])
      }
      const password = body.username === null ? null : newSipPassword()
      const hashes = password === null ? null : digestHashes(body.username ?? '', password)
      const trunk = resultOf(await createTrunk(db, body, hashes))
      await reloadConfig()
      return reply.code(201).send({ ...trunk, password })
    },
  )

  api.patch(
    '/trunks/:trunkId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Change a trunk.',
        params: paramsSchema,
        body: changesSchema,
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async ({ params, body }) => {
      const changes = Object.fromEntries(
        Object.entries(body).filter(([, value]) => value !== undefined),
      ) as Partial<Omit<Trunk, 'trunkId' | 'username'>>
      const trunk = resultOf(await updateTrunk(db, params.trunkId, changes))
      await reloadConfig()
      return trunk
    },
  )

  api.delete(
    '/trunks/:trunkId',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Take a trunk away.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteTrunk(db, params.trunkId))
      await reloadConfig()
      return reply.code(204).send(null)
    },
  )
}

function isSource(text: string): boolean {
  if (isIPv6(text)) return true
  const [, address = '', port, bits] = /^([\d.]+)(?::(\d{1,5})|\/(\d{1,2}))?$/.exec(text) ?? []
  return isIPv4(address) && Number(port ?? 1) <= 65_535 && Number(bits ?? 0) <= 32
}
