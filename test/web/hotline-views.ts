// Hotlines as a wallboard may see them, in the form of the wire: enough of everything to be worth
// looking at, and each figure different so that none can be taken for another.
import { isoTime } from '../../src/core/iso-times.ts'
import type { LiveCurve } from '../../src/core/live-curve.ts'
import type { WireHotline, WireQueue } from '../../src/core/live-wire.ts'
import { type Figures, NO_COUNTS, type Rate } from '../../src/core/metrics.ts'

/** 14:32:05 in Shanghai. */
export const AT = Date.parse('2026-11-23T14:32:05.000+08:00')

/** The time as the service writes it. */
export function iso(at: number): string {
  return isoTime(at, 'Asia/Shanghai')
}

export function rate(numerator: number, denominator: number, target: number | null): Rate {
  const value = denominator === 0 ? null : numerator / denominator
  const met = value === null || target === null ? null : value >= target
  return { value, numerator, denominator, target, met }
}

export function figures(inbound: number, answered: number, answeredTimely: number): Figures {
  const waitMsAnswered = answered * 8_370
  return {
    connectRate: rate(answered, inbound, 0.95),
    timelyAnswerRate: rate(answeredTimely, answered, 0.8),
    serviceLevel: rate(answeredTimely, inbound, null),
    avgSpeedOfAnswerMs: answered === 0 ? null : waitMsAnswered / answered,
    waitMsMax: answered === 0 ? 0 : 47_120,
    abandoned: inbound - answered,
    counts: {
      ...NO_COUNTS,
      inbound,
      answered,
      answeredTimely,
      abandonedWaiting: inbound - answered,
      waitMsAnswered,
    },
  }
}

export function queue(queueId: string, name: string, over: Partial<WireQueue> = {}): WireQueue {
  return {
    queueId,
    name,
    waiting: 0,
    longestWaitSince: null,
    agents: { ready: 3, offered: 1, onCall: 5, onHold: 1, wrapUp: 2, notReady: 4 },
    agentsAdvised: null,
    today: figures(0, 0, 0),
    alarms: [],
    ...over,
  }
}

/** A busy afternoon: connect rate just missed (94.96 %), timely rate met, one queue in trouble. */
export const BUSY: WireHotline = {
  at: iso(AT),
  day: '2026-11-23',
  waiting: 7,
  longestWaitSince: iso(AT - 12_000),
  agents: { ready: 4, offered: 3, onCall: 11, onHold: 1, wrapUp: 2, notReady: 5 },
  agentsAdvised: null,
  today: figures(1_250, 1_187, 1_002),
  alarms: [{ code: 'connect_rate_low', level: 'warning', since: null }],
  queues: [
    queue('general', '综合受理', {
      waiting: 4,
      longestWaitSince: iso(AT - 12_000),
      today: figures(640, 621, 540),
    }),
    queue('cantonese', '粤语专席', {
      waiting: 2,
      longestWaitSince: iso(AT - 4_000),
      today: figures(312, 303, 251),
    }),
    queue('english', 'English line', {
      waiting: 1,
      longestWaitSince: iso(AT - 9_000),
      agents: { ready: 0, offered: 1, onCall: 2, onHold: 0, wrapUp: 0, notReady: 1 },
      today: figures(98, 71, 30),
    }),
    queue('business', '企业服务', { today: figures(0, 0, 0) }),
  ],
  switchesLost: [],
}

/** Up to 14:00 of that afternoon. */
export const CURVE: LiveCurve = {
  day: '2026-11-23',
  hours: Array.from({ length: 7 }, (_, n) => ({
    hour: `${String(8 + n).padStart(2, '0')}:00`,
    inbound: 120 + 30 * n,
    answered: 116 + 28 * n,
    connectRate: (116 + 28 * n) / (120 + 30 * n),
    timelyAnswerRate: 0.86 - 0.01 * n,
  })),
}
