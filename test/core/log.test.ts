// What stands in the log of a call: its id in every line, and nobody's number.
import { expect, expectTypeOf, it } from 'vitest'
import type { Fact, RecordedFact } from '../../src/core/facts.ts'
import { createLog } from '../../src/log.ts'

type OfACall = Extract<
  Fact,
  { type: `${'call' | 'offer' | 'party' | 'leg' | 'recording'}.${string}` }
>

it('every fact of a call says which', () => {
  expectTypeOf<OfACall['callId']>().toEqualTypeOf<string>()
})

it('numbers of citizens are masked, and a callback is found with the call that it comes from', () => {
  const lines: string[] = []
  const log = createLog('info', { write: (line) => void lines.push(line) })
  const at = 1_795_451_800_000
  const call = {
    at,
    callId: 'c1',
    legId: 'c1-leg',
    nodeId: 'fs1',
    from: '13800138000',
    to: '12345',
  }
  const place = { queueId: 'city', priority: 0, queuedAt: at }
  const facts: RecordedFact[] = [
    { ...call, seq: 1, type: 'call.arrived', arrivedAt: at },
    {
      ...{ at, seq: 2, type: 'callback.requested', callbackId: 'b1', kind: 'quick', ...place },
      ...{ from: '13800138000', to: '12345', originalCallId: 'c1', dueAt: null, startAt: at },
      ...{ attemptsMax: 3, requestedBy: null, assignedTo: null },
    },
    {
      ...{ ...call, ...place, seq: 3, type: 'call.dial_queued', ground: 'callback' },
      ...{ callbackId: 'b1', agentId: null, reasonBefore: null },
    },
    {
      ...{ at, seq: 4, type: 'party.dialled', callId: 'c1', legId: 'p1', agentId: 'a1' },
      ...{ purpose: 'transfer', target: { kind: 'number', number: '13800138000' } },
    },
  ]
  for (const fact of facts) log.fact(fact)
  expect(lines.map((line) => JSON.parse(line).callId)).toEqual(['c1', 'c1', 'c1', 'c1'])
  expect(lines.join('')).not.toContain('13800138000')
  expect(lines.join('').match(/138\*\*\*\*8000/g)?.length).toBe(4)
})
