// The floor at this moment, for those who ask instead of listening.
import { z } from 'zod'
import { liveAgents, liveCalls, liveHotline } from '../core/live.ts'
import { wireAgent, wireCall, wireHotline } from '../core/live-wire.ts'
import { seesNumbers } from './access.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS } from './errors.ts'
import { list } from './fields.ts'
import { liveAgentSchema, liveCallSchema, liveHotlineSchema } from './live-schemas.ts'

const tags = ['live']

export function liveRoutes(api: Api, { engine, clock, timeZone }: AppOptions): void {
  api.get(
    '/live/hotline',
    {
      config: { permission: 'wallboard.read' },
      schema: {
        tags,
        summary: 'Figures of the day, waiting callers and staffing, in total and by queue.',
        response: { 200: liveHotlineSchema, ...FAULTS },
      },
    },
    async () => wireHotline(liveHotline(engine.state, clock.now()), timeZone),
  )

  api.get(
    '/live/agents',
    {
      config: { permission: 'live.read' },
      schema: {
        tags,
        summary: 'Every agent and what they do.',
        response: { 200: z.object({ agents: list(liveAgentSchema) }), ...FAULTS },
      },
    },
    async () => ({
      agents: liveAgents(engine.state).map((agent) => wireAgent(agent, timeZone)),
    }),
  )

  api.get(
    '/live/calls',
    {
      config: { permission: 'live.read' },
      schema: {
        tags,
        summary: 'Every live call, the longest waiting first.',
        response: { 200: z.object({ calls: list(liveCallSchema) }), ...FAULTS },
      },
    },
    async (request) => ({
      calls: liveCalls(engine.state).map((call) => wireCall(call, timeZone, seesNumbers(request))),
    }),
  )
}
