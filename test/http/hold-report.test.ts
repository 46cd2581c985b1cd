// The report of holds: counted by agent, queue and hour, with what was above the limit or said by nobody.
import { expect, it } from 'vitest'
import type { Fact } from '../../src/core/facts.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { NOON } from '../support/floor.ts'
import { testService } from '../support/service.ts'

const test = testService()

it('counts holds by agent and by hour, and names what was not as it should be', async () => {
  const hold = (segment: number, agentId: string, at: number, holdMs: number): Fact[] => {
    const of = { callId: `c-${agentId}`, agentId, legId: 'l1', segment }
    const isExceeded = holdMs > 30_000
    return [
      { type: 'call.held', at, ...of, by: 'console', beginPrompt: 'system' },
      {
        type: 'call.retrieved',
        at: at + holdMs,
        ...of,
        holdMs,
        isExceeded,
        endPrompt: isExceeded ? null : 'system',
      },
    ]
  }
  const facts = [
    ...hold(1, 'a1', NOON, 30_000),
    ...hold(2, 'a1', NOON + 60_000, 30_001),
    ...hold(1, 'a2', NOON + 3_600_000, 10_000),
    ...hold(2, 'a2', NOON + 7_200_000, 10_000),
  ].map((fact, i) => ({ ...fact, seq: i + 1 }))
  await test.service.db.transaction((tx) => recordFacts(tx, facts))
  const ask = async (by: string) => {
    const range = 'from=2026-11-23T12:00:00%2B08:00&to=2026-11-23T14:00:00%2B08:00'
    const reply = await test.service.ask(
      'shift_leader',
      'GET',
      `/api/v1/reports/holds?by=${by}&${range}`,
    )
    return reply.json().rows
  }
  expect(await ask('agent')).toEqual([
    {
      key: 'a1',
      name: '王芳',
      holds: 2,
      calls: 1,
      holdsPerCall: 2,
      holdMs: 60_001,
      holdMsMax: 30_001,
      exceeded: 1,
      exceededShare: 0.5,
      missingPrompts: 1,
    },
    expect.objectContaining({ key: 'a2', holds: 1, exceeded: 0, missingPrompts: 0 }),
  ])
  expect(await ask('hour')).toMatchObject([
    { key: '12', holds: 2 },
    { key: '13', holds: 1 },
  ])
  expect(await ask('queue')).toMatchObject([{ key: null, holds: 3 }])
})
