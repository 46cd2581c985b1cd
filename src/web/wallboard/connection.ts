// The wallboard's Socket.IO connection: it reconnects for ever, hands every message to the feed and asks
// for a snapshot where the feed misses one. The last feed stays when the connection goes, so that the
// page can show it as old. `close` ends it with its timers.
import { io } from 'socket.io-client'
import type { LiveCurve } from '../../core/live-curve.ts'
import { decode, type Feed, type Message, reduce } from './feed.ts'

/** `live` from the first snapshot of a connection until it is lost. */
export type Link =
  | 'connecting'
  | 'live'
  | 'lost'
  | 'signed_out'
  | 'forbidden'
  | 'token_unknown'
  | 'token_revoked'

export interface WallboardState {
  readonly link: Link
  /** Null before the first snapshot ever. */
  readonly feed: Feed | null
}

/** After the service itself has closed or refused the connection; Socket.IO leaves these to us. */
const RETRY_MS = 5_000
const CURVE_MS = 60_000

const REFUSALS: Readonly<Record<string, Link>> = {
  unauthenticated: 'signed_out',
  forbidden: 'forbidden',
  token_unknown: 'token_unknown',
  token_revoked: 'token_revoked',
}

/** The token in the page's own address, `?token=…`; null for a wall that somebody signed in to. */
export function tokenIn(search: string): string | null {
  const token = new URLSearchParams(search).get('token')
  return token === '' ? null : token
}

/**
 * `now` is a clock that never goes back, in ms. `token`: in place of a sign-in. `onCurve` gets the day hour by
 * hour, at the start of each connection and every minute.
 */
export function openWallboard(
  token: string | null,
  now: () => number,
  onState: (state: WallboardState) => void,
  onCurve: (curve: LiveCurve) => void,
): { close(): void } {
  let state: WallboardState = { link: 'connecting', feed: null }
  let retry: ReturnType<typeof setTimeout> | undefined
  const socket = io('/wallboard', {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelayMax: 5_000,
    forceNew: true,
    auth: token === null ? {} : { token },
  })

  const change = (next: Partial<WallboardState>) => {
    state = { ...state, ...next }
    onState(state)
  }
  const retryLater = () => {
    clearTimeout(retry)
    retry = setTimeout(() => socket.connect(), RETRY_MS)
  }
  const receive = (type: Message['type']) => (payload: unknown) => {
    const message = decode(type, payload)
    if (message === null) return
    const { feed, needsResync } = reduce(state.feed, message, now())
    if (needsResync) socket.emit('resync')
    change({ feed, ...(type === 'snapshot' ? { link: 'live' as const } : {}) })
  }

  const askCurve = () => {
    if (socket.connected) socket.emit('curve', onCurve)
  }
  const curveTimer = setInterval(askCurve, CURVE_MS)
  socket.on('connect', askCurve)
  socket.on('snapshot', receive('snapshot'))
  socket.on('delta', receive('delta'))
  socket.on('tick', receive('tick'))
  socket.on('disconnect', () => {
    change({ link: 'lost' })
    if (!socket.active) retryLater()
  })
  socket.on('connect_error', ({ message }) => {
    // While `active` Socket.IO itself tries again: the service could not be reached. Otherwise the
    // service refused us with a code, and we go on asking: somebody may sign in on another page.
    if (socket.active) return
    const refusal = REFUSALS[message]
    // What was revoked stays revoked, and its figures are nobody's to see any more.
    if (refusal === 'token_revoked') return change({ link: refusal, feed: null })
    retryLater()
    if (refusal !== undefined) change({ link: refusal })
  })

  return {
    close() {
      clearTimeout(retry)
      clearInterval(curveTimer)
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}
