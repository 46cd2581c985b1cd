import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { createLog } from '../../src/log.ts'
import { SwitchLink } from '../../src/switch/link.ts'
import { EslPeer, event, PASSWORD } from '../support/esl-peer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

let close = async (): Promise<void> => {}
afterEach(() => close())

test('a connection without even a heartbeat is given up after 45 s, and one with it is kept', async () => {
  const peer = await EslPeer.listen()
  const clock = new ManualClock()
  const lost: string[] = []
  let connected = 0
  let events = 0
  const link = new SwitchLink({
    nodeId: 'fs1',
    host: '127.0.0.1',
    port: peer.port,
    password: PASSWORD,
    clock,
    random: () => 0,
    log: createLog('silent'),
    onConnected: async () => {
      connected += 1
    },
    onEvent: () => {
      events += 1
    },
    onLost: (reason) => lost.push(reason.message),
  })
  close = async () => {
    await link.stop()
    await peer.close()
  }
  link.start()
  await until(() => connected === 1, 'the connection')
  for (let beat = 1; beat <= 5; beat += 1) {
    clock.advance(40_000)
    peer.send(event({ 'Event-Name': 'HEARTBEAT' }))
    await until(() => events === beat, `heartbeat ${beat}`)
  }
  clock.advance(44_999)
  await turn()
  expect(lost).toEqual([])
  clock.advance(1)
  expect(lost).toEqual(['nothing from the switch in 45000 ms'])
  clock.advance(250)
  await until(() => connected === 2, 'the next connection')
})
