// The contract between the service and a switch, on the simulator. `npm run test:telephony` runs the same
// assertions on a real FreeSWITCH.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { PhoneBehaviour } from '../../src/simulator/phones.ts'
import { Simulator } from '../../src/simulator/server.ts'
import { supervisionContract } from './supervision-contract.ts'
import {
  type ContractBehaviour,
  type ContractPeer,
  switchContract,
  VOICES,
  type Voice,
} from './switch-contract.ts'

const SETTLE_MS = 100

const BEHAVIOURS: Readonly<Record<ContractBehaviour, PhoneBehaviour>> = {
  answers: { kind: 'answer', afterMs: 100 },
  is_busy: { kind: 'busy' },
  rejects: { kind: 'reject', afterMs: 50 },
  never_answers: { kind: 'never' },
}

async function start(): Promise<ContractPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'yingda-contract-'))
  const voices = new Map<string, Voice>([['caller', 'caller']])
  /** What the model says is heard, once it has had the time that a switch needs. */
  const voicesIn = async (heard: () => string): Promise<Voice[]> => {
    const until = performance.now() + SETTLE_MS
    while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve))
    const sources = heard().split('&')
    return VOICES.filter((voice) => sources.some((source) => voices.get(source) === voice))
  }
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
        hears: () => voicesIn(() => call.heard().at(-1)?.source ?? 'silence'),
      }
    },
    phone: async (agentId, behaviour, voice = 'agent') => {
      voices.set(`agent:${agentId}`, voice)
      const phone = simulator.phones.phone(agentId)
      phone.register()
      phone.behave(BEHAVIOURS[behaviour])
      return {
        hold: () => phone.hold(),
        unhold: () => phone.unhold(),
        hears: () => voicesIn(() => phone.hears()),
      }
    },
    unplug: async () => {},
    stop: async () => {
      await simulator.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

switchContract('the simulator', start)
supervisionContract('the simulator', start)
