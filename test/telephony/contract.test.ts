// The contract between the service and a switch, on a real FreeSWITCH. `test/contract` runs the same
// assertions on the simulator.
import {
  type ContractBehaviour,
  type ContractPeer,
  type ContractPhone,
  switchContract,
} from '../contract/switch-contract.ts'
import { FreeSwitch } from '../support/freeswitch.ts'
import { type PhoneScenario, SippCaller, SippPhone } from '../support/sipp.ts'
import { TONES } from '../support/sound.ts'
import { Wire } from '../support/wire.ts'

const SCENARIOS: Readonly<Record<ContractBehaviour, PhoneScenario>> = {
  answers: 'agent-phone-holds-and-retrieves-when-told',
  is_busy: 'agent-phone-is-busy',
  rejects: 'agent-phone-rejects',
  never_answers: 'agent-phone-never-answers',
}

class RealPeer implements ContractPeer {
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

  async placeCall(to: string): Promise<SippCaller> {
    const caller = await SippCaller.dial(this.#trunk, { to, hertz: TONES.caller })
    this.#open.push(caller)
    return caller
  }

  async phone(agentId: string, behaviour: ContractBehaviour): Promise<ContractPhone> {
    const user = `agent-${agentId}`
    const phone = await SippPhone.plugIn(this.#edge, user, SCENARIOS[behaviour], TONES.agent)
    this.#open.push(phone)
    const press = async (): Promise<void> => phone.press(await phone.ring())
    const answered = behaviour === 'answers' ? press() : Promise.resolve()
    const pressAgain = () => answered.then(press)
    return { hold: pressAgain, unhold: pressAgain }
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

switchContract('FreeSWITCH', RealPeer.start)
