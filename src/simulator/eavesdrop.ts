// `eavesdrop`: a leg that hears what another says and hears, and is heard by that one, by its partner, by
// both or by nobody. It ends with the leg it listens at; what it was doing then is over.
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'

/** The two flags as the variables and commands set them: `near` is the leg listened at. */
interface Heard {
  readonly near: boolean
  readonly far: boolean
}

/** FreeSWITCH's digits; of an eavesdropper on the caller's leg 1 and 2 change sides. */
const COMMANDS: Readonly<Record<string, Heard>> = {
  '0': { near: false, far: false },
  '1': { near: false, far: true },
  '2': { near: true, far: false },
  '3': { near: true, far: true },
}

export interface Eavesdropping {
  readonly target: Channel
  heardBy: Heard
}

/** False where there is nothing to listen at. */
export function eavesdrop(exchange: Exchange, leg: Channel, targetId: string): boolean {
  const target = exchange.find(targetId)
  if (target === undefined || target === leg || target.answeredAt === null) return false
  const heardBy = {
    far: leg.isSet('eavesdrop_whisper_aleg'),
    near: leg.isSet('eavesdrop_whisper_bleg'),
  }
  leg.eavesdropping = { target, heardBy }
  target.eavesdroppers.add(leg)
  exchange.announce('MEDIA_BUG_START', target, bugHeaders(target))
  listenAround(exchange, leg)
  return true
}

/** An event that names the leg and a command; anything else is nothing to it. */
export function commandEavesdropper(exchange: Exchange, leg: Channel, command: string): void {
  const { eavesdropping } = leg
  const heardBy = COMMANDS[command]
  if (eavesdropping === null || heardBy === undefined) return
  // Read with the next frame of the leg's own audio.
  exchange.soon(leg, 1, 20, () => {
    eavesdropping.heardBy = heardBy
    listenAround(exchange, leg)
  })
}

/** The leg does something else from now on. */
export function stopEavesdropping(exchange: Exchange, leg: Channel): void {
  const target = leg.eavesdropping?.target
  if (target === undefined) return
  leg.eavesdropping = null
  target.eavesdroppers.delete(leg)
  exchange.announce('MEDIA_BUG_STOP', target, bugHeaders(target))
  exchange.listen(target)
  if (target.partner !== null) exchange.listen(target.partner)
}

/** The leg is gone and nothing is left to listen at; `goOn` takes each eavesdropper's program further. */
export function leaveAlone(exchange: Exchange, leg: Channel, goOn: (one: Channel) => void): void {
  for (const one of [...leg.eavesdroppers]) {
    stopEavesdropping(exchange, one)
    if (one.top?.app === 'eavesdrop') goOn(one)
  }
}

function listenAround(exchange: Exchange, leg: Channel): void {
  const target = leg.eavesdropping?.target
  if (target === undefined) return
  exchange.listen(target)
  if (target.partner !== null) exchange.listen(target.partner)
  exchange.listen(leg)
}

function bugHeaders(target: Channel): Record<string, string> {
  return { 'Media-Bug-Function': 'eavesdrop', 'Media-Bug-Target': target.legId }
}

/** What is said at the far end of the leg, or nothing. */
export function voiceOf(leg: Channel): string | null {
  if (leg.isHeldByPhone || leg.isVanished || leg.isMute || leg.isHangingUp) return null
  if (leg.answeredAt === null) return null
  return leg.agentId === null ? 'caller' : `agent:${leg.agentId}`
}

/** Whoever else is heard on the leg beside what is played to it or said by its partner; not `except`. */
export function voicesAt(leg: Channel, except: Channel | null = null): string[] {
  const near = [...leg.eavesdroppers].filter((one) => one.eavesdropping?.heardBy.near === true)
  const partner = leg.mode === 'bridged' ? leg.partner : null
  const far = [...(partner?.eavesdroppers ?? [])].filter(
    (one) => one.eavesdropping?.heardBy.far === true,
  )
  return [...near, ...far].filter((one) => one !== except).flatMap((one) => voiceOf(one) ?? [])
}
