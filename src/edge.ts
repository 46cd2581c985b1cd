// The SIP edge put between drachtio, the records and the hotline. What the edge asks of the records is
// handed over as plain functions, because adapters do not know one another.
import { randomUUID } from 'node:crypto'
import { systemClock } from './clock.ts'
import { callbackPermits } from './core/callbacks.ts'
import { rejection } from './core/rejections.ts'
import type { Hotline } from './hotline.ts'
import type { HealthCheck } from './http/context.ts'
import type { Log } from './log.ts'
import type { DrachtioAddress } from './sip/connection.ts'
import { SipEdge } from './sip/edge.ts'
import type { EdgeNode } from './sip/nodes.ts'
import type { PhoneDial, PhoneTransfers } from './sip/outbound.ts'
import type { CallSides, SipRecords } from './sip/records.ts'
import { listBans, saveBan } from './store/address-bans.ts'
import { listBlockedCallers } from './store/blocked-callers.ts'
import type { Database } from './store/database.ts'
import { dialPermitsOf } from './store/dial-permits.ts'
import { deleteEdgeCall, listEdgeCalls, saveEdgeCall } from './store/edge-calls.ts'
import { listNumbers } from './store/numbers.ts'
import { deleteBinding, listBindings, saveBinding } from './store/phone-bindings.ts'
import { findSipHashes } from './store/sip-credentials.ts'
import { findTrunkHashes, listTrunks } from './store/trunks.ts'

/** Of the two SIP profiles in sip/freeswitch, unless a switch's URL says otherwise. */
const CALLERS_PORT = 5080
const AGENTS_PORT = 5090
const DRACHTIO_PORT = 9022

export interface EdgeOptions {
  /** `drachtio://:secret@host:9022`. */
  readonly drachtioUrls: readonly string[]
  /** `esl://:password@host:8021?callers=5080&agents=5090&weight=1`; all after the port may be left out. */
  readonly freeswitchUrls: readonly string[]
  readonly db: Database
  readonly hotline: Hotline
  readonly secret: string
  readonly log: Log
}

/** Resolves when the bindings of the last run are in force; drachtio is connected then or later. */
export async function startEdge(options: EdgeOptions): Promise<SipEdge> {
  const { drachtioUrls, freeswitchUrls, db, hotline, secret, log } = options
  const edge = new SipEdge({
    drachtio: drachtioUrls.map(drachtioAddress),
    nodes: freeswitchUrls.map(edgeNode),
    records: recordsIn(db, hotline),
    submit: (input) => void hotline.engine.submit(input),
    transfers: transfersIn(hotline),
    beginDial: (wish) => beginDial(hotline, wish),
    clock: systemClock,
    newId: randomUUID,
    random: Math.random,
    nonceSecret: secret,
    log,
  })
  await edge.start()
  return edge
}

export function edgeHealth(edge: SipEdge): HealthCheck[] {
  return edge.status().connections.map(({ edgeId, isUp }) => ({
    name: `edge:${edgeId}`,
    isUp,
    ...(isUp ? {} : { reason: 'not connected' }),
  }))
}

function transfersIn({ engine }: Hotline): PhoneTransfers {
  return {
    units: () => engine.state.units.values(),
    begin({ agentId, legId, target }) {
      // The phone may be in another call as well: listening in, or one that it dialled itself.
      if (engine.state.agents.get(agentId)?.legId !== legId) return rejection('not_connected')
      const at = systemClock.now()
      return engine.submit({ type: 'agent.transfer_requested', at, agentId, target })
    },
  }
}

function beginDial({ engine }: Hotline, wish: PhoneDial) {
  const at = systemClock.now()
  return engine.submit({ type: 'agent.dial_requested', at, callbackId: null, ...wish })
}

function recordsIn(db: Database, { engine }: Hotline): SipRecords {
  return {
    async readSettings() {
      const [trunks, numbers, blocked, bans] = await Promise.all([
        listTrunks(db),
        listNumbers(db),
        listBlockedCallers(db),
        listBans(db, systemClock.now()),
      ])
      return { trunks, numbers: numbers.map(({ number }) => number), blocked, bans }
    },
    findAgentSecrets: (agentId) => findSipHashes(db, agentId),
    findTrunkSecrets: async (username) => {
      const hashes = await findTrunkHashes(db, username)
      return hashes === null ? [] : [hashes]
    },
    findPermits: async (agentId) => [
      ...callbackPermits(engine.state, agentId),
      ...(await dialPermitsOf(db, agentId)),
    ],
    loadBindings: (at) => listBindings(db, at),
    saveBinding: (binding) => saveBinding(db, binding),
    deleteBinding: (binding) => deleteBinding(db, binding),
    saveBan: (ban) => saveBan(db, ban),
    async loadCalls() {
      const calls = await listEdgeCalls(db)
      return calls.map(
        (call): CallSides => [
          { edgeId: call.callerEdgeId, dialogId: call.callerDialogId },
          { edgeId: call.calledEdgeId, dialogId: call.calledDialogId },
        ],
      )
    },
    saveCall: ([caller, called]) =>
      saveEdgeCall(db, {
        callerEdgeId: caller.edgeId,
        callerDialogId: caller.dialogId,
        calledEdgeId: called.edgeId,
        calledDialogId: called.dialogId,
      }),
    deleteCall: ({ edgeId, dialogId }) =>
      deleteEdgeCall(db, { callerEdgeId: edgeId, callerDialogId: dialogId }),
  }
}

function drachtioAddress(text: string): DrachtioAddress {
  const { hostname, port, password } = new URL(text)
  if (hostname === '' || password === '') {
    throw new Error('a drachtio URL has the form drachtio://:secret@host:9022')
  }
  const secret = decodeURIComponent(password)
  return { host: hostname, port: port === '' ? DRACHTIO_PORT : Number(port), secret }
}

/** The same switch as `parseSwitchUrl` sees it, from the SIP side. */
export function edgeNode(text: string): EdgeNode {
  const { hostname, port, searchParams } = new URL(text)
  const number = (name: string, otherwise: number): number => {
    const value = searchParams.get(name)
    if (value === null) return otherwise
    if (!/^\d{1,5}$/.test(value)) throw new Error(`${name} in a switch's URL must be a number`)
    return Number(value)
  }
  return {
    nodeId: `${hostname}:${port === '' ? 8021 : port}`,
    callersAddress: `${hostname}:${number('callers', CALLERS_PORT)}`,
    agentsAddress: `${hostname}:${number('agents', AGENTS_PORT)}`,
    weight: number('weight', 1),
  }
}
