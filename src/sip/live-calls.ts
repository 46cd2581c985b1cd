// Every answered call through the edge. While the connection to drachtio is lost the two sides go on
// talking, but nobody tells us who hangs up, and drachtio does not hand the old dialogs to the new
// connection. So after a loss both sides are asked every few seconds whether they are still there, and
// when one is gone the other is hung up: no caller is left to silence, no agent to a dead line. The same
// holds for the calls of a run before this one, which is why they are kept in the records.
import type { Clock, Timer } from '../clock.ts'
import type { Log } from '../log.ts'
import {
  type Called,
  hangUp,
  type IncomingCall,
  isOffer,
  JoinedCall,
  type JoinOptions,
} from './calls.ts'
import type { Dialog, Offer, SipConnection, SipHeaders } from './connection.ts'
import type { CallSides, SideOfCall, SipRecords } from './records.ts'

const ASK_MS = 2_000
const ANSWER_MS_MAX = 3_000
/** A caller without an offer answers ours in the ACK, at once. */
const LATE_ANSWER_MS_MAX = 5_000
const GONE = new Set([408, 410, 430, 481, 503])

export interface LiveCallsOptions {
  readonly records: Pick<SipRecords, 'loadCalls' | 'saveCall' | 'deleteCall'>
  readonly connectionOf: (edgeId: string) => SipConnection | undefined
  readonly clock: Clock
  readonly log: Log
}

export class LiveCalls {
  readonly #options: LiveCallsOptions
  readonly #joined = new Map<JoinedCall, CallSides>()
  readonly #orphans = new Set<CallSides>()
  #timer: Timer | null = null
  #isStopped = false

  constructor(options: LiveCallsOptions) {
    this.#options = options
  }

  /** Takes up the calls that an earlier run has left behind. Without the records there are none. */
  async start(): Promise<void> {
    const { records, log } = this.#options
    const left = await records.loadCalls().catch((error: unknown) => {
      log.warn({ error: String(error) }, 'edge_calls.unread')
      return []
    })
    for (const sides of left) this.#orphans.add(sides)
    if (left.length > 0) log.info({ count: left.length }, 'edge_calls.left_behind')
    this.#watch()
  }

  /** Answers the caller with what the called side answered and joins the two. Null: one of them was gone. */
  join(
    call: IncomingCall,
    called: Called,
    calledConnection: SipConnection,
    options: JoinOptions,
    done: (joined: JoinedCall | null) => void,
  ): void {
    if (isOffer(called)) return this.#joinLate(call, called, calledConnection, options, done)
    call.answer(called.remote.sdp, {}, (caller) => {
      if (caller === null) {
        hangUp(called, {})
        return done(null)
      }
      caller.once('ack', () => {
        called.queueRequests = false
      })
      done(this.#link(call, caller, called, calledConnection, options))
    })
  }

  /** The caller made no offer: the called side's goes there with the 200, the answer comes with the ACK. */
  #joinLate(
    call: IncomingCall,
    offer: Offer,
    calledConnection: SipConnection,
    options: JoinOptions,
    done: (joined: JoinedCall | null) => void,
  ): void {
    const { clock, log } = this.#options
    const { callId } = options
    call.answer(offer.sdp, {}, (caller) => {
      if (caller === null) {
        offer.abandon()
        return done(null)
      }
      let isOver = false
      const settle = (): boolean => {
        const isFirst = !isOver
        isOver = true
        timer.clear()
        return isFirst
      }
      const fail = (why: string) => {
        if (!settle()) return
        log.info({ callId, why }, 'call.offer_unanswered')
        offer.abandon()
        hangUp(caller, {})
        done(null)
      }
      const timer = clock.after(LATE_ANSWER_MS_MAX, () => fail('no ACK'))
      caller.on('destroy', () => {
        if (!settle()) return
        offer.abandon()
        done(null)
      })
      caller.once('ack', () => {
        const answer = caller.remote.sdp
        if (!answer) return fail('no answer in the ACK')
        // What the caller asks for, even a BYE, waits until the other side is there as well.
        caller.queueRequests = true
        if (!settle()) return
        offer
          .accept(answer)
          .then((called) => {
            done(this.#link(call, caller, called, calledConnection, options))
            caller.queueRequests = false
          })
          .catch((error: unknown) => {
            log.warn({ callId, error: String(error) }, 'call.answer_unsent')
            hangUp(caller, {})
            done(null)
          })
      })
    })
  }

  #link(
    call: IncomingCall,
    caller: Dialog,
    called: Dialog,
    calledConnection: SipConnection,
    options: JoinOptions,
  ): JoinedCall {
    const onEnd = () => {
      const sides = this.#joined.get(joined)
      this.#joined.delete(joined)
      if (sides !== undefined) this.#forget(sides)
      options.onEnd()
    }
    const joined: JoinedCall = new JoinedCall(caller, called, { ...options, onEnd })
    const [callerId, calledId] = joined.dialogIds
    const sides: CallSides = [
      { edgeId: call.connection.edgeId, dialogId: callerId },
      { edgeId: calledConnection.edgeId, dialogId: calledId },
    ]
    this.#joined.set(joined, sides)
    this.#write(this.#options.records.saveCall(sides))
    return joined
  }

  connectionLost(connection: SipConnection): void {
    for (const [joined, sides] of [...this.#joined]) {
      if (!sides.some(({ edgeId }) => edgeId === connection.edgeId)) continue
      // Still in the records: this run or the next looks after it.
      this.#joined.delete(joined)
      joined.lose()
      this.#orphans.add(sides)
    }
    this.#watch()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.clear()
  }

  #forget([caller]: CallSides): void {
    this.#write(this.#options.records.deleteCall(caller))
  }

  #write(written: Promise<void>): void {
    written.catch((error: unknown) => {
      this.#options.log.warn({ error: String(error) }, 'edge_calls.unwritten')
    })
  }

  #watch(): void {
    if (this.#orphans.size === 0 || this.#timer !== null || this.#isStopped) return
    this.#timer = this.#options.clock.after(ASK_MS, () => {
      this.#timer = null
      void this.#askAll().then(() => this.#watch())
    })
  }

  async #askAll(): Promise<void> {
    await Promise.all([...this.#orphans].map((sides) => this.#ask(sides)))
  }

  async #ask(sides: CallSides): Promise<void> {
    const ends = sides.map(({ edgeId, dialogId }) => ({
      connection: this.#options.connectionOf(edgeId),
      dialogId,
    }))
    // A drachtio that is no longer configured will never answer for its side.
    const isUp = () => ends.every(({ connection }) => connection === undefined || connection.isUp)
    if (!isUp()) return
    const alive = await Promise.all(
      ends.map(
        ({ connection, dialogId }) => connection !== undefined && isAlive(connection, dialogId),
      ),
    )
    if (alive.every((one) => one) || this.#isStopped || !isUp()) return
    this.#orphans.delete(sides)
    this.#forget(sides)
    for (const [index, { connection, dialogId }] of ends.entries()) {
      if (alive[index] !== true) continue
      this.#options.log.info({ dialogId }, 'call.orphan_ended')
      await connection?.askWithin(dialogId, 'BYE', PARTNER_GONE, ANSWER_MS_MAX)
    }
  }
}

const PARTNER_GONE: SipHeaders = { Reason: 'SIP;cause=481;text="Partner Gone"' }

async function isAlive(connection: SipConnection, dialogId: SideOfCall['dialogId']) {
  const status = await connection.askWithin(dialogId, 'OPTIONS', {}, ANSWER_MS_MAX)
  return status !== null && !GONE.has(status)
}
