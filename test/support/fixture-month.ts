// A month of a small hotline, played on a virtual clock: November 2026 in Shanghai, with an evening before it
// and a night after it. Chance makes the ordinary calls, from a seed; what is rare is there by construction,
// every day or on days that are named.

import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import type { Config, QueueSettings } from '../../src/core/config.ts'
import { QUEUE_DEFAULTS } from '../../src/core/config.ts'
import { ADMISSION_DEFAULTS } from '../../src/core/entry-policy.ts'
import type { OpeningHours } from '../../src/core/opening.ts'
import type { WantedTarget } from '../../src/core/party-inputs.ts'
import { WAITING_DEFAULTS } from '../../src/core/waiting-policy.ts'
import type { VirtualClock } from '../../src/simulator/clock.ts'
import { Random } from '../../src/simulator/random.ts'
import { MUSIC_ONLY, SMALL_HOTLINE } from './hotline.ts'
import { MonthOfAgents } from './month-of-agents.ts'
import type { PhoneHabit } from './paper-switch.ts'
import { type PlannedCall, PlayedFloor } from './played-floor.ts'

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000
/** 2026-11-01 00:00 in Shanghai, and the first moment after the month. */
export const MONTH_START = Date.UTC(2026, 9, 31, 16)
export const DAYS = 30
export const MONTH_END = MONTH_START + DAYS * DAY_MS

const OFFICE_HOURS: OpeningHours = {
  week: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '09:00', to: '18:00' }],
  exceptions: [],
}
const QUIET = { ...QUEUE_DEFAULTS, waiting: MUSIC_ONLY }

function queue(queueId: string, more: Partial<QueueSettings>): QueueSettings {
  return { ...QUIET, queueId, name: queueId, requiredSkills: ['mandarin'], ...more }
}

/** Every way out of a queue leads somewhere in one of them. */
export const MONTH_HOTLINE: Config = {
  ...SMALL_HOTLINE,
  agentRules: {
    ...AGENT_RULES_DEFAULTS,
    policy: { ...AGENT_RULES_DEFAULTS.policy, offSeatAutoApproveBelow: 9 },
  },
  queues: [
    // Keys for a callback and for a message.
    queue('city', { waiting: { ...MUSIC_ONLY, keys: WAITING_DEFAULTS.keys } }),
    queue('yue', {
      requiredSkills: ['cantonese'],
      priority: 5,
      answerMsMax: 20_000,
      admission: { ...ADMISSION_DEFAULTS, hours: OFFICE_HOURS },
    }),
    queue('tiny', { waitingMax: 1 }),
    // Phones ring beyond the third ring for these two.
    queue('help', {
      ringMsMax: 25_000,
      admission: { ...ADMISSION_DEFAULTS, overloadWaitingMin: 2, waitMsMax: 30_000 },
    }),
    queue('firms', {
      ringMsMax: 25_000,
      admission: {
        ...ADMISSION_DEFAULTS,
        hours: OFFICE_HOURS,
        closedQueueId: 'city',
        waitMsMax: 20_000,
        timedOutQueueId: 'city',
      },
    }),
  ],
  numbers: [
    { number: '12345', queueId: 'city' },
    { number: '075512345', queueId: 'city' },
    { number: '12346', queueId: 'yue' },
    { number: '12347', queueId: 'tiny' },
    { number: '12348', queueId: 'help' },
    { number: '12350', queueId: 'firms' },
  ],
  agents: [
    { agentId: 'a1', name: '王芳', skills: ['mandarin'] },
    { agentId: 'a2', name: '李娜', skills: ['mandarin', 'cantonese'] },
    { agentId: 'a3', name: '陈静', skills: ['mandarin', 'cantonese'] },
    { agentId: 'a4', name: '刘洋', skills: ['mandarin'] },
    { agentId: 'night', name: '张伟', skills: ['mandarin'] },
  ],
}

/** Citizens call in the day, mostly. */
const HOURLY = [1, 1, 0, 0, 0, 1, 2, 4, 8, 11, 10, 8, 6, 6, 9, 10, 9, 8, 5, 4, 3, 3, 2, 1] as const
const ORDINARY_PER_DAY = 9
const RINGS_FOR_EVER = '119'

export class FixtureMonth {
  readonly floor: PlayedFloor
  readonly #calls: Random
  readonly #phones: Random
  readonly #agents: MonthOfAgents
  #made = 0

  /** `clock` stands two hours before the month. */
  constructor(config: Config, clock: VirtualClock) {
    const random = new Random('november')
    this.#calls = random.fork('calls')
    this.#phones = random.fork('phones')
    const wrapUps = random.fork('wrap-ups')
    this.floor = new PlayedFloor({
      clock,
      config,
      habitOf: (who) => this.#habitOf(who),
      // Now and then the time is over first, and the call has no record.
      wrapUpMsOf: () => (wrapUps.chance(0.05) ? null : wrapUps.whole(4_000, 45_000)),
    })
    this.#agents = new MonthOfAgents(this.floor, random.fork('agents'))
  }

  /** Until every call is over and everybody has gone home. */
  play(): void {
    this.#agents.plan()
    for (let day = -1; day < DAYS; day += 1) this.#planDay(day)
    this.#emergency(MONTH_START + 12 * DAY_MS + 15 * HOUR_MS)
    this.floor.playUntil(MONTH_END + 9 * HOUR_MS)
  }

  #habitOf(who: string): PhoneHabit {
    const random = this.#phones
    if (who === RINGS_FOR_EVER) return 'rings'
    const draw = random.next()
    if (draw < 0.05) return 'rings'
    if (draw < 0.07) return 'busy'
    if (draw < 0.08) return 'unreachable'
    return { answersAfterMs: Math.min(24_900, Math.round(random.skewed(4_000, 0.7))) }
  }

  /** Of the days around the month only what touches it. */
  #planDay(day: number): void {
    const midnight = MONTH_START + day * DAY_MS
    // Rung before midnight and answered after it, or talking while the day ends, by turns.
    if (day % 2 === 0) this.#call(midnight + DAY_MS - 90_000, { talkMs: 180_000 })
    else this.#call(midnight + DAY_MS - 1_000, { patienceMs: 60_000 })
    if (day < 0) return
    for (let hour = 0; hour < 24; hour += 1) this.#ordinary(midnight, hour)
    this.#night(midnight + 3 * HOUR_MS, day)
    this.#conversations(midnight, day)
    this.#call(midnight + 11.7 * HOUR_MS, { patienceMs: 1_000 + 300 * day })
    this.#call(midnight + 20 * HOUR_MS, { to: '12346' })
    this.#call(midnight + 7 * HOUR_MS, { to: '12350' })
    if (day % 3 === 0) this.#call(midnight + 14 * HOUR_MS, { to: '99999' })
  }

  #ordinary(midnight: number, hour: number): void {
    const random = this.#calls
    const total = HOURLY.reduce<number>((sum, weight) => sum + weight, 0)
    const expected = (ORDINARY_PER_DAY * (HOURLY[hour] ?? 0)) / total
    if (!random.chance(expected)) return
    const talkMs = Math.round(random.skewed(70_000, 0.6))
    const holdMs = random.chance(0.2) ? random.whole(31_000, 50_000) : random.whole(3_000, 25_000)
    const holds = [
      { afterMs: 2_000, request: { type: 'agent.hold_requested' } },
      { afterMs: 2_000 + holdMs, request: { type: 'agent.retrieve_requested' } },
    ] as const
    this.#call(midnight + hour * HOUR_MS + random.whole(0, HOUR_MS - 1), {
      to: random.weighted(NUMBERS, ([, weight]) => weight)[0],
      patienceMs: Math.round(random.skewed(50_000, 0.8)),
      talkMs,
      endsBy: random.chance(0.4) ? 'agent' : 'caller',
      // A talk that is shorter than its hold ends on hold.
      acts: random.chance(0.3) ? holds : [],
    })
  }

  /** One agent is there, and many call at once. */
  #night(at: number, day: number): void {
    this.#call(at, { talkMs: 70_000 })
    this.#call(at + 1_000, { patienceMs: 2_000 })
    this.#call(at + 2_000, { patienceMs: 4_900 })
    this.#call(at + 3_000, { patienceMs: 14_000 })
    this.#call(at + 4_000, { keys: [{ afterMs: 6_000 + 1_000 * day, digit: '1' }] })
    this.#call(at + 5_000, {
      keys: [
        { afterMs: 9_000, digit: '2' },
        { afterMs: 22_000, digit: '#' },
      ],
    })
    if (day % 2 === 0) {
      for (const [place, to] of ['12347', '12347', '12347', '12348', '12348', '12348'].entries()) {
        this.#call(at + 6_000 + place * 500, { to, patienceMs: 50_000 })
      }
    }
  }

  /** In the morning, when everybody is there: what happens within a call. */
  #conversations(midnight: number, day: number): void {
    const at = midnight + 10 * HOUR_MS
    const water = (): WantedTarget => ({ kind: 'unit', unitId: 'water' })
    const colleague = (own: string): WantedTarget => ({
      kind: 'agent',
      agentId: own === 'a1' ? 'a3' : 'a1',
    })
    const hold = { afterMs: 5_000, request: { type: 'agent.hold_requested' } } as const
    const consult = (target: (agentId: string) => WantedTarget): PlannedCall['acts'] => [
      hold,
      {
        afterMs: 6_000,
        request: (own) => ({ type: 'agent.consult_requested', target: target(own) }),
      },
      { afterMs: 29_000, request: { type: 'agent.consult_complete_requested' } },
    ]
    const blind = (target: (agentId: string) => WantedTarget): PlannedCall['acts'] => [
      {
        afterMs: 12_000,
        request: (own) => ({ type: 'agent.transfer_requested', target: target(own) }),
      },
    ]
    const back = { type: 'agent.return_requested', queueId: 'city', priority: null } as const
    const every: readonly PlannedCall['acts'][] = [
      blind(water),
      blind(colleague),
      consult(water),
      consult(colleague),
      // Nobody picks up there: the caller comes back to the agent, or gives up on the way.
      blind(() => ({ kind: 'unit', unitId: 'fire' })),
      [{ afterMs: 9_000, request: back }],
      [{ afterMs: 15_000, request: 'vanish' }],
    ]
    const chosen = [day, day + 2, day + 5]
    for (const [place, choice] of chosen.entries()) {
      this.#call(at + place * 10 * MINUTE_MS, {
        patienceMs: 120_000,
        talkMs: (day + place) % 4 === 0 ? 16_500 : 130_000,
        acts: every[choice % every.length] ?? [],
      })
    }
  }

  /** For an hour one queue is closed to everybody. */
  #emergency(at: number): void {
    const { config } = this.floor.engine.state
    const load = (emergency: Config['emergency']) => {
      const loaded = { type: 'config.loaded', at: this.floor.clock.now() } as const
      this.floor.engine.submit({ ...loaded, config: { ...config, emergency: emergency ?? null } })
    }
    const closing = { action: 'close', queueIds: ['tiny'], reason: '停水', since: at, by: 'li' }
    this.floor.at(at, () => load({ ...closing, action: 'close' }))
    this.floor.at(at + HOUR_MS, () => load(null))
    this.#call(at + 30 * MINUTE_MS, { to: '12347' })
  }

  #call(at: number, more: Partial<PlannedCall> = {}): void {
    this.#made += 1
    const place = this.#made
    this.floor.plan({
      callId: `call-${String(place).padStart(4, '0')}`,
      at,
      from: `138${String(10_000_000 + place * 7_919)}`,
      to: '12345',
      patienceMs: 90_000,
      talkMs: 25_000,
      ...more,
    })
  }
}

type Share = readonly [number: string, weight: number]
const NUMBERS: readonly [Share, ...Share[]] = [
  ['12345', 60],
  ['075512345', 10],
  ['12346', 14],
  ['12348', 8],
  ['12350', 8],
]
