// Carriers are asked whether they are there; silence twice says no, any answer says yes.
import { expect, it } from 'vitest'
import type { Trunk } from '../../src/core/admission.ts'
import { TRUNK_ASK_MS, TrunkHealth } from '../../src/sip/trunk-health.ts'
import { keptLog } from '../support/floor.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

const trunk = (trunkId: string, over: Partial<Trunk> = {}): Trunk => ({
  trunkId,
  name: trunkId,
  isEnabled: true,
  addresses: ['192.0.2.7'],
  username: null,
  outboundAddress: null,
  callsMax: 30,
  callsPerSecondMax: 10,
  ...over,
})

it('tells which carriers answer', async () => {
  const clock = new ManualClock()
  const asked: string[] = []
  let status: number | null = 404
  let trunks = [
    trunk('a', { outboundAddress: 'ims.example:5080' }),
    trunk('off', { isEnabled: false }),
    trunk('network', { addresses: ['192.0.2.0/24'] }),
  ]
  const connection = {
    isUp: true,
    async ask(method: string, { uri }: { readonly uri: string }) {
      asked.push(`${method} ${uri}`)
      return status
    },
  }
  const { log } = keptLog()
  const health = new TrunkHealth({ trunks: () => trunks, connection: () => connection, clock, log })
  expect(health.of('a')).toEqual({ isUp: null, answeredAt: null, latencyMs: null })
  const startedAt = clock.now()
  health.start()
  await until(() => health.of('a').isUp !== null, 'an answer')
  expect(asked).toEqual(['OPTIONS sip:ims.example:5080'])
  expect(health.of('a')).toEqual({ isUp: true, answeredAt: startedAt, latencyMs: 0 })
  expect(health.of('off').isUp).toBeNull()
  expect(health.of('network').isUp).toBeNull()

  status = null
  clock.advance(TRUNK_ASK_MS)
  await until(() => asked.length === 2, 'a second question')
  expect(health.of('a').isUp).toBe(true)
  clock.advance(TRUNK_ASK_MS)
  await until(() => health.of('a').isUp === false, 'the carrier to be down')
  expect(health.of('a').answeredAt).toBe(startedAt)

  trunks = [trunk('off', { isEnabled: false })]
  clock.advance(TRUNK_ASK_MS)
  expect(health.of('a').isUp).toBeNull()
  health.stop()
})
