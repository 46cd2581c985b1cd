// What a waiting caller is told, and when: once who we are, then every half minute at most something,
// either news (place, estimate, what keys do) or comfort. All of it is played on top of the music
// and none of it is waited for: an agent who answers is heard at once. One thing at a time, and nobody is
// ever told to have moved back.
import { mayAskForCallback } from './callbacks.ts'
import { estimateFor } from './estimates.ts'
import type { Digit } from './inputs.ts'
import { type PromptId, SAID_NUMBERS } from './prompts.ts'
import { stamp } from './stamps.ts'
import type { Call, State } from './state.ts'
import type { Turn } from './turn.ts'
import type { WaitingPolicy } from './waiting-policy.ts'

/** An end that the switch never reported: no prompt lasts longer. */
const SPEAKING_MS_MAX = 45_000
/** Between the end of one prompt and the next, where the first took long. */
const BREATH_MS = 2_000
const MINUTE_MS = 60_000

/** Whether somebody is on the line and waits: a call of ours to a citizen waits for nobody's ear. */
export function isWaiting(call: Call): boolean {
  const { name } = call.phase
  return call.outbound === null && (name === 'waiting' || name === 'offered')
}

export function waitingPolicyOf(state: State, call: Call): WaitingPolicy | null {
  const queue = call.queueId === null ? undefined : state.queues.get(call.queueId)
  return queue?.waiting ?? null
}

/** A caller who has just been queued: what must be said before, the greeting, and music behind it. */
export function welcome(turn: Turn, call: Call, before: readonly PromptId[] = []): void {
  const { callId, legId } = call
  const first = [...before, ...(waitingPolicyOf(turn.state, call)?.greeting ?? [])]
  if (first.length > 0) {
    const { at } = turn
    turn.emit({ type: 'call.prompted', at, callId, kind: 'greeting', prompts: first, ahead: null })
  }
  stamp(turn, call)
  turn.send({ type: 'play_music', legId, ...(first.length > 0 && { first }) })
}

/** After every turn: whoever began to wait in it is told something in time, whoever stopped is not. */
export function attendWaiting(turn: Turn): void {
  for (const fact of [...turn.facts]) {
    switch (fact.type) {
      case 'call.queued':
      case 'call.requeued':
      case 'call.adopted': {
        const call = turn.state.calls.get(fact.callId)
        if (call === undefined || !isWaiting(call)) continue
        scheduleNext(turn, call)
        if (fact.type === 'call.queued') estimate(turn, call, false)
        break
      }
      case 'call.changed_queue': {
        const call = turn.state.calls.get(fact.callId)
        if (call === undefined || !isWaiting(call)) continue
        stamp(turn, call)
        scheduleNext(turn, call)
        break
      }
      case 'call.answered':
      case 'call.message_started':
      case 'call.ended':
        turn.clearTimer(`waiting:${fact.callId}`)
        if (fact.type === 'call.ended') turn.clearTimer(`message:${fact.callId}`)
    }
  }
}

/** The time for the next prompt has come. */
export function promptDue(turn: Turn, call: Call): void {
  const { at, state } = turn
  const policy = waitingPolicyOf(state, call)
  if (policy === null || !isWaiting(call)) return
  const { speakingSince } = call.told
  // The end of what is said just now sets the clock anew.
  if (speakingSince !== null && at - speakingSince < SPEAKING_MS_MAX) {
    turn.setTimer(`waiting:${call.callId}`, speakingSince + SPEAKING_MS_MAX)
    return
  }
  if (state.nodes.get(call.nodeId)?.isUp === true) say(turn, call, policy)
  scheduleNext(turn, call)
}

/** Something that was played on top of the music has ended. */
export function promptEnded(turn: Turn, call: Call): void {
  if (call.told.speakingSince === null) return
  turn.emit({ type: 'call.prompt_ended', at: turn.at, callId: call.callId })
  if (isWaiting(call)) scheduleNext(turn, call)
}

/** Says something at once, in answer to what the caller did; after what is being said just now. */
export function tell(turn: Turn, call: Call, prompts: readonly PromptId[]): void {
  const { callId, legId } = call
  if (call.told.speakingSince !== null) turn.send({ type: 'break_prompt', legId })
  turn.emit({ type: 'call.prompted', at: turn.at, callId, kind: 'answer', prompts, ahead: null })
  turn.send({ type: 'announce', legId, prompts })
  scheduleNext(turn, call)
}

function say(turn: Turn, call: Call, policy: WaitingPolicy): void {
  const { at } = turn
  const { callId, legId } = call
  const { newsAt, comforts } = call.told
  const isNewsDue = newsAt === null || at - newsAt >= policy.newsEveryMs
  const news = isNewsDue ? newsFor(turn, call, policy) : { prompts: [], ahead: null }
  const comfort = policy.comfort[comforts % Math.max(1, policy.comfort.length)]
  const isNews = news.prompts.length > 0
  const prompts = isNews ? news.prompts : comfort === undefined ? [] : [comfort]
  if (prompts.length === 0) return
  const kind = isNews ? 'news' : 'comfort'
  turn.emit({ type: 'call.prompted', at, callId, kind, prompts, ahead: news.ahead })
  turn.send({ type: 'announce', legId, prompts })
  stamp(turn, call)
}

interface News {
  readonly prompts: readonly string[]
  /** As it is said; null where it is not. */
  readonly ahead: number | null
}

function newsFor(turn: Turn, call: Call, policy: WaitingPolicy): News {
  const prompts: string[] = []
  const made = policy.saysPosition || policy.saysEstimate ? estimate(turn, call, true) : null
  const before = call.told.ahead
  // Someone of higher priority may have come in between; that is no news to tell.
  const ahead = made !== null && (before === null || made.ahead <= before) ? made.ahead : null
  const isSaid = policy.saysPosition && ahead !== null
  if (isSaid) prompts.push(...positionPrompts(ahead))
  if (policy.saysEstimate && made !== null) prompts.push(...estimatePrompts(made))
  const waitedMs = turn.at - (call.queuedAt ?? turn.at)
  if (waitedMs >= policy.keysAfterMs) prompts.push(...keyPrompts(turn.state, call, policy))
  return { prompts, ahead: isSaid ? ahead : null }
}

/** Makes an estimate and keeps it, to be compared with what comes true; null if none can be made. */
function estimate(turn: Turn, call: Call, isSaid: boolean) {
  const policy = waitingPolicyOf(turn.state, call)
  if (policy === null || !(policy.saysEstimate || policy.saysPosition)) return null
  if (call.phase.name !== 'waiting' || call.queueId === null) return null
  const made = estimateFor(turn.state, call)
  if (made === null) return null
  const { callId, queueId } = call
  const { at } = turn
  turn.emit({
    type: 'call.estimated',
    at,
    callId,
    queueId,
    isSaid: isSaid && policy.saysEstimate,
    ...made,
  })
  return made
}

export function positionPrompts(ahead: number): string[] {
  if (ahead === 0) return ['position_next']
  if (ahead > 20) return ['position_many']
  return ['position_before', `number_${ahead}`, 'position_after']
}

/** Whole minutes, the lower limit rounded down and the upper one up, to numbers that can be said. */
export function estimatePrompts(range: {
  readonly lowMs: number
  readonly highMs: number
}): string[] {
  if (range.highMs <= MINUTE_MS) return ['estimate_short']
  const lowMin = range.lowMs / MINUTE_MS
  const highMin = range.highMs / MINUTE_MS
  const low = SAID_NUMBERS.findLast((number) => number <= lowMin) ?? 1
  const high = SAID_NUMBERS.find((number) => number >= highMin)
  if (high === undefined) return ['estimate_over', `number_${low}`, 'estimate_after']
  const numbers =
    low === high ? [`number_${low}`] : [`number_${low}`, 'estimate_to', `number_${high}`]
  return ['estimate_before', ...numbers, 'estimate_after']
}

/** Nobody is told of a callback who cannot be called, nor of a message who has been spoken to. */
function keyPrompts(state: State, call: Call, policy: WaitingPolicy): string[] {
  const possible = policy.keys.filter(({ action }) => {
    if (action === 'message') return call.recordingPath === null
    return action !== 'callback' || mayAskForCallback(state, call)
  })
  return possible.flatMap((key) => [
    'prompt' in key ? key.prompt : `key_${key.action}`,
    digitPrompt(key.digit),
  ])
}

function digitPrompt(digit: Digit): string {
  return `digit_${digit === '*' ? 'star' : digit === '#' ? 'hash' : digit}`
}

/** Sets the clock of the next prompt, in this run or for a call that an earlier one has left. */
function scheduleNext(turn: Turn, call: Call): void {
  const policy = waitingPolicyOf(turn.state, call)
  if (policy === null || isSilent(policy)) return
  const { promptedAt, speakingSince } = call.told
  const dueAt = (promptedAt ?? call.queuedAt ?? turn.at) + policy.promptEveryMs
  const earliestAt = turn.at + (speakingSince === null ? BREATH_MS : 0)
  turn.setTimer(`waiting:${call.callId}`, Math.max(dueAt, earliestAt))
}

function isSilent(policy: WaitingPolicy): boolean {
  const { comfort, keys, saysPosition, saysEstimate } = policy
  return comfort.length + keys.length === 0 && !saysPosition && !saysEstimate
}
