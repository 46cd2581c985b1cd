import { expect, test } from 'vitest'
import type { SwitchCommand } from '../../src/core/commands.ts'
import { VirtualClock } from '../../src/simulator/clock.ts'
import { FreshBridges, SETTLE_MS } from '../../src/switch/fresh-bridges.ts'

const BASE = { nodeId: 'node-1' }
const hold = (legId: string): SwitchCommand => ({
  ...BASE,
  type: 'hold',
  legId,
  prompt: null,
  music: 'moh',
})
const unmute = (legId: string): SwitchCommand => ({ ...BASE, type: 'unmute', legId })

function bridged() {
  const clock = new VirtualClock(0)
  const run: SwitchCommand[] = []
  const fresh = new FreshBridges(clock, (command) => run.push(command))
  const saw = (name: string, legId: string) => {
    const legs = { 'Bridge-A-Unique-ID': 'citizen', 'Bridge-B-Unique-ID': 'agent' }
    fresh.sawEvent({ 'Event-Name': name, 'Unique-ID': legId, ...legs })
  }
  saw('CHANNEL_BRIDGE', 'citizen')
  return { clock, run, fresh, saw }
}

test('a hold asked for with the bridge goes out once the bridge has settled, and what follows it behind it', () => {
  const { clock, run, fresh } = bridged()
  expect(fresh.keeps(hold('citizen'))).toBe(true)
  expect(fresh.keeps(unmute('citizen'))).toBe(true)
  clock.advanceTo(SETTLE_MS - 1)
  expect(run).toEqual([])
  clock.advanceTo(SETTLE_MS)
  expect(run).toEqual([hold('citizen'), unmute('citizen')])
  expect(fresh.keeps(hold('citizen'))).toBe(false)
})

test('both legs of the bridge are kept in it, others and harmless commands are not kept back', () => {
  const { fresh } = bridged()
  expect(fresh.keeps(unmute('citizen'))).toBe(false)
  expect(fresh.keeps(hold('someone'))).toBe(false)
  const leg = { ...BASE, type: 'bridge', legId: 'someone', otherLegId: 'agent' } as const
  expect(fresh.keeps(leg)).toBe(true)
})

test('ending a leg is never kept back', () => {
  const { fresh } = bridged()
  fresh.keeps(hold('citizen'))
  const end = { ...BASE, type: 'hang_up', legId: 'citizen', cause: 'NORMAL_CLEARING' } as const
  expect(fresh.keeps(end)).toBe(false)
})

test.each([
  ['CHANNEL_UNBRIDGE', 'citizen'],
  ['CHANNEL_HANGUP', 'agent'],
])('a bridge that has ended (%s of the %s) keeps nothing back', (name, legId) => {
  const { run, fresh, saw } = bridged()
  fresh.keeps(hold('citizen'))
  saw(name, legId)
  expect(run).toEqual([hold('citizen')])
  expect(fresh.keeps(hold('citizen'))).toBe(false)
})

test('what waits is forgotten with the connection', () => {
  const { clock, run, fresh } = bridged()
  fresh.keeps(hold('citizen'))
  fresh.forget()
  clock.advanceTo(2 * SETTLE_MS)
  expect(run).toEqual([])
})
