// What the edge asks of the records, as plain functions that main.ts hands over. Everything may fail: the
// edge goes on with what it knew last, and a caller never waits for a database.
import type { BlockedCaller, Trunk } from '../core/admission.ts'
import type { Ban } from '../core/bans.ts'
import type { Binding } from '../core/bindings.ts'
import type { DialPermit } from '../core/class-of-service.ts'
import type { AgentId } from '../core/config.ts'
import type { Ha1 } from './digest.ts'

/** What the administrators decide; read whole, at the start, on `reload` and every few seconds. */
export interface EdgeSettings {
  readonly trunks: readonly Trunk[]
  /** The numbers that citizens dial. */
  readonly numbers: readonly string[]
  readonly blocked: readonly BlockedCaller[]
  readonly bans: readonly Ban[]
}

/** One side of an answered call: which drachtio has it, and what drachtio calls its dialog. */
export interface SideOfCall {
  readonly edgeId: string
  readonly dialogId: string
}
export type CallSides = readonly [caller: SideOfCall, called: SideOfCall]

export interface SipRecords {
  readSettings(): Promise<EdgeSettings>
  /** Of the agent's desk phone and of their console; none: no phone of theirs may sign in. */
  findAgentSecrets(agentId: AgentId): Promise<readonly Ha1[]>
  /** Of a trunk that signs in by digest: one, or none. */
  findTrunkSecrets(username: string): Promise<readonly Ha1[]>
  /** All that the agent holds, expired ones included. */
  findPermits(agentId: AgentId): Promise<readonly DialPermit[]>
  loadBindings(at: number): Promise<readonly Binding[]>
  /** Replaces the one with the same agent and URI. */
  saveBinding(binding: Binding): Promise<void>
  deleteBinding(binding: Pick<Binding, 'agentId' | 'uri'>): Promise<void>
  saveBan(ban: Ban): Promise<void>
  /** Answered and not known to be over. */
  loadCalls(): Promise<readonly CallSides[]>
  saveCall(sides: CallSides): Promise<void>
  /** Found by the caller's side. */
  deleteCall(caller: SideOfCall): Promise<void>
}
