// The floor as the service shows it, kept up by its messages: queues, agents and calls are each sent
// whole, so a change replaces what had the same id.
import type { WireAgent, WireCall, WireHotline, WireQueue } from '../../core/live-wire.ts'

export interface FloorView {
  readonly hotline: WireHotline
  readonly agents: readonly WireAgent[]
  readonly calls: readonly WireCall[]
}

export interface FloorDelta {
  readonly hotline?: Partial<Omit<WireHotline, 'queues'>>
  readonly queues?: readonly WireQueue[]
  readonly agents?: readonly WireAgent[]
  readonly calls?: readonly WireCall[]
  readonly endedCallIds?: readonly string[]
}

export function floorChanged(view: FloorView, delta: FloorDelta): FloorView {
  const { hotline, queues = [], agents = [], calls = [], endedCallIds = [] } = delta
  const ended = new Set(endedCallIds)
  return {
    ...view,
    hotline: {
      ...view.hotline,
      ...hotline,
      queues: replaced(view.hotline.queues, queues, ({ queueId }) => queueId),
    },
    agents: replaced(view.agents, agents, ({ agentId }) => agentId),
    calls: replaced(view.calls, calls, ({ callId }) => callId).filter(
      ({ callId }) => !ended.has(callId),
    ),
  }
}

function replaced<Item>(
  items: readonly Item[],
  fresh: readonly Item[],
  idOf: (item: Item) => string,
): readonly Item[] {
  if (fresh.length === 0) return items
  const byId = new Map(items.map((item) => [idOf(item), item]))
  for (const item of fresh) byId.set(idOf(item), item)
  return [...byId.values()]
}
