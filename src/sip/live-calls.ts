// Every answered call through the edge. While the connection to drachtio is lost the two sides go on
// talking, but nobody tells us who hangs up, and drachtio does not hand the old dialogs to the new
// connection. So after a loss both sides are asked every few seconds whether they are still there, and
// when one is gone the other is hung up: no caller is left to silence, no agent to a dead line.
import type { Clock, Timer } from '../clock.ts'
import type { Log } from '../log.ts'
import { hangUp, type IncomingCall, JoinedCall, type JoinOptions } from './calls.ts'
import type { Dialog, SipConnection, SipHeaders } from './connection.ts'

const ASK_MS = 5_000
const ANSWER_MS_MAX = 3_000
const GONE = new Set([408, 410, 430, 481, 503])

interface Side {
  readonly connection: SipConnection
  readonly dialogId: string
}
type Sides = readonly [caller: Side, called: Side]

export class LiveCalls {
  readonly #clock: Clock
  readonly #log: Log
  readonly #joined = new Map<JoinedCall, Sides>()
  readonly #orphans = new Set<Sides>()
  #timer: Timer | null = null
  #isStopped = false

  constructor(options: { readonly clock: Clock; readonly log: Log }) {
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Answers the caller with what the called side answered and joins the two. Null: the caller was gone. */
  join(
    call: IncomingCall,
    called: Dialog,
    calledConnection: SipConnection,
    options: JoinOptions,
    done: (joined: JoinedCall | null) => void,
  ): void {
    call.answer(called.remote.sdp, {}, (caller) => {
      if (caller === null) {
        hangUp(called, {})
        return done(null)
      }
      caller.once('ack', () => {
        called.queueRequests = false
      })
      const onEnd = () => {
        this.#joined.delete(joined)
        options.onEnd()
      }
      const joined: JoinedCall = new JoinedCall(caller, called, { ...options, onEnd })
      const [callerId, calledId] = joined.dialogIds
      this.#joined.set(joined, [
        { connection: call.connection, dialogId: callerId },
        { connection: calledConnection, dialogId: calledId },
      ])
      done(joined)
    })
  }

  connectionLost(connection: SipConnection): void {
    for (const [joined, sides] of this.#joined) {
      if (!sides.some((side) => side.connection === connection)) continue
      joined.lose()
      this.#orphans.add(sides)
    }
    if (this.#orphans.size > 0 && this.#timer === null) this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.clear()
  }

  #schedule(): void {
    this.#timer = this.#clock.after(ASK_MS, () => {
      this.#timer = null
      void this.#askAll().then(() => {
        if (this.#orphans.size > 0 && !this.#isStopped) this.#schedule()
      })
    })
  }

  async #askAll(): Promise<void> {
    await Promise.all([...this.#orphans].map((sides) => this.#ask(sides)))
  }

  async #ask(sides: Sides): Promise<void> {
    if (!sides.every(({ connection }) => connection.isUp)) return
    const alive = await Promise.all(sides.map(isAlive))
    if (alive.every((one) => one) || this.#isStopped) return
    if (!sides.every(({ connection }) => connection.isUp)) return
    this.#orphans.delete(sides)
    for (const [index, { connection, dialogId }] of sides.entries()) {
      if (alive[index] !== true) continue
      this.#log.info({ dialogId }, 'call.orphan_ended')
      await connection.askWithin(dialogId, 'BYE', PARTNER_GONE, ANSWER_MS_MAX)
    }
  }
}

const PARTNER_GONE: SipHeaders = { Reason: 'SIP;cause=481;text="Partner Gone"' }

async function isAlive({ connection, dialogId }: Side): Promise<boolean> {
  const status = await connection.askWithin(dialogId, 'OPTIONS', {}, ANSWER_MS_MAX)
  return status !== null && !GONE.has(status)
}
