// Whether a call from a trunk comes in, and where it goes. The checks stand in one list, in the order in
// which they are asked; the first that objects decides. Each refusal has its own status and reason, so
// that a carrier's log and ours say the same. A citizen is never refused on a guess: nodes that look
// dead are tried last, not left out.
import { plainNumber } from './sip-names.ts'

export interface Trunk {
  readonly trunkId: string
  readonly name: string
  readonly isEnabled: boolean
  /** Where its calls come from: `192.0.2.7`, `192.0.2.0/24`, or `192.0.2.7:5080` for one port of it. */
  readonly addresses: readonly string[]
  /** For a carrier without fixed addresses: digest instead. Null: addresses only. */
  readonly username: string | null
  /** Where it takes calls, `host` or `host:port`. Null: at the first single one of its addresses. */
  readonly outboundAddress: string | null
  /** Both ways together. */
  readonly callsMax: number
  readonly callsPerSecondMax: number
}

export interface BlockedCaller {
  readonly number: string
  readonly reason: string
  readonly approvedBy: string
  /** Null: until it is lifted. */
  readonly expiresAt: number | null
}

export interface NodeSituation {
  readonly nodeId: string
  readonly isHealthy: boolean
  readonly isDraining: boolean
  readonly calls: number
  /** A node of weight 2 takes twice the calls of one of weight 1; 0 takes none while others can. */
  readonly weight: number
}

export interface CallerLimits {
  readonly callsMax: number
  readonly callsPerMinuteMax: number
}

export const CALLER_LIMITS: CallerLimits = { callsMax: 10, callsPerMinuteMax: 30 }

/** One call that asks to come in, and all that the decision needs to know. */
export interface Arrival {
  readonly at: number
  /** Null: the source is no trunk of ours. */
  readonly trunk: Trunk | null
  readonly caller: string
  readonly dialled: string
  readonly isDraining: boolean
  /** Null: the records could not be read yet; then every number may come in and the core decides. */
  readonly numbers: ReadonlySet<string> | null
  readonly blocked: ReadonlyMap<string, BlockedCaller>
  readonly limits: CallerLimits
  readonly live: {
    readonly callsOfTrunk: number
    readonly callsOfTrunkLastSecond: number
    readonly callsOfCaller: number
    readonly callsOfCallerLastMinute: number
  }
  readonly nodes: readonly NodeSituation[]
}

export const ADMISSION_REFUSALS = {
  unknown_trunk: { status: 403, reason: 'Unknown Trunk', retryAfterSeconds: null },
  trunk_disabled: { status: 410, reason: 'Trunk Disabled', retryAfterSeconds: null },
  draining: { status: 503, reason: 'Service Draining', retryAfterSeconds: 5 },
  unknown_number: { status: 404, reason: 'Unknown Number', retryAfterSeconds: null },
  blocked_caller: { status: 603, reason: 'Blocked Caller', retryAfterSeconds: null },
  caller_calls: { status: 486, reason: 'Too Many Calls Of Caller', retryAfterSeconds: null },
  caller_rate: { status: 480, reason: 'Caller Calls Too Often', retryAfterSeconds: 60 },
  trunk_calls: { status: 503, reason: 'Trunk Full', retryAfterSeconds: null },
  trunk_rate: { status: 500, reason: 'Trunk Too Fast', retryAfterSeconds: 1 },
  no_node: { status: 502, reason: 'No Switch', retryAfterSeconds: 5 },
} as const satisfies Record<
  string,
  { status: number; reason: string; retryAfterSeconds: number | null }
>
export type AdmissionRefusalCode = keyof typeof ADMISSION_REFUSALS

export type Admission =
  | { readonly isAdmitted: true; readonly trunk: Trunk; readonly nodeIds: readonly string[] }
  | { readonly isAdmitted: false; readonly code: AdmissionRefusalCode }

type Check = readonly [code: AdmissionRefusalCode, objects: (arrival: Arrival) => boolean]

const CHECKS: readonly Check[] = [
  ['unknown_trunk', ({ trunk }) => trunk === null],
  ['trunk_disabled', ({ trunk }) => trunk?.isEnabled === false],
  ['draining', ({ isDraining }) => isDraining],
  ['unknown_number', ({ numbers, dialled }) => numbers?.has(plainNumber(dialled)) === false],
  ['blocked_caller', isBlocked],
  ['caller_calls', ({ live, limits }) => live.callsOfCaller >= limits.callsMax],
  ['caller_rate', ({ live, limits }) => live.callsOfCallerLastMinute >= limits.callsPerMinuteMax],
  ['trunk_calls', ({ live, trunk }) => live.callsOfTrunk >= (trunk?.callsMax ?? 0)],
  [
    'trunk_rate',
    ({ live, trunk }) => live.callsOfTrunkLastSecond >= (trunk?.callsPerSecondMax ?? 0),
  ],
  ['no_node', ({ nodes }) => nodesInOrder(nodes).length === 0],
]

export function admit(arrival: Arrival): Admission {
  const objection = CHECKS.find(([, objects]) => objects(arrival))
  if (objection !== undefined || arrival.trunk === null) {
    return { isAdmitted: false, code: objection?.[0] ?? 'unknown_trunk' }
  }
  return { isAdmitted: true, trunk: arrival.trunk, nodeIds: nodesInOrder(arrival.nodes) }
}

/** Healthy ones first, and among them the one with the fewest calls for its weight. */
export function nodesInOrder(nodes: readonly NodeSituation[]): string[] {
  const load = ({ calls, weight }: NodeSituation) =>
    weight > 0 ? (calls + 1) / weight : Number.POSITIVE_INFINITY
  return nodes
    .filter((node) => !node.isDraining)
    .sort(
      (one, other) =>
        Number(other.isHealthy) - Number(one.isHealthy) ||
        Math.sign(load(one) - load(other)) ||
        (one.nodeId < other.nodeId ? -1 : 1),
    )
    .map(({ nodeId }) => nodeId)
}

/** An entry with a port beats one without, a single address beats a network. */
export function trunkOf(
  trunks: readonly Trunk[],
  source: { readonly address: string; readonly port: number },
): Trunk | null {
  const { address, port } = source
  const matches = [
    (entry: string) => entry === `${address}:${port}`,
    (entry: string) => entry === address,
    (entry: string) => isWithin(address, entry),
  ]
  for (const fits of matches) {
    const trunk = trunks.find(({ addresses }) => addresses.some(fits))
    if (trunk !== undefined) return trunk
  }
  return null
}

function isBlocked({ blocked, caller, at }: Arrival): boolean {
  const entry = blocked.get(plainNumber(caller))
  return entry !== undefined && (entry.expiresAt === null || entry.expiresAt > at)
}

/** IPv4 only: `10.1.0.0/16`. */
function isWithin(address: string, network: string): boolean {
  const [base = '', bits] = network.split('/')
  if (bits === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false
  const wanted = ipv4(base)
  const given = ipv4(address)
  if (wanted === null || given === null) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(wanted / size) === Math.floor(given / size)
}

function ipv4(text: string): number | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return null
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}
