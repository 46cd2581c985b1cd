// A shift leader takes notice of an agent's call for help; the time until then is on record.
import { z } from 'zod'
import { liveCall } from '../core/live.ts'
import { wireCall } from '../core/live-wire.ts'
import { callerOf, seesNumbers } from './access.ts'
import { audit } from './audit.ts'
import type { Api, AppOptions } from './context.ts'
import { notFound, REFUSALS, refused } from './errors.ts'
import { callIdSchema } from './fields.ts'
import { liveCallSchema } from './live-schemas.ts'

export function helpRoutes(api: Api, options: AppOptions): void {
  const { engine, clock, timeZone } = options
  api.post(
    '/calls/:callId/help-answer',
    {
      config: { permission: 'floor.act' },
      schema: {
        tags: ['live'],
        summary: 'Say that help is on the way to the agent who asked for it.',
        params: z.object({ callId: callIdSchema }),
        response: { 200: liveCallSchema, ...REFUSALS },
      },
    },
    async (request) => {
      const { callId } = request.params
      const { userId } = callerOf(request)
      const type = 'call.help_answer_requested'
      const refusal = engine.submit({ type, at: clock.now(), callId, userId })
      if (refusal !== null) throw refused(refusal)
      const entry = { action: 'call.help_answered', entity: 'call', entityId: callId }
      await audit(options, request, entry)
      const call = liveCall(engine.state, callId)
      if (call === null) throw notFound('No such call.')
      return wireCall(call, timeZone, seesNumbers(request))
    },
  )
}
