// Robots in the agents' chairs: they sign in by shift, take calls, hold now and then and sometimes too
// long, say goodbye, write calls up, take breaks. They know only what the facts tell them and act only
// through what an agent may ask for; a refusal is an answer they live with. Their phones ring and answer
// by themselves (phones.ts).
import type { Clock } from '../clock.ts'
import type { AgentId } from '../core/config.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { AgentInput } from '../core/inputs.ts'
import type { Rejection } from '../core/rejections.ts'
import type { Phones } from './phones.ts'
import type { Random } from './random.ts'
import { writeUp } from './write-ups.ts'

export interface AgentsOptions {
  readonly agentIds: readonly AgentId[]
  readonly clock: Clock
  readonly random: Random
  readonly phones: Phones
  readonly timeZone: string
  /** Added to the clock before the hour of the shifts is read; 0 if left out. */
  readonly rhythmShiftMs?: number
  readonly act: (input: AgentInput) => Rejection | null
}

type Request = AgentInput extends infer Each
  ? Each extends AgentInput
    ? Omit<Each, 'at' | 'agentId'>
    : never
  : never

interface Robot {
  readonly agentId: AgentId
  readonly random: Random
  /** Hours of the day in which the robot works; the night shift ends on the next day. */
  readonly shift: readonly [from: number, to: number]
  isSignedIn: boolean
  /** Goes up with every change in the robot's work; what was planned before is then off. */
  chapter: number
  callId: string | null
  connectedAt: number
  isMuteCaller: boolean
}

/** Three shifts that overlap at the peaks; every fifth robot takes the night. */
const SHIFTS = [
  [8, 17],
  [9, 18],
  [8, 20],
  [13, 22],
  [20, 8],
] as const

const SHIFT_CHECK_MS = 60_000
const HOLD_SHARE = 0.22
const LONG_HOLD_SHARE = 0.15
const FORGOTTEN_SHARE = 0.03
const BREAK_SHARE = 0.06
const BREAKS = ['break', 'break', 'meal', 'meeting', 'off_seat'] as const
const RETRY_MS = 20_000

export class Agents {
  readonly #options: AgentsOptions
  readonly #robots = new Map<AgentId, Robot>()
  readonly #hours: Intl.DateTimeFormat
  #isRunning = false

  constructor(options: AgentsOptions) {
    this.#options = options
    const random = options.random.fork('agents')
    this.#hours = new Intl.DateTimeFormat('en-GB', {
      timeZone: options.timeZone,
      hour: 'numeric',
      hourCycle: 'h23',
    })
    options.agentIds.forEach((agentId, i) => {
      this.#robots.set(agentId, {
        agentId,
        random: random.fork(agentId),
        shift: SHIFTS[i % SHIFTS.length] ?? SHIFTS[0],
        isSignedIn: false,
        chapter: 0,
        callId: null,
        connectedAt: 0,
        isMuteCaller: false,
      })
    })
  }

  /** Phones on, and in come those whose shift it is. */
  start(): void {
    this.#isRunning = true
    for (const robot of this.#robots.values()) {
      this.#options.phones.phone(robot.agentId).register()
      this.#later(robot, robot.random.whole(500, 8_000), () => this.#keepShift(robot))
    }
  }

  /** They do nothing of their own any more. */
  stop(): void {
    this.#isRunning = false
    for (const robot of this.#robots.values()) robot.chapter += 1
  }

  onFacts(facts: readonly RecordedFact[]): void {
    if (!this.#isRunning) return
    for (const fact of facts) {
      const agentId = 'agentId' in fact ? fact.agentId : null
      const robot = agentId === null ? undefined : this.#robots.get(agentId)
      if (robot !== undefined) this.#heed(robot, fact)
    }
  }

  #heed(robot: Robot, fact: RecordedFact): void {
    const { random } = robot
    switch (fact.type) {
      case 'agent.signed_in':
        robot.isSignedIn = true
        this.#later(robot, absenceMs('signed_in', random), () => this.#returnToWork(robot))
        return
      case 'agent.signed_out':
        robot.isSignedIn = false
        robot.chapter += 1
        return
      case 'agent.became_not_ready':
        robot.chapter += 1
        this.#later(robot, absenceMs(fact.reason, random), () => this.#returnToWork(robot))
        return
      case 'agent.became_ready':
        robot.chapter += 1
        if (random.chance(BREAK_SHARE)) {
          this.#later(robot, random.whole(500, 2_000), () => this.#takeBreak(robot))
        }
        return
      case 'call.connected':
        this.#talk(robot, fact.callId)
        return
      case 'call.retrieved':
        this.#later(robot, random.whole(15_000, 60_000), () => this.#sayGoodbye(robot))
        return
      case 'agent.wrap_up_started':
        this.#wrapUp(robot, fact.callId)
        return
      default:
    }
  }

  #talk(robot: Robot, callId: string): void {
    const { random } = robot
    robot.chapter += 1
    robot.callId = callId
    robot.connectedAt = this.#options.clock.now()
    robot.isMuteCaller = false
    const goodbyeMs = Math.round(random.skewed(170_000, 0.5))
    this.#later(robot, 9_000, () => this.#listen(robot))
    if (random.chance(HOLD_SHARE)) {
      this.#later(robot, random.whole(12_000, 50_000), () => this.#hold(robot))
    } else this.#later(robot, goodbyeMs, () => this.#sayGoodbye(robot))
  }

  /** Nine seconds in and nobody there: a silent call is ended politely. */
  #listen(robot: Robot): void {
    if (this.#options.phones.phone(robot.agentId).hears() === 'caller') return
    robot.isMuteCaller = true
    this.#later(robot, robot.random.whole(4_000, 9_000), () => this.#sayGoodbye(robot))
  }

  #hold(robot: Robot): void {
    const { random } = robot
    if (this.#ask(robot, { type: 'agent.hold_requested' }) !== null) {
      this.#later(robot, RETRY_MS, () => this.#sayGoodbye(robot))
      return
    }
    const isLong = random.chance(LONG_HOLD_SHARE)
    const holdMs = isLong ? random.whole(31_000, 75_000) : random.whole(6_000, 27_000)
    this.#later(robot, holdMs, () => this.#ask(robot, { type: 'agent.retrieve_requested' }))
  }

  #sayGoodbye(robot: Robot): void {
    this.#ask(robot, { type: 'agent.hang_up_requested' })
  }

  #wrapUp(robot: Robot, callId: string): void {
    const { random } = robot
    robot.chapter += 1
    const wasTalking = robot.callId === callId
    const talkMs = wasTalking ? this.#options.clock.now() - robot.connectedAt : 0
    robot.callId = null
    if (random.chance(FORGOTTEN_SHARE)) return
    const { disposition, summary } = writeUp(random, talkMs, robot.isMuteCaller)
    this.#later(robot, random.whole(5_000, 40_000), () =>
      this.#ask(robot, { type: 'agent.wrap_up_done_requested', disposition, summary }),
    )
  }

  #takeBreak(robot: Robot): void {
    const reason = robot.random.pick(BREAKS)
    this.#ask(robot, { type: 'agent.not_ready_requested', reason })
  }

  #returnToWork(robot: Robot): void {
    if (!this.#isOnShift(robot)) return
    const refusal = this.#ask(robot, { type: 'agent.ready_requested' })
    if (refusal === null || refusal.code === 'already_ready') return
    this.#later(robot, RETRY_MS, () => this.#returnToWork(robot))
  }

  /** Looked at every minute; a shift that ends during a call ends after it. */
  #keepShift(robot: Robot): void {
    if (!this.#isRunning) return
    const isOnShift = this.#isOnShift(robot)
    if (isOnShift && !robot.isSignedIn) {
      const refusal = this.#ask(robot, { type: 'agent.sign_in_requested' })
      // Still signed in from before a restart.
      if (refusal?.code === 'already_signed_in') {
        robot.isSignedIn = true
        this.#returnToWork(robot)
      }
    }
    if (!isOnShift && robot.isSignedIn) this.#ask(robot, { type: 'agent.sign_out_requested' })
    this.#options.clock.after(SHIFT_CHECK_MS, () => this.#keepShift(robot))
  }

  #isOnShift({ shift: [from, to] }: Robot): boolean {
    const { clock, rhythmShiftMs = 0 } = this.#options
    const hour = Number(this.#hours.format(clock.now() + rhythmShiftMs))
    return from < to ? hour >= from && hour < to : hour >= from || hour < to
  }

  #later(robot: Robot, ms: number, act: () => void): void {
    const { chapter } = robot
    this.#options.clock.after(ms, () => {
      if (robot.chapter === chapter) act()
    })
  }

  #ask(robot: Robot, request: Request): Rejection | null {
    const at = this.#options.clock.now()
    return this.#options.act({ ...request, at, agentId: robot.agentId })
  }
}

function absenceMs(reason: string, random: Random): number {
  switch (reason) {
    case 'signed_in':
      return random.whole(2_000, 15_000)
    case 'rona':
    case 'rejected':
    case 'unreachable':
      return random.whole(15_000, 60_000)
    case 'meal':
      return random.whole(1_200_000, 2_400_000)
    default:
      return random.whole(180_000, 600_000)
  }
}
