// A real FreeSWITCH, with sipp's phones and callers, for the contract of `test/contract`.
import type { Digit } from '../../src/core/inputs.ts'
import {
  type ContractBehaviour,
  type ContractPeer,
  type ContractPhone,
  VOICES,
  type Voice,
} from '../contract/switch-contract.ts'
import { FreeSwitch } from './freeswitch.ts'
import type { RtpEnd } from './rtp.ts'
import { type PhoneScenario, SippCaller, SippPhone } from './sipp.ts'
import { TONES, tonesHeard } from './sound.ts'
import { until } from './until.ts'
import { Wire } from './wire.ts'
import { wireNow } from './wire-time.ts'

const SCENARIOS: Readonly<Record<ContractBehaviour, PhoneScenario>> = {
  answers: 'agent-phone-holds-and-retrieves-when-told',
  is_busy: 'agent-phone-is-busy',
  rejects: 'agent-phone-rejects',
  never_answers: 'agent-phone-never-answers',
}

const SETTLE_MS = 300
const HEAR_MS = 500

async function voicesAt({ heard }: RtpEnd): Promise<Voice[]> {
  const from = wireNow() + SETTLE_MS
  await until(() => wireNow() > from + HEAR_MS, 'some sound')
  const tones = tonesHeard(heard, from, from + HEAR_MS)
  return VOICES.filter((voice) => tones.includes(voice))
}

export class RealPeer implements ContractPeer {
  readonly password: string
  readonly eslPort: number
  readonly recordingsFolder: string
  readonly #edge: Wire
  readonly #trunk: Wire
  readonly #server: FreeSwitch
  readonly #open: { close(): Promise<void> }[] = []

  private constructor(edge: Wire, trunk: Wire, server: FreeSwitch) {
    this.#edge = edge
    this.#trunk = trunk
    this.#server = server
    this.password = server.password
    this.eslPort = server.eslPort
    this.recordingsFolder = server.recordingsFolder
  }

  static async start(): Promise<RealPeer> {
    const edge = await Wire.open(null)
    const server = await FreeSwitch.start({ edgePort: edge.port })
    return new RealPeer(edge, await Wire.open(server.trunkPort), server)
  }

  async placeCall(to: string) {
    const caller = await SippCaller.dial(this.#trunk, { to, hertz: TONES.caller })
    this.#open.push(caller)
    return {
      hangUp: () => caller.hangUp(),
      press: (digit: Digit) => caller.press(digit),
      hears: () => voicesAt(caller.rtp),
    }
  }

  async phone(
    agentId: string,
    behaviour: ContractBehaviour,
    voice: Voice = 'agent',
  ): Promise<ContractPhone> {
    const user = `agent-${agentId}`
    const phone = await SippPhone.plugIn(this.#edge, user, SCENARIOS[behaviour], TONES[voice])
    this.#open.push(phone)
    const press = async (): Promise<void> => phone.press(await phone.ring())
    const answered = behaviour === 'answers' ? press() : Promise.resolve()
    const pressAgain = () => answered.then(press)
    return { hold: pressAgain, unhold: pressAgain, hears: () => voicesAt(phone.rtp) }
  }

  async unplug(): Promise<void> {
    for (const one of this.#open.splice(0)) await one.close()
  }

  async stop(): Promise<void> {
    await this.#server.stop()
    this.#edge.close()
    this.#trunk.close()
  }
}
