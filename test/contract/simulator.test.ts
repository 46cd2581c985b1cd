// The contract between the service and a switch, on the simulator. `npm run test:telephony` runs the same
// assertions on a real FreeSWITCH.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { PhoneBehaviour } from '../../src/simulator/phones.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { type ContractBehaviour, type ContractPeer, switchContract } from './switch-contract.ts'

const BEHAVIOURS: Readonly<Record<ContractBehaviour, PhoneBehaviour>> = {
  answers: { kind: 'answer', afterMs: 100 },
  is_busy: { kind: 'busy' },
  rejects: { kind: 'reject', afterMs: 50 },
  never_answers: { kind: 'never' },
}

switchContract('the simulator', async (): Promise<ContractPeer> => {
  const folder = mkdtempSync(join(tmpdir(), 'yingda-contract-'))
  const simulator = new Simulator({ clock: systemClock, seed: 'contract' })
  await simulator.start()
  return {
    eslPort: simulator.port,
    password: simulator.password,
    recordingsFolder: folder,
    placeCall: async (to) => {
      const call = simulator.call({ to, from: '13800001234' })
      return {
        hangUp: () => {
          call.hangUp()
          return undefined
        },
        press: (digit) => call.press(digit),
      }
    },
    phone: async (agentId, behaviour) => {
      const phone = simulator.phones.phone(agentId)
      phone.register()
      phone.behave(BEHAVIOURS[behaviour])
      return { hold: () => phone.hold(), unhold: () => phone.unhold() }
    },
    unplug: async () => {},
    stop: async () => {
      await simulator.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
})
