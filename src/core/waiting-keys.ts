// What a waiting caller's keys do: a callback that keeps the place, a message, another queue. A key that
// is pressed while a phone rings is remembered: if nobody answers there, it is done then.
import { requestCallback } from './callbacks.ts'
import type { Digit } from './inputs.ts'
import { waitingIn } from './lanes.ts'
import { finishMessage, startMessage } from './messages.ts'
import type { Call, State } from './state.ts'
import type { Turn } from './turn.ts'
import { isWaiting, tell, waitingPolicyOf } from './waiting.ts'
import type { WaitingKey } from './waiting-policy.ts'

export function keyPressed(turn: Turn, call: Call, digit: Digit): void {
  if (call.phase.name === 'leaving_message') {
    if (digit === '#') finishMessage(turn, call)
    return
  }
  const key = keyOf(turn.state, call, digit)
  if (key === undefined || !isWaiting(call)) return
  const { callId } = call
  turn.emit({ type: 'call.key_pressed', at: turn.at, callId, digit, action: key.action })
  if (call.phase.name === 'waiting') obey(turn, call, key)
}

/** Before routing: of those whose phones came to nothing, whoever has pressed a key is not offered again. */
export function grantWishes(turn: Turn): void {
  for (const fact of [...turn.facts]) {
    if (fact.type !== 'call.requeued') continue
    const call = turn.state.calls.get(fact.callId)
    const wish = call?.told.wish ?? null
    if (call === undefined || wish === null || call.phase.name !== 'waiting') continue
    const key = keyOf(turn.state, call, wish)
    if (key !== undefined) obey(turn, call, key)
  }
}

function keyOf(state: State, call: Call, digit: Digit): WaitingKey | undefined {
  return waitingPolicyOf(state, call)?.keys.find((key) => key.digit === digit)
}

function obey(turn: Turn, call: Call, key: WaitingKey): void {
  // Nothing can be said or begun there; the caller keeps the place and may press again.
  if (turn.state.nodes.get(call.nodeId)?.isUp !== true) return
  if (!isDone(turn, call, key)) tell(turn, call, ['key_unavailable'])
}

function isDone(turn: Turn, call: Call, key: WaitingKey): boolean {
  switch (key.action) {
    case 'callback':
      return requestCallback(turn, call)
    case 'message':
      return startMessage(turn, call)
    case 'queue':
      return changeQueue(turn, call, key.queueId)
    case 'number': {
      const queueId = turn.state.numbers.get(key.number)?.queueId
      return queueId !== undefined && changeQueue(turn, call, queueId)
    }
  }
}

/** The clock of the wait stands; the place follows from it. False where that queue takes nobody. */
function changeQueue(turn: Turn, call: Call, queueId: string): boolean {
  const { state, at } = turn
  const { callId, queueId: fromQueueId } = call
  const queue = state.queues.get(queueId)
  if (queue === undefined || fromQueueId === null || queueId === fromQueueId) return false
  if (waitingIn(state, queueId) >= queue.waitingMax) return false
  if (!queue.joinWhenEmpty && state.lanes.get(queueId)?.signedIn.size === 0) return false
  const { priority } = queue
  turn.emit({ type: 'call.changed_queue', at, callId, queueId, fromQueueId, priority })
  return true
}
