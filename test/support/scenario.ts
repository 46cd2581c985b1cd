// Reads a conversation with the core from a text file, plays it, and writes what came of each line
// beneath it. The file is both the input and the expected output: `vitest -u` rewrites it, and the
// commit explains the difference. Timers fire by themselves when the clock passes them.
//
// A line is `HH:MM:SS[.mmm] words…`; a lone time lets the clock run. What a line can say is in `parse`.
import type { LegStamp } from '../../src/core/commands.ts'
import type { Config } from '../../src/core/config.ts'
import type { Fact } from '../../src/core/facts.ts'
import type {
  ChosenNotReadyReason,
  Digit,
  Disposition,
  Input,
  LegSnapshot,
  MonitorMode,
} from '../../src/core/inputs.ts'
import { agentLegsOf } from '../../src/core/rings.ts'
import { emptyState, type State } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import type { Turn } from '../../src/core/turn.ts'
import { changedConfig, SMALL_HOTLINE } from './hotline.ts'
import { historyOf } from './restart.ts'
import { partyRequestOf, partySnapshotOf } from './scenario-parties.ts'

/** Midnight in Shanghai of the day on which every scenario plays. */
const MIDNIGHT = Date.UTC(2026, 10, 22, 16)

function timeOf(text: string): number {
  const [h = 0, m = 0, s = 0] = text.split(':').map(Number)
  return MIDNIGHT + Math.round((h * 3600 + m * 60 + s) * 1000)
}

function textOf(at: number): string {
  return new Date(at - MIDNIGHT).toISOString().slice(11, 23).replace('.000', '')
}

/** What the switch and the records would hold if the service died now. */
interface Outside {
  readonly stamps: Map<string, LegStamp>
  readonly bridged: Map<string, string>
  readonly answered: Set<string>
}

class Scenario {
  #state: State
  #epoch = 1
  #timers = new Map<string, number>()
  readonly #outside: Outside = { stamps: new Map(), bridged: new Map(), answered: new Set() }
  readonly #out: string[] = []

  constructor() {
    this.#state = emptyState('e1')
    step(this.#state, { type: 'config.loaded', at: 0, config: this.#config })
  }

  #config: Config = SMALL_HOTLINE

  /** Plays one line and returns what came of it, timers that fired on the way first. */
  play(line: string): string[] {
    const space = line.indexOf(' ')
    const at = timeOf(space < 0 ? line : line.slice(0, space))
    this.#out.length = 0
    this.#runTimers(at)
    if (space >= 0) {
      const words = line.slice(space + 1).trim()
      if (words === 'restart') this.#restart(at)
      else if (words.startsWith('config ')) this.#reconfigure(words, at)
      else this.#take(parse(words, at, this.#state, this.#outside))
    }
    return [...this.#out]
  }

  /** The process dies and a new one starts: memory is gone, the records and the switch are not. */
  #restart(at: number): void {
    const history = historyOf(this.#state, at)
    this.#epoch += 1
    this.#timers.clear()
    this.#state = emptyState(`e${this.#epoch}`)
    step(this.#state, { type: 'config.loaded', at, config: this.#config })
    step(this.#state, history)
    for (const { agentId } of this.#config.agents)
      step(this.#state, { type: 'phone.registered', at, agentId })
  }

  /** `config queue city {"ringMsMax":5000,"routing":{"strategy":"random"}}`: what is left out stays. */
  #reconfigure(words: string, at: number): void {
    this.#config = changedConfig(this.#config, words)
    this.#take({ type: 'config.loaded', at, config: this.#config })
  }

  #runTimers(until: number): void {
    for (;;) {
      const due = [...this.#timers].filter(([, at]) => at <= until).sort((a, b) => a[1] - b[1])[0]
      if (due === undefined) return
      const [timerId, at] = due
      this.#timers.delete(timerId)
      this.#out.push(`at ${textOf(at)}: timer ${timerId}`)
      this.#take({ type: 'timer.fired', at, timerId })
    }
  }

  #take(input: Input): void {
    this.#watch(input)
    this.#show(step(this.#state, input), input.at)
  }

  #show(turn: Turn, at: number): void {
    if (turn.rejection !== null) this.#out.push(`refused ${turn.rejection.code}`)
    for (const fact of turn.facts) this.#out.push(`fact ${factText(fact)}`)
    for (const command of turn.commands) {
      if (command.type === 'set_timer') {
        this.#timers.set(command.timerId, command.at)
        this.#out.push(`timer ${command.timerId} +${(command.at - at) / 1000}s`)
      } else if (command.type === 'clear_timer') {
        if (this.#timers.delete(command.timerId)) this.#out.push(`timer ${command.timerId} cleared`)
      } else {
        if (command.type === 'stamp') this.#outside.stamps.set(command.legId, command.stamp)
        const { type, ...all } = command
        const { language, ...rest } = all as Record<string, unknown>
        // Of a command that says nothing it does not matter.
        const isSpoken = ['prompt', 'prompts', 'first'].some((name) => name in command)
        const shown = isSpoken && language !== undefined ? { ...rest, language } : rest
        this.#out.push(`send ${type} ${fieldsText(shown)}`)
      }
    }
  }

  #watch(input: Input): void {
    const { bridged, answered } = this.#outside
    if (input.type === 'leg.bridged') bridged.set(input.legId, input.otherLegId)
    if (input.type === 'leg.unbridged') bridged.delete(input.legId)
    if (input.type === 'leg.answered') answered.add(input.legId)
  }
}

/** The only one unless another is named: `call c2 dials 12345 at fs2`, `switch fs2 lost`. */
const FIRST_NODE = 'fs1'
const SHOWN_FIRST = ['callId', 'agentId', 'legId', 'otherLegId', 'queueId']
const HIDDEN = new Set([
  'at',
  'type',
  'nodeId',
  'from',
  'to',
  'callerLegId',
  'stamp',
  'caller',
  'agent',
  'config',
])

function fieldsText(fields: object): string {
  const all = Object.entries(fields).filter(
    ([name, value]) => !HIDDEN.has(name) || (name === 'nodeId' && value !== FIRST_NODE),
  )
  const first = SHOWN_FIRST.flatMap((name) => all.filter(([key]) => key === name))
  const rest = all.filter(([name]) => !SHOWN_FIRST.includes(name))
  return [
    ...first.map(([, value]) => String(value)),
    ...rest.map(([name, value]) => `${name}=${valueText(name, value)}`),
  ].join(' ')
}

function valueText(name: string, value: unknown): string {
  if (typeof value === 'number' && (name.endsWith('At') || name === 'until' || name === 'since')) {
    return textOf(value)
  }
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function factText(fact: Fact): string {
  return `${fact.type} ${fieldsText(fact)}`
}

/**
 * A leg by its name in the scenario: `c1` is the caller's leg of call c1, `c1/phone` its agent's, and
 * `c1/a2` that of agent a2 where several phones ring, or of supervisor a2.
 */
function legOf(name: string, state: State): string {
  const [callId = '', part] = name.split('/')
  if (part === undefined) return state.calls.get(callId)?.legId ?? `${callId}-leg`
  const call = state.calls.get(callId)
  const party = call?.parties.at(-1)?.legId
  if (part === 'party' && party !== undefined) return party
  const present = call === undefined ? undefined : agentLegsOf(call)[0]
  if (part === 'phone' && present !== undefined) return present
  const left = [...state.legs.values()].filter(
    (leg) =>
      leg.callId === callId &&
      (part === 'phone' ? leg.role === 'agent' : leg.role !== 'caller' && leg.agentId === part),
  )
  if (part !== 'phone' && state.legs.has(part)) return part
  const last = left.at(-1)
  if (last === undefined) throw new Error(`no phone is on call ${callId}`)
  return last.legId
}

const AGENT_WORDS: Record<string, (agentId: string, at: number) => Input> = {
  'signs in': (agentId, at) => ({ type: 'agent.sign_in_requested', at, agentId }),
  'signs out': (agentId, at) => ({ type: 'agent.sign_out_requested', at, agentId }),
  'asks for ready': (agentId, at) => ({ type: 'agent.ready_requested', at, agentId }),
  'asks for a break': (agentId, at) => ({
    type: 'agent.not_ready_requested',
    at,
    agentId,
    reason: 'break',
  }),
  'asks for meal': (agentId, at) => ({
    type: 'agent.not_ready_requested',
    at,
    agentId,
    reason: 'meal',
  }),
  'asks to leave the seat': (agentId, at) => ({
    type: 'agent.not_ready_requested',
    at,
    agentId,
    reason: 'off_seat',
  }),
  'requests leave': (agentId, at) => ({
    type: 'agent.off_seat_requested',
    at,
    agentId,
    requestId: `${agentId}-leave`,
    durationMs: 300_000,
    note: '',
  }),
  'is given leave': (agentId, at) => ({
    type: 'off_seat.decision_requested',
    at,
    agentId,
    requestId: `${agentId}-leave`,
    isApproved: true,
    by: 'leader',
    note: '',
  }),
  'plans a meal': (agentId, at) => ({
    type: 'agent.after_call_requested',
    at,
    agentId,
    plan: { action: 'not_ready', reason: 'meal' },
  }),
  'calls the plan off': (agentId, at) => ({
    type: 'agent.after_call_cancel_requested',
    at,
    agentId,
  }),
  'turns the call away': (agentId, at) => ({ type: 'agent.reject_requested', at, agentId }),
  'asks for more time': (agentId, at) => ({ type: 'agent.wrap_up_extend_requested', at, agentId }),
  'asks for hold': (agentId, at) => ({ type: 'agent.hold_requested', at, agentId }),
  'asks for hold, the phrase being said': (agentId, at) => ({
    type: 'agent.hold_requested',
    at,
    agentId,
    phraseSaid: true,
  }),
  'asks to pause the recording': (agentId, at) => ({
    type: 'agent.recording_pause_requested',
    at,
    agentId,
  }),
  'asks to resume the recording': (agentId, at) => ({
    type: 'agent.recording_resume_requested',
    at,
    agentId,
  }),
  'confirms the begin phrase': (agentId, at) => ({
    type: 'agent.phrase_confirmed',
    at,
    agentId,
    phrase: 'begin',
  }),
  'confirms the end phrase': (agentId, at) => ({
    type: 'agent.phrase_confirmed',
    at,
    agentId,
    phrase: 'end',
  }),
  'asks to retrieve': (agentId, at) => ({ type: 'agent.retrieve_requested', at, agentId }),
  'asks to hang up': (agentId, at) => ({ type: 'agent.hang_up_requested', at, agentId }),
  registers: (agentId, at) => ({ type: 'phone.registered', at, agentId }),
  unregisters: (agentId, at) => ({ type: 'phone.unregistered', at, agentId }),
}

function parse(text: string, at: number, state: State, outside: Outside): Input {
  const words = text.split(/\s+/)
  const [noun = '', name = '', ...rest] = words
  const said = rest.join(' ')
  if (noun === 'agent') {
    const [verb = '', disposition = '', ...summary] = rest
    if (verb === 'writes') {
      return {
        type: 'agent.wrap_up_done_requested',
        at,
        agentId: name,
        disposition: disposition as Disposition,
        summary: summary.join(' '),
      }
    }
    if (verb === 'dials') {
      const isCallback = disposition.startsWith('cb-')
      return {
        type: 'agent.dial_requested',
        at,
        agentId: name,
        number: isCallback ? '' : disposition,
        ground: isCallback ? 'callback' : 'directory',
        callbackId: isCallback ? disposition : null,
      }
    }
    const make = AGENT_WORDS[said]
    if (make !== undefined) return make(name, at)
    const request = partyRequestOf(name, said, at)
    if (request !== null) return request
  }
  if (noun === 'leader' && rest[0] === 'answers') {
    return { type: 'call.help_answer_requested', at, callId: rest[1] ?? '', userId: Number(name) }
  }
  if (noun === 'supervisor') return parseSupervisor(name, rest, at)
  if (noun === 'leader') return parseLeader(name, rest, at)
  if (noun === 'call' && rest[0] === 'dials') {
    const to = rest[1] ?? ''
    const from = rest[2] === 'from' ? (rest[3] ?? '') : '13800138000'
    const nodeId = rest.at(-2) === 'at' ? (rest.at(-1) ?? '') : FIRST_NODE
    return {
      type: 'call.parked',
      at,
      nodeId,
      callId: name,
      legId: `${name}-leg`,
      from,
      to,
      arrivedAt: at - 25,
    }
  }
  if (noun === 'call' && said === 'wishes to be called back') {
    return { type: 'callback.wished', at, callId: name, number: null }
  }
  if (noun === 'callback') return parseCallback(name, rest, at)
  if (noun === 'leg') return parseLeg(name, rest, at, state)
  if (noun === 'recording') {
    const pending = [...state.recordings.values()].findLast(({ callId }) => callId === name)
    const path = state.calls.get(name)?.recordingPath ?? pending?.path ?? `2026/11/23/${name}.wav`
    if (rest[0] === 'started') return { type: 'recording.started', at, path }
    if (rest[0] === 'stopped') {
      return {
        type: 'recording.stopped',
        at,
        path,
        durationMs: Number(rest[1]),
        cause: 'success-silence',
      }
    }
    if (rest[0] === 'verified') {
      return {
        type: 'recording.verified',
        at,
        callId: name,
        path,
        durationMs: Number(rest[1]),
        sizeBytes: 32_044,
        sha256: 'ab12',
        gaps: [],
        silent: rest[2] === undefined ? [] : [rest[2] as 'caller' | 'agent'],
      }
    }
    return { type: 'recording.unverified', at, callId: name, path, reason: rest[0] ?? '' }
  }
  if (noun === 'switch') {
    const isFirst = !/^fs\d$/.test(name)
    const nodeId = isFirst ? FIRST_NODE : name
    const [what = '', ...shown] = isFirst ? [name, ...rest] : rest
    if (what === 'lost') return { type: 'switch.lost', at, nodeId }
    const legs = shown.map((leg) => snapshotOf(leg, at, state, outside))
    return { type: 'switch.synced', at, nodeId, askedAt: at, legs }
  }
  throw new Error(`a scenario cannot say: ${text}`)
}

/** `moves c1 to a3`, `reassigns c1 queue=… priority=… position=…`, `releases c1`, `sets a1 ready`, … */
function parseLeader(verb: string, words: readonly string[], at: number): Input {
  const [id = '', ...more] = words
  const ofCall = { at, by: 'leader', callId: id }
  const ofAgent = { at, by: 'leader', agentId: id, note: '' }
  const [to = '', reason = 'break'] = more
  switch (verb) {
    case 'moves':
      return { ...ofCall, type: 'floor.move_requested', agentId: more[1] ?? '' }
    case 'reskills':
      return { ...ofAgent, type: 'floor.reskill_requested', skills: more }
    case 'releases':
      return { ...ofCall, type: 'floor.release_requested', note: '' }
    case 'reassigns': {
      const given = new Map(more.map((word) => word.split('=') as [string, string]))
      const number = (name: string) => (given.has(name) ? Number(given.get(name)) : null)
      return {
        ...ofCall,
        type: 'floor.reassign_requested',
        queueId: given.get('queue') ?? null,
        priority: number('priority'),
        position: number('position'),
      }
    }
    case 'sets':
      return to === 'ready'
        ? { ...ofAgent, type: 'floor.ready_requested' }
        : { ...ofAgent, type: 'floor.not_ready_requested', reason: reason as ChosenNotReadyReason }
    case 'signs-out':
      return { ...ofAgent, type: 'floor.sign_out_requested' }
  }
  throw new Error(`a leader cannot say: ${verb}`)
}

const MODE_OF: Record<string, MonitorMode> = {
  listens: 'listen',
  whispers: 'whisper',
  joins: 'barge',
}

/** `listens|whispers|joins <agent>` (without one: changes to it), `takes over`, `ends`. */
function parseSupervisor(supervisorId: string, words: readonly string[], at: number): Input {
  const [verb = '', agentId] = words
  const asked = { at, supervisorId, by: 'leader' }
  const mode = MODE_OF[verb]
  if (mode !== undefined && agentId !== undefined) {
    return { ...asked, type: 'supervisor.monitor_requested', agentId, mode }
  }
  if (mode !== undefined) return { ...asked, type: 'supervisor.mode_requested', mode }
  if (verb === 'takes') return { ...asked, type: 'supervisor.take_over_requested' }
  if (verb === 'ends') return { ...asked, type: 'supervisor.end_requested' }
  throw new Error(`a supervisor cannot say: ${words.join(' ')}`)
}

/** `callback 13800138000 is promised by a1`, `callback cb-e1-1 is assigned to a2`, `… is cancelled`. */
function parseCallback(name: string, rest: readonly string[], at: number): Input {
  const agentId = rest.at(-1) ?? ''
  if (rest[1] === 'cancelled') {
    return { type: 'callback.cancel_requested', at, callbackId: name, by: 'leader' }
  }
  if (rest[1] === 'assigned') {
    return {
      type: 'callback.assign_requested',
      at,
      callbackId: name,
      assignedTo: agentId,
      by: 'leader',
    }
  }
  return {
    type: 'callback.requested',
    at,
    kind: 'quick',
    callId: null,
    from: name,
    to: '12345',
    queueId: 'city',
    dueAt: null,
    requestedBy: agentId,
    assignedTo: agentId,
  }
}

function parseLeg(name: string, rest: readonly string[], at: number, state: State): Input {
  const legId = legOf(name, state)
  const [verb = '', ...more] = rest
  const cause = more.at(-1) ?? ''
  switch (verb) {
    case 'rings':
      return { type: 'leg.ringing', at, legId }
    case 'answers':
      return { type: 'leg.answered', at, legId }
    case 'parks':
      return more.length === 0
        ? { type: 'leg.parked', at, legId }
        : { type: 'leg.parked', at, legId, collected: more.at(-1) ?? '' }
    case 'joins':
      return { type: 'leg.conference_joined', at, legId }
    case 'drops':
      return { type: 'leg.conference_left', at, legId }
    case 'bridges':
      return {
        type: 'leg.bridged',
        at,
        legId,
        otherLegId: legOf(`${name.split('/')[0]}/${more[1] ?? 'phone'}`, state),
      }
    case 'unbridges':
      return { type: 'leg.unbridged', at, legId }
    case 'holds':
      return { type: 'leg.held', at, legId }
    case 'unholds':
      return { type: 'leg.unheld', at, legId }
    case 'heard':
      return { type: 'leg.prompt_ended', at, legId }
    case 'presses':
      return { type: 'leg.digit_pressed', at, legId, digit: (more[0] ?? '') as Digit }
    case 'hangs':
      return { type: 'leg.hung_up', at, legId, cause }
    case 'ends':
      return { type: 'leg.ended', at, legId, cause, sipStatus: null }
    case 'fails':
      return { type: 'offer.failed', at, legId, cause }
  }
  throw new Error(`a leg cannot say: ${rest.join(' ')}`)
}

/**
 * A leg as the switch would show it: `c1` a caller, `c1/e1-1` an agent's; `!` bridged, `~` not
 * answered, `=a4` a supervisor's, `*` in a conference, `@…` a third party's.
 */
function snapshotOf(text: string, at: number, state: State, outside: Outside): LegSnapshot {
  if (text.includes('@')) return partySnapshotOf(text, at)
  const [leg = '', supervisorId] = text.split('=')
  const name = leg.replace(/[!~*]$/, '')
  const [callId = '', agentLegId] = name.split('/')
  const known = state.calls.get(callId) ?? state.unconfirmed.get(callId)
  const callerLegId = known?.legId ?? `${callId}-leg`
  const stamp = outside.stamps.get(callerLegId)
  const isBridged = text.endsWith('!')
  const legId = agentLegId ?? callerLegId
  const other = agentLegId === undefined ? (outside.bridged.get(callerLegId) ?? null) : callerLegId
  return {
    legId,
    role: supervisorId !== undefined ? 'supervisor' : agentLegId === undefined ? 'caller' : 'agent',
    callId,
    from: '13800138000',
    to: '12345',
    createdAt: known?.arrivedAt ?? at,
    isAnswered: !text.endsWith('~'),
    bridgedTo: isBridged ? other : null,
    isPlaying: agentLegId === undefined && !isBridged && !text.endsWith('*'),
    isInConference: text.endsWith('*'),
    stage: agentLegId === undefined ? (stamp?.stage ?? null) : null,
    agentId: agentLegId === undefined ? (stamp?.agentId ?? null) : (stamp?.agentId ?? 'a1'),
    queueId: stamp?.queueId ?? null,
    queuedAt: stamp?.queuedAt ?? null,
    answeredAt: stamp?.answeredAt ?? null,
    connectedAt: stamp?.connectedAt ?? null,
    heldAt: stamp?.heldAt ?? null,
    recordingPath: stamp?.recordingPath ?? null,
    promptedAt: stamp?.promptedAt ?? null,
    ...(stamp === undefined
      ? {}
      : { priority: stamp.priority, placeAt: stamp.placeAt, language: stamp.language }),
    ...(agentLegId === undefined && known?.outbound != null && { outbound: known.outbound }),
  }
}

/** The whole file again, with what came of each line beneath it. */
export function replay(text: string): string {
  const scenario = new Scenario()
  const blocks: string[] = []
  for (const block of text.split(/\n\n+/)) {
    const lines = block.split('\n')
    const comments = lines.filter((line) => line.startsWith('#'))
    const inputs: string[] = []
    for (const line of lines) {
      if (line === '----') break
      if (line !== '' && !line.startsWith('#')) inputs.push(line)
    }
    const out = inputs.flatMap((line) => scenario.play(line))
    const result = inputs.length === 0 ? [] : ['----', ...out]
    blocks.push([...comments, ...inputs, ...result].join('\n'))
  }
  return `${blocks.join('\n\n').trimEnd()}\n`
}
