// An agent's own day in figures, for whoever sits at the console.
import { z } from 'zod'
import { agentFigures } from '../core/agent-counts.ts'
import { dayOf } from '../core/days.ts'
import { rejection } from '../core/rejections.ts'
import { sumAgentAggregates } from '../store/agent-aggregates.ts'
import { spanOf } from '../store/kpi.ts'
import { callerOf } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, refused } from './errors.ts'
import { agentFiguresSchema } from './kpi-schemas.ts'

export function myFigureRoutes(api: Api, { db, clock, timeZone }: AppOptions): void {
  api.get(
    '/me/agent/figures',
    {
      config: { permission: 'agent.act' },
      schema: {
        tags: ['my agent'],
        summary: 'One’s own figures of today: calls handled, handle time, offers, holds.',
        response: { 200: z.object({ figures: agentFiguresSchema }), ...FAULTS },
      },
    },
    async (request) => {
      const { agentId } = callerOf(request)
      if (agentId === null) throw refused(rejection('unknown_agent'))
      const day = dayOf(clock.now(), timeZone)
      const [from, to] = await spanOf(db, { from: day, to: day, timeZone })
      const sums = await sumAgentAggregates(db, { grain: 'quarter', from, to, agentId })
      return { figures: agentFigures(sums.get(agentId) ?? {}) }
    },
  )
}
