// Calls through the edge: one leg in, one leg out, joined by us (RFC 7092's back-to-back user agent, SDP
// untouched). It promises that whoever gives up first ends the other side as well, at every moment: while
// it rings, while the answer crosses a CANCEL, and in the talk. Media never passes through here.
import type { Clock } from '../clock.ts'
import type {
  Dialog,
  Offer,
  SipConnection,
  SipHeaders,
  SipMessage,
  SipReply,
  SipRequest,
  SipResponse,
  Target,
} from './connection.ts'
import { copied } from './headers.ts'
import { type Refer, type ReferVerdict, takeRefer } from './refers.ts'

/** A call that has reached us and has no final answer yet. */
export class IncomingCall {
  readonly connection: SipConnection
  readonly request: SipRequest
  readonly #reply: SipReply
  #cancel: SipMessage | null = null
  #onCancel: ((cancel: SipMessage) => void) | null = null

  /** Must be made in the same breath in which the INVITE arrived, or a CANCEL could be missed. */
  constructor(connection: SipConnection, request: SipRequest, reply: SipReply) {
    this.connection = connection
    this.request = request
    this.#reply = reply
    request.on('cancel', (cancel) => {
      this.#cancel = cancel
      this.refuse(487)
      this.#onCancel?.(cancel)
    })
  }

  get isCancelled(): boolean {
    return this.#cancel !== null
  }

  /** Called at once if the caller has given up already. */
  whenCancelled(listener: (cancel: SipMessage) => void): void {
    this.#onCancel = listener
    if (this.#cancel !== null) listener(this.#cancel)
  }

  /** Harmless after another final answer. */
  refuse(status: number, reason?: string, headers: SipHeaders = {}): void {
    if (!this.#reply.finalResponseSent) this.#reply.send(status, reason, { headers })
  }

  /** Passes a 180 or 183 on. */
  progress(response: SipResponse): void {
    if (this.#reply.finalResponseSent || this.isCancelled) return
    this.#reply.send(response.status, response.reason, { body: response.body })
  }

  answer(sdp: string, headers: SipHeaders, done: (dialog: Dialog | null) => void): void {
    if (this.isCancelled) return done(null)
    const { connection, request } = this
    connection.answer({ request, reply: this.#reply }, { sdp, headers }, done)
  }
}

export interface Attempt {
  readonly connection: SipConnection
  readonly target: Target
  readonly headers: SipHeaders
  /** Given up when no response at all has come by then. */
  readonly silentMsMax: number
  /** Given up when no final response has come by then; null: the caller decides. */
  readonly answerMsMax: number | null
}

export type DialResult =
  | { readonly outcome: 'answered'; readonly called: Called; readonly response: SipResponse }
  | { readonly outcome: 'failed'; readonly status: number | null; readonly headers: SipHeaders }
  | { readonly outcome: 'cancelled' }

/** The side that answered: joined as it is, or with an offer of its own, since the caller made none. */
export type Called = Dialog | Offer

function letGo(called: Called): void {
  if (isOffer(called)) called.abandon()
  else hangUp(called, {})
}

export function isOffer(called: Called): called is Offer {
  return 'abandon' in called
}

/**
 * Calls one place on behalf of the caller. An answer that comes after we have moved on, or after the
 * caller has given up, is hung up again and reported to nobody.
 */
export function dial(call: IncomingCall, attempt: Attempt, clock: Clock): Promise<DialResult> {
  return new Promise((resolve) => {
    let isOver = false
    const silent = clock.after(attempt.silentMsMax, () => giveUp())
    const unanswered =
      attempt.answerMsMax === null ? null : clock.after(attempt.answerMsMax, () => giveUp())
    const settle = (result: DialResult) => {
      isOver = true
      silent.clear()
      unanswered?.clear()
      resolve(result)
    }
    const sent = attempt.connection.invite(
      attempt.target,
      { headers: attempt.headers, sdp: call.request.body || null },
      {
        onProvisional: (response) => {
          silent.clear()
          if (!isOver && response.status >= 180) call.progress(response)
        },
        onOutcome: (outcome) => {
          if (outcome.isAnswered) {
            const called = 'offer' in outcome ? outcome.offer : outcome.dialog
            if (isOver || call.isCancelled) return letGo(called)
            // Until the caller has our 200, its phone must wait even with a BYE.
            if (!isOffer(called)) called.queueRequests = true
            return settle({ outcome: 'answered', called, response: outcome.response })
          }
          if (isOver) return
          const { status, response } = outcome
          const headers = response === null ? {} : copied(response, ['Reason', 'Retry-After'])
          settle({ outcome: 'failed', status, headers })
        },
      },
    )
    const giveUp = () => {
      if (isOver) return
      sent.cancel({})
      settle({ outcome: 'failed', status: null, headers: {} })
    }
    call.whenCancelled((cancel) => {
      if (isOver) return
      sent.cancel(copied(cancel, ['Reason']))
      settle({ outcome: 'cancelled' })
    })
  })
}

/** A BYE that gets no reply keeps its promise open for 32 s; nobody waits for that. */
export function hangUp(dialog: Dialog, headers: SipHeaders): void {
  dialog.destroy({ headers }).catch(() => {})
}

export interface JoinOptions {
  /** What becomes of a transfer that one side asks for. */
  readonly judgeRefer: (refer: Refer) => Promise<ReferVerdict>
  readonly onEnd: () => void
  /** The hotline's own, for the log. */
  readonly callId?: string | undefined
}

/** The two legs of an answered call, joined until one of them ends. */
export class JoinedCall {
  readonly #caller: Dialog
  readonly #called: Dialog
  readonly #options: JoinOptions
  #isOver = false
  /** The side whose re-INVITE is on its way to the other. */
  #modifying: Dialog | null = null

  constructor(caller: Dialog, called: Dialog, options: JoinOptions) {
    this.#caller = caller
    this.#called = called
    this.#options = options
    this.#link(caller, called)
    this.#link(called, caller)
  }

  /** The dialogs' names at drachtio: the caller's, the called side's. */
  get dialogIds(): readonly [string, string] {
    return [this.#caller.id, this.#called.id]
  }

  /** Ends both sides. Harmless when the call is over. */
  end(headers: SipHeaders): void {
    if (this.#isOver) return
    this.#over()
    hangUp(this.#caller, headers)
    hangUp(this.#called, headers)
  }

  /** Whoever hangs up now, we shall not hear of it here. */
  lose(): void {
    if (!this.#isOver) this.#over()
  }

  #over(): void {
    this.#isOver = true
    this.#options.onEnd()
  }

  #link(from: Dialog, to: Dialog): void {
    from.on('destroy', (bye) => {
      if (this.#isOver) return
      this.#over()
      hangUp(to, copied(bye, ['Reason']))
    })
    from.on('modify', (request, reply) => this.#modify(from, to, request, reply))
    from.on('update', (request, reply) => pass(to, request, reply, ['Content-Type']))
    from.on('info', (request, reply) => pass(to, request, reply, ['Content-Type', 'Info-Package']))
    from.on('message', (request, reply) => pass(to, request, reply, ['Content-Type']))
    from.on('notify', (request, reply) =>
      pass(to, request, reply, ['Event', 'Subscription-State', 'Content-Type']),
    )
    from.on('refer', (request, reply) => {
      this.#options
        .judgeRefer({ isFromCaller: from === this.#caller, request })
        .then((verdict) => {
          if (verdict.kind === 'refused') reply.send(verdict.status, verdict.reason)
          else if (verdict.kind === 'passed') pass(to, request, reply, [], verdict.headers)
          else takeRefer(from, request, reply, verdict.carryOut)
        })
        .catch(() => {
          if (!reply.finalResponseSent) reply.send(500, undefined)
        })
    })
  }

  #modify(from: Dialog, to: Dialog, request: SipRequest, reply: SipReply): void {
    // Both sides at once: the later one tries again in a moment (RFC 3261 §14.2).
    if (this.#modifying !== null) return reply.send(491, undefined)
    // Without an offer it only asks whether we are still there (a session refresh).
    if (!request.body) return reply.send(200, undefined, { body: from.local.sdp })
    this.#modifying = from
    to.modify(request.body)
      .then((sdp) => reply.send(200, undefined, { body: sdp }))
      .catch((error: unknown) => reply.send(statusOf(error) ?? 488, undefined))
      .finally(() => {
        this.#modifying = null
      })
  }
}

function pass(
  to: Dialog,
  request: SipRequest,
  reply: SipReply,
  names: readonly string[],
  extra: SipHeaders = {},
): void {
  const headers = { ...copied(request, names), ...extra }
  const body = request.body ? { body: request.body } : {}
  to.request({ method: request.method, headers, ...body })
    .then((response) =>
      reply.send(response.status, response.reason, {
        headers: copied(response, ['Content-Type', 'Refer-Sub']),
        body: response.body,
      }),
    )
    .catch(() => reply.send(481, undefined))
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error ? Reflect.get(error, 'status') : undefined
  return typeof status === 'number' ? status : undefined
}
