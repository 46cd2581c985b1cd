// The passwords of agents' phones. One is made, shown once to whoever asked for it, and replaced by asking
// again; nobody can look it up.
import { z } from 'zod'
import { isoTime } from '../core/iso-times.ts'
import { SIP_REALM, sipUserOf } from '../core/sip-names.ts'
import {
  deleteSipCredentials,
  listSipCredentials,
  setSipCredentials,
} from '../store/sip-credentials.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, resultOf } from './errors.ts'
import { idSchema, list, timeSchema } from './fields.ts'
import { digestHashes, newSipPassword } from './sip-secrets.ts'

const tags = ['phones']
const replySchema = z.object({ agentId: z.string(), setAt: timeSchema })
const madeSchema = replySchema.extend({
  username: z.string().describe('What the phone signs in as.'),
  realm: z.string(),
  password: z.string().describe('Shown this once.'),
})
const paramsSchema = z.object({ agentId: idSchema })

export function sipCredentialRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  api.get(
    '/sip-credentials',
    {
      config: { permission: 'config.read' },
      schema: {
        tags,
        summary: 'Which agents have a phone password, and since when.',
        response: { 200: z.object({ sipCredentials: list(replySchema) }), ...FAULTS },
      },
    },
    async () => {
      const rows = await listSipCredentials(db)
      return {
        sipCredentials: rows.map(({ agentId, setAt }) => ({
          agentId,
          setAt: isoTime(setAt, timeZone),
        })),
      }
    },
  )

  api.post(
    '/agents/:agentId/sip-credentials',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Make a new password for the agent’s phone; the old one ends.',
        params: paramsSchema,
        response: { 201: madeSchema, ...FAULTS },
      },
    },
    async ({ params: { agentId } }, reply) => {
      const password = newSipPassword()
      const username = sipUserOf(agentId)
      const setAt = clock.now()
      const hashes = digestHashes(username, password)
      resultOf(await setSipCredentials(db, { agentId, setAt }, hashes))
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({
          agentId,
          setAt: isoTime(setAt, timeZone),
          username,
          realm: SIP_REALM,
          password,
        })
    },
  )

  api.delete(
    '/agents/:agentId/sip-credentials',
    {
      config: { permission: 'config.write' },
      schema: {
        tags,
        summary: 'Let the agent’s phone sign in no more.',
        params: paramsSchema,
        response: { 204: z.null(), ...FAULTS },
      },
    },
    async ({ params }, reply) => {
      resultOf(await deleteSipCredentials(db, params.agentId))
      return reply.code(204).send(null)
    },
  )
}
