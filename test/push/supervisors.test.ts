// At most four pushes a second. No role of today reads the floor without callers' numbers; the stream for such a role is there all the
// same, and this is where it is seen to keep them to itself.
import { expect, it } from 'vitest'
import { touchedBy } from '../../src/push/messages.ts'
import { Supervisors } from '../../src/push/supervisors.ts'
import { CALLER, Floor } from '../support/floor.ts'

it('without `pii.read` the same floor, with masked numbers and numbers of its own', () => {
  const floor = new Floor()
  const sent: Record<'open' | 'masked', unknown[][]> = { open: [], masked: [] }
  const supervisors = new Supervisors(
    { state: floor.engine.state, clock: floor.clock, timeZone: 'Asia/Shanghai' },
    {
      open: { emit: (event, payload) => sent.open.push([event, payload]) },
      masked: { emit: (event, payload) => sent.masked.push([event, payload]) },
    },
  )
  floor.publish = (facts) => supervisors.touch(touchedBy(facts))
  floor.ready('a1')
  supervisors.join(true)
  floor.park('c1')
  floor.clock.advance(250)
  supervisors.join(false)
  floor.park('c2')
  floor.clock.advance(250)
  supervisors.stop()
  floor.stop()

  expect(sent.open).toHaveLength(2)
  expect(sent.open[1]).toMatchObject(['delta', { seq: 2, calls: [{ callId: 'c2', from: CALLER }] }])
  expect(sent.masked).toMatchObject([
    ['delta', { seq: 1, calls: [{ callId: 'c2', from: '138****8000' }] }],
  ])
  const masked = JSON.stringify([sent.masked, supervisors.snapshot(false)])
  expect(masked).toContain('138****8000')
  expect(masked).not.toContain(CALLER)
})

it('a busy second makes at most four pushes, an alert waits for none, and nothing is forgotten', () => {
  const floor = new Floor()
  const startAt = floor.clock.now()
  const sent: { event: string; at: number; calls: string[] }[] = []
  const room = {
    emit: (event: string, payload: { calls?: { callId: string }[] }) =>
      sent.push({
        event,
        at: floor.clock.now() - startAt,
        calls: (payload.calls ?? []).map(({ callId }) => callId),
      }),
  }
  const supervisors = new Supervisors(
    { state: floor.engine.state, clock: floor.clock, timeZone: 'Asia/Shanghai' },
    { open: room, masked: { emit: () => undefined } },
  )
  floor.publish = (facts) => supervisors.touch(touchedBy(facts))
  supervisors.join(true)
  floor.ready('a1')
  for (let i = 0; i < 200; i += 1) {
    floor.park(`c${i}`)
    floor.clock.advance(10)
  }
  supervisors.alert({ code: 'nuisance', callId: 'c1', agentId: null, at: '' })
  const deltas = () => sent.filter(({ event }) => event === 'delta')
  expect(sent.at(-1)).toMatchObject({ event: 'alert', at: 2_000 })
  for (const { at } of deltas()) {
    const within = deltas().filter((other) => other.at >= at && other.at < at + 1_000)
    expect(within.length).toBeLessThanOrEqual(4)
  }
  floor.clock.advance(250)
  supervisors.stop()
  floor.stop()
  const told = new Set(deltas().flatMap(({ calls }) => calls))
  expect(told.size).toBe(200)
})
