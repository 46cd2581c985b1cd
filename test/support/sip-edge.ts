// The edge with records in memory, so that tests see what it would have written and can change what the
// administrators would have decided.
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../src/clock.ts'
import type { BlockedCaller, Trunk } from '../../src/core/admission.ts'
import type { Ban } from '../../src/core/bans.ts'
import type { Binding } from '../../src/core/bindings.ts'
import type { DialPermit } from '../../src/core/class-of-service.ts'
import type { Input } from '../../src/core/inputs.ts'
import type { PhoneTransfer } from '../../src/core/phone-transfers.ts'
import { SIP_REALM } from '../../src/core/sip-names.ts'
import { createLog } from '../../src/log.ts'
import { ha1Of } from '../../src/sip/digest.ts'
import { SipEdge, type SipEdgeOptions } from '../../src/sip/edge.ts'
import type { EdgeNode } from '../../src/sip/nodes.ts'
import type { PhoneDial } from '../../src/sip/outbound.ts'
import type { CallSides, SideOfCall, SipRecords } from '../../src/sip/records.ts'
import type { FreeSwitch } from './freeswitch.ts'
import { until } from './until.ts'

export class MemoryRecords implements SipRecords {
  trunks: Trunk[] = []
  numbers: string[] = ['12345']
  blocked: BlockedCaller[] = []
  permits: DialPermit[] = []
  readonly bans = new Map<string, Ban>()
  readonly bindings = new Map<string, Binding>()
  readonly calls = new Map<string, CallSides>()
  readonly passwords = new Map<string, string>()
  isAway = false

  async readSettings() {
    this.#ask()
    return {
      trunks: this.trunks,
      numbers: this.numbers,
      blocked: this.blocked,
      bans: [...this.bans.values()],
    }
  }

  async findAgentSecrets(agentId: string) {
    return this.#secretsOf(`agent-${agentId}`)
  }

  async findTrunkSecrets(username: string) {
    return this.#secretsOf(username)
  }

  async findPermits(agentId: string) {
    this.#ask()
    return this.permits.filter((permit) => permit.agentId === null || permit.agentId === agentId)
  }

  async loadBindings() {
    this.#ask()
    return [...this.bindings.values()]
  }

  async saveBinding(binding: Binding) {
    this.#ask()
    this.bindings.set(`${binding.agentId} ${binding.uri}`, binding)
  }

  async deleteBinding({ agentId, uri }: Pick<Binding, 'agentId' | 'uri'>) {
    this.#ask()
    this.bindings.delete(`${agentId} ${uri}`)
  }

  async saveBan(ban: Ban) {
    this.#ask()
    this.bans.set(ban.address, ban)
  }

  async loadCalls() {
    this.#ask()
    return [...this.calls.values()]
  }

  async saveCall(sides: CallSides) {
    this.#ask()
    this.calls.set(sides[0].dialogId, sides)
  }

  async deleteCall({ dialogId }: SideOfCall) {
    this.#ask()
    this.calls.delete(dialogId)
  }

  #secretsOf(user: string) {
    this.#ask()
    const password = this.passwords.get(user)
    return password === undefined ? [] : [ha1Of(user, SIP_REALM, password)]
  }

  #ask(): void {
    if (this.isAway) throw new Error('the records are away')
  }
}

export interface TestEdge {
  readonly edge: SipEdge
  readonly records: MemoryRecords
  readonly inputs: Input[]
  /** Begun at phones. */
  readonly transfers: PhoneTransfer[]
  /** Wished for at phones. */
  readonly dials: PhoneDial[]
}

/** Resolves when it is connected. */
export async function startEdge(
  options: Partial<SipEdgeOptions> & Pick<SipEdgeOptions, 'drachtio' | 'nodes'>,
  records: MemoryRecords,
): Promise<TestEdge> {
  const inputs: Input[] = []
  const transfers: PhoneTransfer[] = []
  const dials: PhoneDial[] = []
  const edge = new SipEdge({
    records,
    submit: (input) => inputs.push(input),
    transfers: {
      units: () => [],
      begin: (transfer) => {
        transfers.push(transfer)
        return null
      },
    },
    beginDial: (wish) => {
      dials.push(wish)
      return null
    },
    clock: systemClock,
    newId: randomUUID,
    random: Math.random,
    nonceSecret: 'nonce-test',
    log: createLog(process.env.EDGE_LOG ?? 'silent'),
    ...options,
  })
  await edge.start()
  await until(() => edge.status().connections.every(({ isUp }) => isUp), 'the edge connected')
  return { edge, records, inputs, transfers, dials }
}

/** Where a started FreeSWITCH listens. */
export async function nodeOf(server: FreeSwitch, nodeId: string): Promise<EdgeNode> {
  const esl = await server.esl()
  const status = await esl.api('sofia status profile agents')
  esl.close()
  const port = /URL\s+sip:\S+?:(\d+)/.exec(status)?.[1]
  if (port === undefined) throw new Error(`no address in: ${status}`)
  return {
    nodeId,
    callersAddress: `127.0.0.1:${server.trunkPort}`,
    agentsAddress: `127.0.0.1:${port}`,
  }
}

export function trunkAt(address: string, changes: Partial<Trunk> = {}): Trunk {
  return {
    trunkId: 'carrier',
    name: 'Carrier',
    isEnabled: true,
    addresses: [address],
    username: null,
    outboundAddress: null,
    callsMax: 1_000,
    callsPerSecondMax: 1_000,
    ...changes,
  }
}
