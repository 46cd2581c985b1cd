// The fixture month in the records behind the doors of the service: played by the configuration that the
// records give, with definitions and a target that change within it, and exclusion windows that people decided
// on over HTTP.
import { expect } from 'vitest'
import type { Role } from '../../src/core/permissions.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { saveAgentPolicy } from '../../src/store/agent-rules.ts'
import { loadConfig } from '../../src/store/config.ts'
import type { Database } from '../../src/store/database.ts'
import { addDefinition } from '../../src/store/kpi-definitions.ts'
import { setTarget } from '../../src/store/kpi-targets.ts'
import { recordFacts } from '../../src/store/projections.ts'
import {
  DAY_MS,
  FixtureMonth,
  HOUR_MS,
  MINUTE_MS,
  MONTH_HOTLINE,
  MONTH_START,
} from './fixture-month.ts'
import { type PlainAgents, plainAgents } from './plain-agents.ts'
import {
  isExcluded,
  type PlainCall,
  type PlainScope,
  type PlainWindow,
  plainCalls,
} from './plain-figures.ts'
import { Service, TIME_ZONE } from './service.ts'
import { until } from './until.ts'

const BATCH = 400
const at = (day: number, hour: number, more = 0) =>
  MONTH_START + (day - 1) * DAY_MS + hour * HOUR_MS + more
export const iso = (moment: number) => new Date(moment).toISOString()

export const SCOPE: PlainScope = {
  rules: [
    { from: '2000-01-01', clock: 'queued', answerMsMax: null, shortMs: 5_000 },
    { from: '2026-11-16', clock: 'arrived', answerMsMax: 9_000, shortMs: 3_000 },
    { from: '2026-11-24', clock: 'agent_offered', answerMsMax: 5_000, shortMs: 3_000 },
  ],
  limits: new Map(MONTH_HOTLINE.queues.map(({ queueId, answerMsMax }) => [queueId, answerMsMax])),
  connectTargets: [{ from: '2026-11-20', atLeast: 0.6 }],
}

/** Those that count; of one queue alone where it is named. Each reason, and every way of overlapping. */
const APPROVED: readonly (PlainWindow & { readonly reason: string })[] = [
  { reason: 'emergency', queueId: null, startsAt: at(5, 10), endsAt: at(5, 12) },
  { reason: 'system_fault', queueId: null, startsAt: at(5, 11), endsAt: at(5, 14) },
  { reason: 'other', queueId: 'city', startsAt: at(5, 13, 30 * MINUTE_MS), endsAt: at(5, 16) },
  { reason: 'over_capacity', queueId: null, startsAt: at(9, 3, 1_500), endsAt: at(9, 3, 6_250) },
  { reason: 'other', queueId: 'tiny', startsAt: at(9, 2), endsAt: at(9, 4) },
  {
    reason: 'over_capacity',
    queueId: 'city',
    startsAt: at(15, 9, 421_123),
    endsAt: at(17, 3, 3_001),
  },
  { reason: 'emergency', queueId: null, startsAt: at(20, 23), endsAt: at(21, 3, 4_000) },
  // It begins and ends with a call: that call is in, the one at its end is not.
  { reason: 'system_fault', queueId: null, startsAt: at(25, 3, 2_000), endsAt: at(25, 3, 4_000) },
]
/** Of these nobody knows yet, or a second person would not have them. */
const UNDECIDED = { reason: 'other', startsAt: at(3, 0), endsAt: at(4, 0) }
const REJECTED = { reason: 'emergency', startsAt: at(27, 0), endsAt: at(28, 0) }

export class RecordedMonth {
  readonly service: Service
  readonly month: FixtureMonth
  readonly calls: readonly PlainCall[]
  readonly agents: PlainAgents
  readonly windows: readonly PlainWindow[] = APPROVED

  private constructor(service: Service, month: FixtureMonth) {
    this.service = service
    this.month = month
    this.calls = plainCalls(month.floor.facts)
    this.agents = plainAgents(month.floor.facts)
  }

  static async start(db: Database): Promise<RecordedMonth> {
    const clock = new VirtualClock(MONTH_START - 2 * HOUR_MS)
    const service = new Service(db, clock)
    await service.seed(MONTH_HOTLINE)
    await decideRules(db)
    const config = await loadConfig(db, TIME_ZONE, clock.now())
    const month = new FixtureMonth(config, clock)
    month.play()
    const { engine, facts } = month.floor
    for (let first = 0; first < facts.length; first += BATCH) {
      const batch = facts.slice(first, first + BATCH)
      await db.transaction((tx) => recordFacts(tx, batch))
    }
    await service.start({ engine, clock })
    const recorded = new RecordedMonth(service, month)
    await recorded.#decideWindows()
    return recorded
  }

  async get(url: string, role: Role = 'shift_leader') {
    return expectOk(await this.service.ask(role, 'GET', `/api/v1${url}`))
  }

  /** A report, ordered and made. */
  async report(order: { kind: string; from: string; to: string }) {
    const reply = await this.service.ask('shift_leader', 'POST', '/api/v1/reports', order)
    const { reportId } = expectOk(reply)
    const made = await until(async () => {
      const { report, body } = await this.get(`/reports/${reportId}`)
      return report.status === 'done' && body
    }, `the ${order.kind} report`)
    return made
  }

  /** Those that arrived in `[from, to)` and are as asked. */
  arrived(from: number, to: number, isMeant: (call: PlainCall) => boolean = () => true) {
    return this.calls.filter(
      (call) => call.arrivedAt >= from && call.arrivedAt < to && isMeant(call),
    )
  }

  isExcluded(call: PlainCall): boolean {
    return isExcluded(call, this.windows)
  }

  async stop(): Promise<void> {
    await this.service.stop()
  }

  async #decideWindows(): Promise<void> {
    await declare(this.service, UNDECIDED)
    await decide(this.service, await declare(this.service, REJECTED), 'reject')
    for (const { startsAt, endsAt, reason, queueId } of APPROVED) {
      const windowId = await declare(this.service, { startsAt, endsAt, reason, queueId })
      await decide(this.service, windowId, 'approve')
    }
  }
}

async function decideRules(db: Database): Promise<void> {
  const decided = { decidedBy: 'admin', decidedAt: MONTH_START }
  await saveAgentPolicy(db, MONTH_HOTLINE.agentRules.policy)
  for (const { from, clock, answerMsMax, shortMs } of SCOPE.rules.slice(1)) {
    const rule = { answerClockStart: clock, answerMsMax, shortAbandonMs: shortMs }
    await db.transaction((tx) => addDefinition(tx, { effectiveFrom: from, ...rule, ...decided }))
  }
  for (const { from, atLeast } of SCOPE.connectTargets) {
    const target = { code: 'connectRate', comparator: 'at_least', threshold: atLeast } as const
    await setTarget(db, { ...target, effectiveFrom: from, ...decided })
  }
}

async function declare(
  service: Service,
  window: { startsAt: number; endsAt: number; reason: string; queueId?: string | null },
): Promise<number> {
  const body = {
    ...window,
    startsAt: iso(window.startsAt),
    endsAt: iso(window.endsAt),
    evidence: '值班日志',
  }
  const reply = await service.ask('shift_leader', 'POST', '/api/v1/exclusion-windows', body)
  return expectOk(reply).windowId
}

async function decide(
  service: Service,
  windowId: number,
  decision: 'approve' | 'reject',
): Promise<void> {
  const url = `/api/v1/exclusion-windows/${windowId}/${decision}`
  expectOk(await service.ask('admin', 'POST', url, {}))
}

function expectOk(reply: Awaited<ReturnType<Service['ask']>>) {
  expect(reply.statusCode, reply.body).toBeLessThan(300)
  return reply.json()
}
