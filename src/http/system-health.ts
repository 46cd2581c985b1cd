// How the parts of the service are, for the page on which administrators look after it: all of it at the
// moment it is asked for, and first what somebody should look after.
import { z } from 'zod'
import { isoTime, isoTimeOrNull } from '../core/iso-times.ts'
import { type EdgeStatus, SYSTEM_TROUBLES, troublesOf } from '../core/system-status.ts'
import type { Api, AppOptions } from './context.ts'
import { FAULTS, notFound } from './errors.ts'
import { count, list, timeOrNull, timeSchema } from './fields.ts'

const latency = z.int().nullable().describe('Of its last answer to OPTIONS.')
const switchSchema = z.object({
  nodeId: z.string(),
  isUp: z.boolean(),
  connectedAt: timeOrNull,
  lastHeardAt: timeOrNull.describe('Anything, were it a heartbeat; one comes every 20 s.'),
  reconnects: count.describe('Since the start of the service.'),
  calls: count,
  isSipUp: z.boolean().nullable().describe('Null: without a SIP edge nobody asks.'),
  sipLatencyMs: latency,
})
const trunkSchema = z.object({
  trunkId: z.string(),
  name: z.string(),
  isEnabled: z.boolean(),
  isUp: z.boolean().nullable().describe('Null: not known, or cannot be asked.'),
  answeredAt: timeOrNull,
  latencyMs: latency,
  calls: count,
  callsMax: count,
})
const edgeSchema = z.object({
  connections: list(z.object({ edgeId: z.string(), isUp: z.boolean() })),
  registrations: count,
  bans: count,
  agentCalls: count,
  refusals: list(z.object({ reason: z.string(), count })),
})
const replySchema = z.object({
  at: timeSchema,
  troubles: list(z.object({ code: z.enum(SYSTEM_TROUBLES), name: z.string().nullable() })),
  switches: list(switchSchema),
  edge: edgeSchema.nullable().describe('Null: there is no SIP edge.'),
  trunks: list(trunkSchema),
  database: z.object({
    isUp: z.boolean(),
    pending: count.describe('Facts not yet in it.'),
    lagMs: z.int().describe('Age of the oldest of them.'),
    spooledBytes: count,
    lost: count,
    rejected: count,
  }),
  recordings: z.object({
    freeBytes: z.number().nullable(),
    isDiskLow: z.boolean(),
    backlog: count.nullable().describe('Still to be archived; null: they stay as they are.'),
    archivingFault: z.string().nullable(),
    copyingFault: z.string().nullable(),
  }),
  figures: z.object({
    checkedDay: z.string().nullable().describe('By the last nightly check.'),
    differences: count.nullable(),
  }),
})

export function systemHealthRoutes(api: Api, options: AppOptions): void {
  const { engine, clock, timeZone, system } = options
  api.get(
    '/system-health',
    {
      config: { permission: 'config.read' },
      schema: {
        tags: ['operation'],
        summary: 'Switches, trunks, SIP edge, database, recordings and the check of the figures.',
        response: { 200: replySchema, ...FAULTS },
      },
    },
    async () => {
      if (system === undefined) throw notFound('Nobody looks after the parts of this service.')
      const at = clock.now()
      const status = system()
      const { switches, edge, journal, archive, figures } = status
      const { isDatabaseUp, pending, lagMs, spooledBytes, lost, rejected } = journal
      const calls = new Map<string, number>()
      for (const { nodeId } of engine.state.calls.values()) {
        calls.set(nodeId, (calls.get(nodeId) ?? 0) + 1)
      }
      return {
        at: isoTime(at, timeZone),
        troubles: troublesOf(status, at),
        switches: switches.map(({ nodeId, isUp, connectedAt, lastFrameAt, reconnects }) => {
          const node = edge?.nodes.find((one) => one.nodeId === nodeId)
          return {
            nodeId,
            isUp,
            reconnects,
            connectedAt: isoTimeOrNull(connectedAt, timeZone),
            lastHeardAt: isoTimeOrNull(lastFrameAt, timeZone),
            calls: calls.get(nodeId) ?? 0,
            isSipUp: node?.isHealthy ?? null,
            sipLatencyMs: node?.latencyMs ?? null,
          }
        }),
        edge: edge === null ? null : edgeView(edge),
        trunks: (edge?.trunks ?? []).map(({ answeredAt, ...trunk }) => ({
          ...trunk,
          answeredAt: isoTimeOrNull(answeredAt, timeZone),
        })),
        database: { isUp: isDatabaseUp, pending, lagMs, spooledBytes, lost, rejected },
        recordings: archive,
        figures,
      }
    },
  )
}

function edgeView({ connections, registrations, bans, agentCalls, refusals }: EdgeStatus) {
  const counted = Object.entries(refusals).map(([reason, times]) => ({ reason, count: times }))
  counted.sort((a, b) => b.count - a.count)
  return { connections, registrations, bans, agentCalls, refusals: counted }
}
