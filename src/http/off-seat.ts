// Leave from the seat as the shift leader sees it: who asks, the decision, and what became of it.
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { OFF_SEAT_STATUSES } from '../store/agent-schema.ts'
import { listOffSeatRequests } from '../store/off-seat.ts'
import { callerOf } from './access.ts'
import { agentPeriodSchema, periodOf } from './agent-periods.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { notFound, REFUSALS, refused } from './errors.ts'
import { list, textSchema, timeOrNull, timeSchema } from './fields.ts'

const tags = ['agents']
const requestSchema = z.object({
  requestId: z.string(),
  agentId: z.string(),
  status: z.enum(OFF_SEAT_STATUSES),
  requestedAt: timeSchema,
  durationMs: z.int(),
  note: z.string(),
  decidedAt: timeOrNull,
  decidedBy: z.string().nullable().describe('null: given by the policy, or not decided.'),
  decisionNote: z.string().nullable(),
  leftAt: timeOrNull,
  returnedAt: timeOrNull,
  overranAt: timeOrNull,
})
const decisionSchema = z.strictObject({
  isApproved: z.boolean(),
  note: textSchema(500).default(''),
})
export function offSeatRoutes(api: Api, options: AppOptions): void {
  const { db, engine, clock, timeZone } = options
  api.get(
    '/off-seat-requests',
    {
      config: { permission: 'off_seat.decide' },
      schema: {
        tags,
        summary: 'Requests to leave the seat, newest first. Open ones stand in the live view too.',
        querystring: agentPeriodSchema,
        response: { 200: z.object({ requests: list(requestSchema) }), ...REFUSALS },
      },
    },
    async ({ query }) => {
      const requests = await listOffSeatRequests(db, periodOf(query, clock.now()))
      return {
        requests: requests.map((one) => ({
          ...one,
          requestedAt: isoTime(one.requestedAt, timeZone),
          decidedAt: isoTimeOrNull(one.decidedAt, timeZone),
          leftAt: isoTimeOrNull(one.leftAt, timeZone),
          returnedAt: isoTimeOrNull(one.returnedAt, timeZone),
          overranAt: isoTimeOrNull(one.overranAt, timeZone),
        })),
      }
    },
  )

  api.post(
    '/off-seat-requests/:requestId/decision',
    {
      config: { permission: 'off_seat.decide' },
      schema: {
        tags,
        summary: 'Approve or refuse a request while the agent waits.',
        params: z.object({ requestId: z.uuid() }),
        body: decisionSchema,
        response: { 204: z.null(), ...REFUSALS },
      },
    },
    async (request, reply) => {
      const { requestId } = request.params
      const { isApproved, note } = request.body
      const agents = [...engine.state.agents.values()]
      const agent = agents.find(({ seat }) => seat.offSeat?.requestId === requestId)
      if (agent === undefined) throw notFound('No such request is open.')
      const { agentId } = agent
      const by = callerOf(request).username
      const type = 'off_seat.decision_requested'
      const at = clock.now()
      const refusal = engine.submit({ type, at, agentId, requestId, isApproved, by, note })
      if (refusal !== null) throw refused(refusal)
      await audit(options, request, {
        action: isApproved ? 'off_seat.approved' : 'off_seat.refused',
        entity: 'off_seat_request',
        entityId: requestId,
        details: { agentId, note },
      })
      return reply.code(204).send(null)
    },
  )
}
