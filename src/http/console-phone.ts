// The phone in the agent's console: where it connects and what it signs in with. Each page that opens gets
// a password of its own, so that none is ever typed in, stored in a browser, or shared with a desk phone.
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { rejection } from '../core/rejections.ts'
import { SIP_REALM, sipUserOf } from '../core/sip-names.ts'
import { setConsolePhoneCredentials } from '../store/sip-credentials.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { REFUSALS, refused, resultOf } from './errors.ts'
import { digestHashes, newSipPassword } from './sip-secrets.ts'

const replySchema = z.object({
  phone: z
    .object({
      url: z.string().describe('The SIP edge’s WebSocket.'),
      username: z.string(),
      realm: z.string(),
      password: z.string().describe('Of this page; the next one that opens replaces it.'),
    })
    .nullable()
    .describe('Null where no SIP edge is run: phones are then the switch’s own affair.'),
})

export function consolePhoneRoutes(api: Api, options: AppOptions): void {
  const { db, clock, hasSipEdge, browserPhoneUrl } = options
  api.post(
    '/me/agent/phone',
    {
      config: { permission: 'signed_in' },
      schema: {
        tags: ['my agent'],
        summary: 'What the phone in one’s page registers with: an agent’s, or a shift leader’s.',
        response: { 200: replySchema, ...REFUSALS },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      const { agentId } = callerOf(request)
      if (agentId === null) throw refused(rejection('unknown_agent'))
      if (hasSipEdge !== true) return { phone: null }
      const username = sipUserOf(agentId)
      const password = newSipPassword()
      const hashes = digestHashes(username, password)
      resultOf(await setConsolePhoneCredentials(db, { agentId, setAt: clock.now() }, hashes))
      const url = phoneUrlFor(request, browserPhoneUrl)
      return { phone: { url, username, realm: SIP_REALM, password } }
    },
  )
}

/** Of drachtio's WebSocket contact in sip/drachtio.conf.xml. */
const WS_PORT = 8060

/**
 * Where a page of this request's origin reaches the SIP edge. A page that came over TLS may only open a
 * connection over TLS: by default to `/sip` at the same place, where the proxy that ends TLS leads it on.
 */
export function phoneUrlFor(
  { protocol, hostname, host }: Pick<FastifyRequest, 'protocol' | 'hostname' | 'host'>,
  setting: string | undefined,
): string {
  if (setting !== undefined) return setting
  return protocol === 'https' ? `wss://${host}/sip` : `ws://${hostname}:${WS_PORT}`
}
