// Conferences: rooms in which every leg hears all others. A room is there while somebody is in it; coming
// and going are announced as mod_conference does, whose other events nobody here listens to.
import type { Channel } from './channel.ts'
import { voiceOf } from './eavesdrop.ts'
import type { Exchange } from './exchange.ts'

/** `name@profile`. */
export function enterRoom(exchange: Exchange, leg: Channel, argument: string): void {
  leg.room = argument.split('@')[0] ?? ''
  announce(exchange, leg, leg.room, 'add-member')
}

export function leaveRoom(exchange: Exchange, leg: Channel): void {
  const { room } = leg
  if (room === null) return
  leg.room = null
  announce(exchange, leg, room, 'del-member')
}

function announce(exchange: Exchange, leg: Channel, room: string, action: string): void {
  exchange.announce('CUSTOM', leg, {
    'Event-Subclass': 'conference::maintenance',
    'Conference-Name': room,
    Action: action,
  })
  exchange.listen(leg)
  for (const other of exchange.channels.values()) if (other.room === room) exchange.listen(other)
}

/** What the others say. */
export function voicesInRoom(exchange: Exchange, leg: Channel): string[] {
  const others = [...exchange.channels.values()].filter(
    (other) => other !== leg && other.room === leg.room,
  )
  return others.map(voiceOf).filter((voice) => voice !== null)
}
