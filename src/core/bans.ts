// Addresses that guess passwords or probe for a way in. So many failures within a window ban the address
// for a while; every further ban of the same address within a day lasts twice as long. A ban ends by
// itself or is lifted by an administrator.
import { emptyWindows, forget, note, type Windows } from './windows.ts'

export const BAN_REASONS = ['bad_password', 'unknown_source', 'probing'] as const
export type BanReason = (typeof BAN_REASONS)[number]

export interface Ban {
  readonly address: string
  readonly reason: BanReason
  readonly failures: number
  readonly bannedAt: number
  readonly expiresAt: number
}

export interface BanRules {
  readonly failuresMax: number
  readonly windowMs: number
  readonly banMs: number
  readonly banMsMax: number
}

export const BAN_RULES: BanRules = {
  failuresMax: 10,
  windowMs: 5 * 60_000,
  banMs: 15 * 60_000,
  banMsMax: 24 * 3_600_000,
}

const REPEAT_MS = 24 * 3_600_000
const ADDRESSES_MAX = 20_000

export interface Bans {
  readonly rules: BanRules
  readonly failures: Windows
  readonly byAddress: Map<string, Ban>
}

export function emptyBans(rules: BanRules = BAN_RULES): Bans {
  return { rules, failures: emptyWindows(rules.windowMs, ADDRESSES_MAX), byAddress: new Map() }
}

export function isBanned(bans: Bans, address: string, at: number): boolean {
  return (bans.byAddress.get(address)?.expiresAt ?? 0) > at
}

/** Notes a failure; returns the ban where this one brought it about. */
export function noteFailure(
  bans: Bans,
  failure: { readonly address: string; readonly reason: BanReason; readonly at: number },
): Ban | null {
  const { address, reason, at } = failure
  if (isBanned(bans, address, at)) return null
  const failures = note(bans.failures, address, at)
  if (failures < bans.rules.failuresMax) return null
  const previous = bans.byAddress.get(address)
  const isRepeated = previous !== undefined && previous.bannedAt > at - REPEAT_MS
  const banMs = isRepeated
    ? Math.min(2 * (previous.expiresAt - previous.bannedAt), bans.rules.banMsMax)
    : bans.rules.banMs
  const ban: Ban = { address, reason, failures, bannedAt: at, expiresAt: at + banMs }
  bans.byAddress.set(address, ban)
  forget(bans.failures, address)
  drop(bans, at)
  return ban
}

/** Takes over what the records hold: bans of an earlier run, and those that were lifted. */
export function restoreBans(bans: Bans, recorded: readonly Ban[]): void {
  bans.byAddress.clear()
  for (const ban of recorded) bans.byAddress.set(ban.address, ban)
}

function drop(bans: Bans, at: number): void {
  for (const [address, ban] of bans.byAddress) {
    // Expired bans are kept for a day: a repeated one lasts longer.
    if (ban.expiresAt <= at && ban.bannedAt <= at - REPEAT_MS) bans.byAddress.delete(address)
  }
}
