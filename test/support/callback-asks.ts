// What people may ask about callbacks, at random, for the world of the property tests.
import type { Input } from '../../src/core/inputs.ts'
import type { State } from '../../src/core/state.ts'

export function callbackAsk(state: State, at: number, pick: number, agentId: string): Input {
  const waiting = [...state.calls.values()].filter(({ phase }) => phase.name === 'waiting')
  const callId = waiting[pick % Math.max(1, waiting.length)]?.callId ?? 'nobody'
  const callbackId = [...state.callbacks.keys()][pick % Math.max(1, state.callbacks.size)] ?? ''
  const from = `1380013${8000 + (pick % 50)}`
  const asks: Input[] = [
    { type: 'callback.wished', at, callId, number: from },
    {
      type: 'callback.requested',
      at,
      kind: pick % 2 === 0 ? 'quick' : 'follow_up',
      callId: null,
      from,
      to: '12345',
      queueId: 'city',
      dueAt: at + (pick % 7) * 20_000,
      requestedBy: 'leader',
      assignedTo: pick % 3 === 0 ? agentId : null,
    },
    { type: 'callback.assign_requested', at, callbackId, assignedTo: agentId, by: 'leader' },
    { type: 'callback.cancel_requested', at, callbackId, by: 'leader' },
    {
      type: 'agent.dial_requested',
      at,
      agentId,
      number: from,
      ground: 'directory',
      callbackId: null,
    },
    { type: 'agent.dial_requested', at, agentId, number: '', ground: 'callback', callbackId },
  ]
  return asks[Math.floor(pick / 8) % asks.length] as Input
}
