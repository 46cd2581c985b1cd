// Who is offered what: first the highest priority, then the call that has waited longest, to the
// agent with the right skills who has been idle longest. Runs after every input, and only looks at
// the queues in which something changed, so a decision costs O(log n).
import { isCallBefore, type Lane } from './lanes.ts'
import { offer } from './offers.ts'
import type { Turn } from './turn.ts'

/** Offers calls until no waiting call has an idle agent of its skills. */
export function route(turn: Turn): void {
  const { state } = turn
  for (;;) {
    let best: Lane | undefined
    for (const queueId of state.changedLanes) {
      const lane = state.lanes.get(queueId)
      const call = lane?.waiting.first()
      if (lane === undefined || call === undefined || lane.idle.size === 0) continue
      const bestCall = best?.waiting.first()
      if (bestCall === undefined || isCallBefore(call, bestCall)) best = lane
    }
    const call = best?.waiting.first()
    const agent = best?.idle.first()
    if (call === undefined || agent === undefined) break
    offer(turn, call, agent)
  }
  state.changedLanes.clear()
}
