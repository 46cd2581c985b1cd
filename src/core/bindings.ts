// Where agents' phones are. A binding is one contact of one agent, for a while. The rules are a
// registrar's (RFC 3261 §10.3), with RFC 5626's for contacts that name their device: such a contact
// replaces the same device's earlier one, whatever address it had. Nothing is kept beyond its end.
import type { AgentId } from './config.ts'

export const TRANSPORTS = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** The way to one phone. */
export interface Binding {
  readonly agentId: AgentId
  /** The contact's URI as the phone gave it. */
  readonly uri: string
  /** `+sip.instance` and `reg-id` of a contact that has both (RFC 5626). */
  readonly device: string | null
  readonly transport: Transport
  readonly address: string
  readonly port: number
  /** The drachtio that holds the phone's connection. */
  readonly edgeId: string
  readonly userAgent: string
  readonly registeredAt: number
  readonly expiresAt: number
  readonly callId: string
  readonly cseq: number
  /** Of the last keep-alive; null before the first. */
  readonly latencyMs: number | null
}

export interface OfferedContact {
  readonly uri: string
  readonly device: string | null
  /** The contact's own `expires`; null: the request's. */
  readonly expiresSeconds: number | null
}

export interface Registration {
  readonly at: number
  readonly agentId: AgentId
  /** `*`: all of them; empty: only asks what there is. */
  readonly contacts: readonly OfferedContact[] | '*'
  readonly expiresSeconds: number | null
  readonly callId: string
  readonly cseq: number
  readonly source: Pick<Binding, 'transport' | 'address' | 'port' | 'edgeId' | 'userAgent'>
}

export interface RegistrarLimits {
  readonly expiresSecondsDefault: number
  readonly expiresSecondsMin: number
  readonly expiresSecondsMax: number
  readonly bindingsMax: number
}

export const REGISTRAR_LIMITS: RegistrarLimits = {
  expiresSecondsDefault: 300,
  expiresSecondsMin: 10,
  expiresSecondsMax: 3_600,
  bindingsMax: 5,
}

export type Registered =
  | {
      readonly isAccepted: true
      /** All that stand now, the one just registered first. */
      readonly bindings: readonly Binding[]
      readonly removed: readonly Binding[]
      /** New or refreshed by this request. */
      readonly saved: readonly Binding[]
    }
  | { readonly isAccepted: false; readonly status: 400 | 423 | 500; readonly reason: string }

/** A phone in a browser: it takes DTLS-SRTP and ICE, which must be decided before it is rung. */
export function isBrowser(binding: Pick<Binding, 'transport'>): boolean {
  return binding.transport === 'ws' || binding.transport === 'wss'
}

/** One REGISTER of an authenticated agent against what stands. */
export function register(
  standing: readonly Binding[],
  registration: Registration,
  limits: RegistrarLimits = REGISTRAR_LIMITS,
): Registered {
  const { at, contacts, callId, cseq } = registration
  const live = standing.filter(({ expiresAt }) => expiresAt > at)
  const isLate = live.some((binding) => binding.callId === callId && binding.cseq >= cseq)
  if (contacts === '*') {
    if (registration.expiresSeconds !== 0) return refused(400, 'Expires Must Be 0')
    if (isLate) return refused(500, 'Out Of Order')
    return { isAccepted: true, bindings: [], removed: live, saved: [] }
  }
  if (contacts.length > 0 && isLate) return refused(500, 'Out Of Order')
  let bindings = live
  const removed: Binding[] = []
  const saved: Binding[] = []
  for (const contact of contacts) {
    const granted = expiryOf(contact, registration, limits)
    if (granted !== 0 && granted < limits.expiresSecondsMin)
      return refused(423, 'Interval Too Brief')
    const same = bindings.filter((binding) => isSame(binding, contact))
    bindings = bindings.filter((binding) => !isSame(binding, contact))
    if (granted === 0) {
      removed.push(...same)
      continue
    }
    // The device has a new address; what leads to the old one must not linger in the records.
    removed.push(...same.filter(({ uri }) => uri !== contact.uri))
    const binding: Binding = {
      ...registration.source,
      agentId: registration.agentId,
      uri: contact.uri,
      device: contact.device,
      registeredAt: at,
      expiresAt: at + granted * 1_000,
      callId,
      cseq,
      latencyMs: same[0]?.latencyMs ?? null,
    }
    saved.push(binding)
    bindings = [binding, ...bindings]
  }
  removed.push(...bindings.slice(limits.bindingsMax))
  bindings = bindings.slice(0, limits.bindingsMax)
  return {
    isAccepted: true,
    bindings,
    removed,
    saved: saved.filter((one) => bindings.includes(one)),
  }
}

/** Those whose time is over. */
export function expired(bindings: readonly Binding[], at: number): Binding[] {
  return bindings.filter(({ expiresAt }) => expiresAt <= at)
}

/**
 * In the order in which they are tried: a browser before a desk phone, since an agent with the console
 * open wears the headset, and among equals the one that registered last.
 */
export function ringOrder(bindings: readonly Binding[], at: number): Binding[] {
  return bindings
    .filter(({ expiresAt }) => expiresAt > at)
    .sort(
      (one, other) =>
        Number(isBrowser(other)) - Number(isBrowser(one)) || other.registeredAt - one.registeredAt,
    )
}

function expiryOf(
  contact: OfferedContact,
  registration: Registration,
  limits: RegistrarLimits,
): number {
  const asked =
    contact.expiresSeconds ?? registration.expiresSeconds ?? limits.expiresSecondsDefault
  return Math.min(asked, limits.expiresSecondsMax)
}

function isSame(binding: Binding, contact: OfferedContact): boolean {
  if (contact.device !== null && binding.device === contact.device) return true
  return binding.uri === contact.uri
}

function refused(status: 400 | 423 | 500, reason: string): Registered {
  return { isAccepted: false, status, reason }
}
