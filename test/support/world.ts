// A switch, phones, callers and agents that do anything at any time, driven by a list of random
// numbers: events come late, twice and out of order, timers fire stale, connections drop. It knows
// which legs are alive, so that it can answer a resync truthfully.
import type { Command, LegStamp } from '../../src/core/commands.ts'
import type { Config } from '../../src/core/config.ts'
import type { Fact } from '../../src/core/facts.ts'
import {
  DIGITS,
  type Input,
  type LegRole,
  type LegSnapshot,
  MONITOR_MODES,
  type MonitorMode,
  NOT_READY_REASONS,
} from '../../src/core/inputs.ts'
import { emptyState, type State } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { callbackAsk } from './callback-asks.ts'
import { VARIED_HOTLINE } from './hotline.ts'
import { partyAsk } from './party-acts.ts'
import { historyOf } from './restart.ts'

interface WorldLeg {
  readonly legId: string
  readonly nodeId: string
  role: LegRole
  readonly callId: string
  readonly agentId: string | null
  /** The leg that a supervisor's listens to; it ends with that one. */
  targetLegId?: string
  /** Of a third party's leg: what was written on it. */
  readonly party?: NonNullable<LegSnapshot['party']>
  readonly to: string
  readonly createdAt: number
  isInConference?: boolean
  /** What was written on a caller's leg. */
  stamp?: LegStamp
  isAlive: boolean
  isAnswered: boolean
  bridgedTo: string | null
  /** Of a citizen whom we call: the agent's leg out of which, and what for. */
  readonly dialledBy?: string
  readonly outbound?: NonNullable<LegSnapshot['outbound']>
}

/** Holds soon count as prolonged here, and of most the agent speaks the phrases. */
const HOTLINE = {
  ...VARIED_HOTLINE,
  queues: VARIED_HOTLINE.queues.map((queue) => ({
    ...queue,
    holdWarningMs: 10_000,
    holdMsMax: 15_000,
    hold: {
      ...queue.hold,
      ...(queue.queueId === 'yue'
        ? {}
        : ({ beginPromptBy: 'agent', endPromptBy: 'agent' } as const)),
      prolongedMs: 20_000,
    },
  })),
}

/** The same hotline with every policy for agents at its other end. */
const STRICT_HOTLINE: Config = {
  ...HOTLINE,
  queues: HOTLINE.queues.map((queue) => ({
    ...queue,
    wrapUp: { mode: 'held', extensionMs: 20_000, extensionsMax: 1 },
    offering: {
      ...queue.offering,
      missedOffersMax: 3,
      allowReject: true,
      whisperPrompt: 'whisper_city',
    },
  })),
  agentRules: {
    policy: {
      ...HOTLINE.agentRules.policy,
      offSeatAutoApproveBelow: 2,
      restAfterCalls: 2,
      restMs: 10_000,
    },
    notReadyReasons: HOTLINE.agentRules.notReadyReasons.map((reason) => ({
      ...reason,
      msMaxPerUse: 30_000,
      msMaxPerDay: 40_000,
    })),
  },
}

const SKILLS = [...new Set(VARIED_HOTLINE.queues.flatMap(({ requiredSkills }) => requiredSkills))]
const START = Date.UTC(2026, 10, 23, 1)
const AGENTS = VARIED_HOTLINE.agents.map(({ agentId }) => agentId)
const NUMBERS = [
  '12345',
  '12345',
  '12348',
  '12348',
  '12346',
  '12347',
  '12350',
  '12349',
  '12349',
  '99999',
]

/** A queue's callers lie on either, and its agents are rung by the one that has the caller. */
const NODES = ['fs1', 'fs2'] as const

export class World {
  state: State = emptyState('w')
  readonly inputs: Input[] = []
  readonly facts: Fact[] = []
  readonly commands: Command[] = []
  /** Called after every input, with what came of it. */
  readonly check: (world: World, facts: readonly Fact[], commands: readonly Command[]) => void
  at = START
  readonly #up = new Set<string>()
  readonly #legs = new Map<string, WorldLeg>()
  readonly #pending: Input[] = []
  readonly #past: Input[] = []
  readonly #mayRestart: boolean
  #config: Config = HOTLINE
  #epoch = 1
  readonly #timers = new Map<string, number>()
  readonly #staleTimers: string[] = []
  #callsMade = 0

  constructor(check: World['check'], { mayRestart = false } = {}) {
    this.check = check
    this.#mayRestart = mayRestart
    this.#take({ type: 'config.loaded', at: this.at, config: this.#config })
    for (const nodeId of NODES) this.#sync(nodeId)
    for (const agentId of AGENTS) {
      this.#take({ type: 'phone.registered', at: this.at, agentId })
      this.#take({ type: 'agent.sign_in_requested', at: this.at, agentId })
      this.#take({ type: 'agent.ready_requested', at: this.at, agentId })
    }
  }

  /** One thing happens; which, the number decides. */
  act(choice: number): void {
    const kind = choice % 64
    const pick = Math.floor(choice / 64)
    this.at += pick % 1500
    if (kind < 3) this.#newCall(pick)
    else if (kind < 4) this.#press(pick)
    else if (kind < 5 && pick % 4 === 0) this.#askAboutCallbacks(pick)
    else if (kind < 6) this.#hangUp(this.#choose('caller', pick), 'NORMAL_CLEARING')
    else if (kind < 30) this.#deliverAny(pick)
    else if (kind < 33) this.supervisorActs(pick)
    else if (kind < 42) {
      const called = this.#calledCitizen()
      if (called !== undefined && kind < 37) this.#citizenActs(called, pick)
      else this.#phoneActs(this.#choose('agent', pick), pick)
    } else if (kind < 44) this.#repeat(pick)
    else if (kind < 47) this.#fireNext()
    else if (kind < 49) this.#fireStale(pick)
    else if (kind < 60) this.#agentActs(pick)
    else if (kind < 61) this.#phoneRegistration(pick)
    else if (kind < 62) this.#switchActs(pick)
    else if (kind < 63) this.#sync(NODES[pick % NODES.length])
    else this.#reload(pick)
  }

  /** The same in a calmer world, in which conversations come about and go on: third parties need them. */
  converse(choice: number): void {
    const kind = choice % 48
    const pick = Math.floor(choice / 48)
    this.at += pick % 900
    if (kind < 2) this.#newCall(pick)
    else if (kind < 20) this.#deliver(pick % 8 === 0 ? pick % Math.max(1, this.#pending.length) : 0)
    else if (kind < 24) this.#answerPhone(pick)
    else if (kind < 25) this.#phoneActs(this.#choose('agent', pick), pick)
    else if (kind < 35) this.#takeParty(pick)
    else if (kind < 39) this.#takeHold(pick)
    else if (kind < 42) this.#makeReady(pick)
    else if (kind < 44) this.#fireNext()
    else if (kind < 45) this.#hangUp(this.#choose('caller', pick), 'NORMAL_CLEARING')
    else if (kind < 46) this.#agentActs(pick)
    else if (pick % 4 > 0) this.#deliver(0)
    else if (kind < 47) this.#sync(NODES[pick % NODES.length])
    else this.#switchActs(pick)
  }

  #answerPhone(pick: number): void {
    const rung = [...this.#legs.values()].filter((leg) => leg.isAlive && !leg.isAnswered)
    this.#phoneActs(rung[pick % Math.max(1, rung.length)], 1)
  }

  #onCall(pick: number): string | undefined {
    const busy = [...this.state.agents.values()].filter(({ phase }) => phase.name === 'on_call')
    return busy[pick % Math.max(1, busy.length)]?.agentId
  }

  #takeParty(pick: number): void {
    const agentId = this.#onCall(pick)
    const { at } = this
    if (agentId !== undefined) this.#take(partyAsk(this.state, { agentId, at }, pick >> 3))
  }

  #takeHold(pick: number): void {
    const agentId = this.#onCall(pick)
    if (agentId === undefined) return
    const types = ['agent.hang_up_requested', 'agent.retrieve_requested'] as const
    const type = types[(pick >> 4) % 12] ?? 'agent.hold_requested'
    this.#take({ type, at: this.at, agentId })
  }

  #makeReady(pick: number): void {
    const agentId = AGENTS[pick % AGENTS.length] ?? ''
    const { at } = this
    this.#take({ type: 'phone.registered', at, agentId })
    const isWrapUp = this.state.agents.get(agentId)?.phase.name === 'wrap_up'
    this.#take(
      isWrapUp
        ? {
            type: 'agent.wrap_up_done_requested',
            at,
            agentId,
            disposition: 'answered',
            summary: '',
          }
        : { type: 'agent.ready_requested', at, agentId },
    )
  }

  /** Every caller hangs up, every event arrives, every timer runs out. */
  settle(): void {
    for (const nodeId of NODES) this.#sync(nodeId)
    for (const leg of this.#legs.values())
      if (leg.role === 'caller') this.#hangUp(leg, 'NORMAL_CLEARING')
    for (
      let turns = 0;
      turns < 10_000 && (this.#pending.length > 0 || this.#timers.size > 0);
      turns += 1
    ) {
      this.#cancelCallbacks()
      if (this.#pending.length > 0) this.#deliver(0)
      else this.#fireNext()
    }
    this.at += 60_000
    for (const nodeId of NODES) this.#sync(nodeId)
    this.#cancelCallbacks()
    while (this.#pending.length > 0) this.#deliver(0)
  }

  /** One that is being served is refused, and asked for again until that is over. */
  #cancelCallbacks(): void {
    for (const callbackId of this.state.callbacks.keys()) {
      this.#take({ type: 'callback.cancel_requested', at: this.at, callbackId, by: 'leader' })
    }
  }

  #take(input: Input): void {
    this.inputs.push(input)
    const turn = step(this.state, input)
    this.facts.push(...turn.facts)
    this.commands.push(...turn.commands)
    for (const command of turn.commands) this.#obey(command)
    this.check(this, turn.facts, turn.commands)
  }

  #obey(command: Command): void {
    const { at } = this
    switch (command.type) {
      case 'set_timer':
        this.#timers.set(command.timerId, command.at)
        return
      case 'clear_timer':
        if (this.#timers.delete(command.timerId)) this.#staleTimers.push(command.timerId)
        return
      case 'verify_recording':
        this.#pending.push({ ...command, type: 'recording.unverified', at, reason: 'missing_file' })
        return
      case 'originate_agent': {
        const { legId, callId, agentId } = command
        this.#legs.set(legId, {
          legId,
          nodeId: command.nodeId,
          role: 'agent',
          callId,
          agentId,
          to: '',
          createdAt: at,
          isAlive: true,
          isAnswered: false,
          bridgedTo: null,
        })
        this.#pending.push({ type: 'leg.ringing', at, legId })
        return
      }
      case 'dial': {
        const { dialledLegId, callId, ground, callbackId } = command
        if (this.#legs.get(command.legId)?.isAlive !== true) return
        this.#legs.set(dialledLegId, {
          legId: dialledLegId,
          nodeId: command.nodeId,
          role: 'caller',
          callId,
          agentId: null,
          to: command.shownNumber,
          createdAt: at,
          isAlive: true,
          isAnswered: false,
          bridgedTo: null,
          dialledBy: command.legId,
          outbound: { ground, callbackId },
        })
        return
      }
      case 'originate_party': {
        const { legId, callId, target, purpose } = command
        this.#legs.set(legId, {
          legId,
          nodeId: command.nodeId,
          role: 'party',
          callId,
          agentId: target.kind === 'agent' ? target.agentId : null,
          party: { target, purpose },
          to: '',
          createdAt: at,
          isAlive: true,
          isAnswered: false,
          bridgedTo: null,
        })
        this.#pending.push({ type: 'leg.ringing', at, legId })
        // Most pick up at once, the others when the numbers say so, or never.
        if (this.state.legsMade % 4 > 0) this.#phoneActs(this.#legs.get(legId), 1)
        return
      }
      case 'join_conference': {
        const leg = this.#legs.get(command.legId)
        if (leg?.isAlive !== true) return
        this.#part(leg)
        leg.isInConference = true
        this.#pending.push({ type: 'leg.conference_joined', at, legId: leg.legId })
        return
      }
      case 'ask_survey': {
        const leg = this.#legs.get(command.legId)
        if (leg?.isAlive !== true) return
        this.#part(leg)
        const { legId } = leg
        const collected = String(this.state.legsMade % 7)
        this.#pending.push({ type: 'leg.parked', at, legId, collected })
        return
      }
      case 'originate_supervisor': {
        const { legId, callId, agentId, targetLegId } = command
        this.#legs.set(legId, {
          legId,
          nodeId: command.nodeId,
          role: 'supervisor',
          callId,
          agentId,
          targetLegId,
          to: '',
          createdAt: at,
          isAlive: true,
          isAnswered: false,
          bridgedTo: null,
        })
        const leg = this.#legs.get(legId)
        if (this.#legs.get(targetLegId)?.isAlive !== true) this.#hangUp(leg, 'NORMAL_CLEARING')
        // Most pick up at once, the others when the numbers say so.
        else if (leg !== undefined && this.state.legsMade % 3 > 0) {
          leg.isAnswered = true
          this.#pending.push({ type: 'leg.answered', at, legId })
        }
        return
      }
      case 'monitor': {
        const leg = this.#legs.get(command.legId)
        if (leg !== undefined) leg.targetLegId = command.targetLegId
        return
      }
      case 'stamp_agent':
      case 'make_agent_leg': {
        const leg = this.#legs.get(command.legId)
        if (leg !== undefined) leg.role = 'agent'
        return
      }
      case 'hang_up':
        this.#hangUp(this.#legs.get(command.legId), command.cause)
        return
      case 'refuse':
        this.#hangUp(this.#legs.get(command.legId), command.cause)
        return
      case 'bridge': {
        const caller = this.#legs.get(command.legId)
        const agent = this.#legs.get(command.otherLegId)
        if (caller?.isAlive !== true || agent?.isAlive !== true) return
        if (caller.bridgedTo !== agent.legId) {
          this.#part(caller)
          this.#part(agent)
        }
        agent.targetLegId = ''
        caller.bridgedTo = agent.legId
        agent.bridgedTo = caller.legId
        this.#pending.push({
          type: 'leg.bridged',
          at,
          legId: caller.legId,
          otherLegId: agent.legId,
        })
        return
      }
      case 'hold': {
        const caller = this.#legs.get(command.legId)
        if (caller !== undefined) this.#part(caller)
        return
      }
      case 'play_music': {
        const leg = this.#legs.get(command.legId)
        if (leg !== undefined) this.#part(leg)
        return
      }
      case 'retrieve':
        this.#pending.push({ type: 'leg.parked', at, legId: command.legId })
        return
      case 'mask_recording':
      case 'unmask_recording':
        return
      case 'start_recording':
        this.#pending.push({ type: 'recording.started', at, path: command.path })
        return
      case 'set_monitor_mode':
      case 'ask_for_message':
        this.#pending.push({ type: 'leg.parked', at, legId: command.legId })
        return
      case 'break_prompt':
      case 'play_prompt':
      case 'announce':
        this.#pending.push({ type: 'leg.prompt_ended', at, legId: command.legId })
        return
      case 'whisper':
        this.#pending.push({ type: 'leg.parked', at, legId: command.legId })
        return
      case 'stamp': {
        const leg = this.#legs.get(command.legId)
        if (leg !== undefined) leg.stamp = command.stamp
        return
      }
      case 'stop_recording':
      case 'claim':
      case 'send_digits':
      case 'mute':
      case 'unmute':
      case 'keep_after_bridge':
      case 'hold_in_bridge':
      case 'retrieve_in_bridge':
        return
    }
  }

  /** Out of its bridge, whose other leg parks, or out of the conference. */
  #part(leg: WorldLeg): void {
    const { at } = this
    const { legId, bridgedTo } = leg
    if (leg.isInConference === true) {
      leg.isInConference = false
      this.#pending.push({ type: 'leg.conference_left', at, legId })
    }
    if (bridgedTo === null) return
    this.#unbridge(leg)
    this.#pending.push({ type: 'leg.unbridged', at, legId })
    if (this.#legs.get(bridgedTo)?.isAlive === true) {
      this.#pending.push({ type: 'leg.parked', at, legId: bridgedTo })
    }
  }

  #unbridge(leg: WorldLeg): void {
    const other = leg.bridgedTo === null ? undefined : this.#legs.get(leg.bridgedTo)
    if (other !== undefined) other.bridgedTo = null
    leg.bridgedTo = null
  }

  #newCall(pick: number): void {
    this.#callsMade += 1
    const callId = `c${this.#callsMade}`
    const legId = `${callId}-leg`
    const to = NUMBERS[pick % NUMBERS.length] ?? ''
    const nodeId = NODES[(pick >> 5) % NODES.length] ?? 'fs1'
    const { at } = this
    this.#legs.set(legId, {
      legId,
      nodeId,
      role: 'caller',
      callId,
      agentId: null,
      to,
      createdAt: at,
      isAlive: true,
      isAnswered: true,
      bridgedTo: null,
    })
    this.#pending.push({
      type: 'call.parked',
      at,
      nodeId,
      callId,
      legId,
      from: '13800138000',
      to,
      arrivedAt: at,
    })
    if (pick % 4 !== 0) this.#deliver(this.#pending.length - 1)
  }

  #choose(role: WorldLeg['role'], pick: number): WorldLeg | undefined {
    const alive = [...this.#legs.values()].filter(
      (leg) => (leg.role === 'caller') === (role === 'caller') && leg.isAlive,
    )
    return alive[pick % Math.max(1, alive.length)]
  }

  /** Mostly callers of the queue where keys mean something press them, and mostly keys that do. */
  #press(pick: number): void {
    const keys = [...DIGITS, '2', '2', '2', '2', '0', '9', '#', '1'] as const
    const digit = keys[pick % keys.length]
    const callers = [...this.#legs.values()].filter((leg) => leg.role === 'caller' && leg.isAlive)
    const keyed = callers.filter((leg) => leg.to === '12350')
    const leg =
      keyed[pick % Math.max(1, keyed.length)] ?? callers[pick % Math.max(1, callers.length)]
    if (leg === undefined || digit === undefined) return
    this.#pending.push({ type: 'leg.digit_pressed', at: this.at, legId: leg.legId, digit })
  }

  #hangUp(leg: WorldLeg | undefined, cause: string): void {
    if (leg === undefined || !leg.isAlive) return
    leg.isAlive = false
    const { legId, bridgedTo } = leg
    this.#unbridge(leg)
    leg.isInConference = false
    if (bridgedTo !== null && this.#legs.get(bridgedTo)?.isAlive === true) {
      this.#pending.push({ type: 'leg.parked', at: this.at, legId: bridgedTo })
    }
    this.#pending.push({ type: 'leg.hung_up', at: this.at, legId, cause })
    this.#pending.push({ type: 'leg.ended', at: this.at, legId, cause, sipStatus: null })
    if (leg.role !== 'caller' && !leg.isAnswered) {
      this.#pending.push({ type: 'offer.failed', at: this.at, legId, cause })
    }
    for (const other of this.#legs.values()) {
      if (other.targetLegId === legId) this.#hangUp(other, 'NORMAL_CLEARING')
    }
  }

  #askAboutCallbacks(pick: number): void {
    this.#take(callbackAsk(this.state, this.at, pick, AGENTS[pick % AGENTS.length] ?? ''))
  }

  /** The citizen whom we call picks up, is busy, or says nothing. */
  #citizenActs(leg: WorldLeg, pick: number): void {
    const { legId, dialledBy = '' } = leg
    const agent = this.#legs.get(dialledBy)
    if (pick % 3 !== 0) {
      this.#hangUp(leg, pick % 2 === 0 ? 'USER_BUSY' : 'NO_ANSWER')
      if (agent?.isAlive) this.#pending.push({ type: 'leg.parked', at: this.at, legId: dialledBy })
      return
    }
    leg.isAnswered = true
    this.#pending.push({ type: 'leg.answered', at: this.at, legId })
    if (agent?.isAlive !== true) return
    leg.bridgedTo = dialledBy
    agent.bridgedTo = legId
    this.#pending.push({ type: 'leg.bridged', at: this.at, legId: dialledBy, otherLegId: legId })
  }

  /** Of the phones out there that we are calling, one. */
  #calledCitizen(): WorldLeg | undefined {
    return [...this.#legs.values()].find(
      ({ dialledBy, isAnswered, isAlive }) => dialledBy !== undefined && !isAnswered && isAlive,
    )
  }

  #phoneActs(leg: WorldLeg | undefined, pick: number): void {
    if (leg === undefined) return
    const { legId } = leg
    const causes = [
      'USER_BUSY',
      'CALL_REJECTED',
      'NO_USER_RESPONSE',
      'MEDIA_TIMEOUT',
      'NORMAL_CLEARING',
    ]
    if (!leg.isAnswered && pick % 4 !== 0) {
      leg.isAnswered = true
      this.#pending.push({ type: 'leg.answered', at: this.at, legId })
      this.#pending.push({ type: 'leg.parked', at: this.at, legId })
    } else if (pick % 8 < 2) this.#pending.push({ type: 'leg.held', at: this.at, legId })
    else if (pick % 8 < 4) this.#pending.push({ type: 'leg.unheld', at: this.at, legId })
    else if (pick % 8 === 4) this.#hangUp(leg, causes[pick % causes.length] ?? '')
  }

  /** Usually the oldest, sometimes any: events overtake one another. */
  #deliverAny(pick: number): void {
    this.#deliver(pick % 3 === 0 ? 0 : pick % Math.max(1, this.#pending.length))
  }

  /** While a switch is lost nothing arrives of its legs. */
  #deliver(pick: number): void {
    const chosen = this.#pending[pick]
    // One connection keeps the order of a leg's first word and all others; a gone leg is not parked.
    const place = this.#pending.findIndex(
      (input) => input === chosen || (input.type === 'call.parked' && isOfLeg(chosen, input.legId)),
    )
    const input = this.#pending[Math.max(0, place)]
    if (input === undefined || !this.#isHeard(input)) return
    this.#pending.splice(Math.max(0, place), 1)
    this.#past.push(input)
    this.#take({ ...input, at: this.at })
  }

  isUpAt(legId: string): boolean {
    return this.#up.has(this.#legs.get(legId)?.nodeId ?? '')
  }

  /** What is said of no leg is the service's own finding. */
  #isHeard(input: Input): boolean {
    return !('legId' in input) || this.isUpAt(input.legId)
  }

  #repeat(pick: number): void {
    const input = this.#past[pick % Math.max(1, this.#past.length)]
    // A caller's leg that is gone is not parked again, not even by a duplicate of long ago.
    if (input === undefined || input.type === 'call.parked' || !this.#isHeard(input)) return
    this.#take({ ...input, at: this.at })
  }

  #fireNext(): void {
    const next = [...this.#timers].sort((a, b) => a[1] - b[1])[0]
    if (next === undefined) return
    const [timerId, at] = next
    this.#timers.delete(timerId)
    this.#staleTimers.push(timerId)
    this.at = Math.max(this.at, at)
    this.#take({ type: 'timer.fired', at: this.at, timerId })
  }

  #fireStale(pick: number): void {
    const timerId = this.#staleTimers[pick % Math.max(1, this.#staleTimers.length)]
    if (timerId === undefined || this.#timers.has(timerId)) return
    this.#take({ type: 'timer.fired', at: this.at, timerId })
  }

  #agentActs(pick: number): void {
    const agentId = AGENTS[pick % AGENTS.length] ?? ''
    const { at } = this
    const requestId = `${agentId}-${at}`
    const reason = pick % 2 === 0 ? 'meal' : 'off_seat'
    const plan = { action: 'not_ready', reason } as const
    const asks: Input[] = [
      { type: 'agent.ready_requested', at, agentId },
      { type: 'agent.ready_requested', at, agentId },
      { type: 'agent.sign_in_requested', at, agentId },
      { type: 'agent.hold_requested', at, agentId },
      { type: 'agent.hold_requested', at, agentId },
      { type: 'agent.hold_requested', at, agentId, phraseSaid: pick % 3 === 0 },
      { type: 'agent.retrieve_requested', at, agentId },
      { type: 'agent.retrieve_requested', at, agentId },
      { type: 'agent.hang_up_requested', at, agentId },
      ...NOT_READY_REASONS.slice(0, 2).map((reason): Input => {
        return { type: 'agent.not_ready_requested', at, agentId, reason }
      }),
      { type: 'agent.not_ready_requested', at, agentId, reason: 'off_seat' },
      { type: 'agent.off_seat_requested', at, agentId, requestId, durationMs: 60_000, note: '' },
      { type: 'agent.off_seat_cancel_requested', at, agentId },
      {
        type: 'off_seat.decision_requested',
        at,
        agentId,
        requestId: this.state.agents.get(agentId)?.seat.offSeat?.requestId ?? 'none',
        isApproved: pick % 3 !== 0,
        by: 'leader',
        note: '',
      },
      { type: 'agent.after_call_requested', at, agentId, plan },
      { type: 'agent.after_call_requested', at, agentId, plan: { action: 'sign_out' } },
      { type: 'agent.after_call_cancel_requested', at, agentId },
      { type: 'agent.reject_requested', at, agentId },
      { type: 'agent.wrap_up_extend_requested', at, agentId },
      { type: 'agent.checklist_reported', at, agentId, echoCall: 'passed', microphone: 'failed' },
      {
        type: 'contact_record.saved',
        at,
        agentId,
        callId: this.#callOf(agentId),
        disposition: 'answered',
        summary: '',
      },
      { type: 'agent.wrap_up_done_requested', at, agentId, disposition: 'answered', summary: '' },
      { type: 'agent.wrap_up_done_requested', at, agentId, disposition: 'silent', summary: '' },
      { type: 'agent.sign_out_requested', at, agentId },
    ]
    const ask = asks[Math.floor(pick / AGENTS.length) % asks.length]
    if (ask !== undefined) this.#take(ask)
    if (pick % 11 === 0) {
      this.#take({ type: 'agent.recording_pause_requested', at, agentId })
      if (pick % 2 === 0) this.#take({ type: 'agent.recording_resume_requested', at, agentId })
    }
    const phrase = pick % 2 === 0 ? 'begin' : 'end'
    if (pick % 4 === 0) this.#take({ type: 'agent.phrase_confirmed', at, agentId, phrase })
  }

  #leaderActs(pick: number): void {
    const { at } = this
    const agentId = AGENTS[pick % AGENTS.length] ?? ''
    const callIds = [...this.state.calls.keys(), 'nobody']
    const callId = callIds[(pick >> 3) % callIds.length] ?? ''
    const ofAgent = { at, by: 'leader', agentId, note: '' }
    const ofCall = { at, by: 'leader', callId }
    const queueId = [null, 'city', 'yue', 'none'][(pick >> 5) % 4] ?? null
    const position = (pick >> 7) % 3 === 0 ? null : ((pick >> 7) % 5) + 1
    const asks: Input[] = [
      { ...ofCall, type: 'floor.move_requested', agentId },
      { ...ofCall, type: 'floor.move_requested', agentId },
      { ...ofCall, type: 'floor.reassign_requested', queueId, priority: pick % 9, position },
      { ...ofCall, type: 'floor.reassign_requested', queueId, priority: null, position },
      { ...ofCall, type: 'floor.release_requested', note: '' },
      { ...ofAgent, type: 'floor.ready_requested' },
      { ...ofAgent, type: 'floor.ready_requested' },
      { ...ofAgent, type: 'floor.not_ready_requested', reason: 'meeting' },
      { ...ofAgent, type: 'floor.sign_out_requested' },
      { ...ofAgent, type: 'floor.reskill_requested', skills: SKILLS.slice((pick >> 5) % 3) },
    ]
    const ask = asks[(pick >> 9) % asks.length]
    if (ask !== undefined) this.#take(ask)
  }

  /** Mostly what makes sense: one whose phone is free watches one who talks, or goes on with that. */
  supervisorActs(pick: number): void {
    const { at, state } = this
    const one = (ids: readonly string[], number: number) => ids[number % ids.length] ?? 'a4'
    const isWild = pick % 8 === 0
    const isBusy = (id: string) => state.agents.get(id)?.phase.name === 'on_call'
    const free = AGENTS.filter((id) => state.agents.get(id)?.legId === null)
    const watching = [...state.monitors.values()].map(({ supervisorId }) => supervisorId)
    if ((pick >> 13) % 6 === 0) return this.#leaderActs(pick)
    const mode = one(MONITOR_MODES, pick >> 3) as MonitorMode
    const agentId = one(isWild ? AGENTS : [...AGENTS.filter(isBusy), ...watching], pick >> 5)
    if (watching.length === 0 || (pick >> 7) % 4 === 0) {
      const supervisorId = one(isWild ? AGENTS : [...free, ...watching], pick >> 9)
      const type = 'supervisor.monitor_requested'
      this.#take({ type, at, supervisorId, by: 'leader', agentId, mode })
      return
    }
    const asked = { at, supervisorId: one(isWild ? AGENTS : watching, pick >> 9), by: 'leader' }
    const asks: Input[] = [
      { ...asked, type: 'supervisor.monitor_requested', agentId, mode },
      { ...asked, type: 'supervisor.mode_requested', mode },
      { ...asked, type: 'supervisor.take_over_requested' },
      { ...asked, type: 'supervisor.take_over_requested' },
      { ...asked, type: 'supervisor.take_over_requested' },
      { ...asked, type: 'supervisor.end_requested' },
    ]
    const ask = asks[(pick >> 11) % asks.length]
    if (ask !== undefined) this.#take(ask)
  }

  #callOf(agentId: string): string {
    const phase = this.state.agents.get(agentId)?.phase
    return phase !== undefined && 'callId' in phase ? phase.callId : 'c1'
  }

  #reload(pick: number): void {
    if (this.#mayRestart && pick % 3 === 0) return this.#restart()
    this.#config = pick % 2 === 0 ? HOTLINE : STRICT_HOTLINE
    this.#take({ type: 'config.loaded', at: this.at, config: this.#config })
  }

  /** The service dies and a new one starts. The switches go on with their legs meanwhile. */
  #restart(): void {
    const { at } = this
    const history = historyOf(this.state, at)
    this.#epoch += 1
    this.state = emptyState(`w${this.#epoch}`)
    this.#timers.clear()
    this.#staleTimers.length = 0
    this.#up.clear()
    this.#take({ type: 'config.loaded', at, config: this.#config })
    this.#take(history)
    for (const agentId of AGENTS) this.#take({ type: 'phone.registered', at, agentId })
    for (const nodeId of NODES) this.#sync(nodeId)
  }

  #phoneRegistration(pick: number): void {
    const agentId = AGENTS[pick % AGENTS.length] ?? ''
    const type = pick % 3 === 0 ? 'phone.unregistered' : 'phone.registered'
    this.#take({ type, at: this.at, agentId })
  }

  #switchActs(pick: number): void {
    const nodeId = NODES[(pick >> 1) % NODES.length] ?? 'fs1'
    if (pick % 2 === 0) {
      this.#up.delete(nodeId)
      this.#take({ type: 'switch.lost', at: this.at, nodeId })
    } else this.#sync(nodeId)
  }

  /** After an outage, what was said meanwhile was said to nobody; the snapshot is all there is. */
  #sync(nodeId = 'fs1'): void {
    const isHere = (input: Input) =>
      'legId' in input && this.#legs.get(input.legId)?.nodeId === nodeId
    if (!this.#up.has(nodeId)) {
      const others = this.#pending.filter((input) => !isHere(input))
      this.#pending.splice(0, this.#pending.length, ...others)
    }
    this.#up.add(nodeId)
    // The answer to a question cannot overtake the news of an arrival on the same connection.
    for (;;) {
      const place = this.#pending.findIndex(
        (input) => input.type === 'call.parked' && isHere(input),
      )
      if (place < 0) break
      this.#deliver(place)
    }
    const legs = [...this.#legs.values()].filter((leg) => leg.isAlive && leg.nodeId === nodeId)
    const snapshots = legs.map(snapshot)
    this.#take({ type: 'switch.synced', at: this.at, nodeId, askedAt: this.at, legs: snapshots })
  }
}

function isOfLeg(input: Input | undefined, legId: string): boolean {
  return input !== undefined && 'legId' in input && input.legId === legId
}

const UNSTAMPED = {
  queueId: null,
  queuedAt: null,
  answeredAt: null,
  connectedAt: null,
  heldAt: null,
  recordingPath: null,
  promptedAt: null,
} as const

function snapshot({ stamp, ...leg }: WorldLeg): LegSnapshot {
  return {
    ...UNSTAMPED,
    ...stamp,
    ...leg,
    agentId: leg.agentId ?? stamp?.agentId ?? null,
    from: '13800138000',
    isPlaying: leg.role === 'caller' && leg.bridgedTo === null,
  }
}
