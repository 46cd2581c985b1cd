// Who may speak to the edge at all. Banned addresses are turned away before anything is looked at, agents
// and trunks prove their passwords here, and every failure counts towards a ban. A phone that is
// registered goes on working from an address that is banned: an office has many phones behind one.
import type { Clock } from '../clock.ts'
import {
  type Ban,
  type BanReason,
  type Bans,
  isBanned,
  noteFailure,
  restoreBans,
} from '../core/bans.ts'
import type { AgentId } from '../core/config.ts'
import { agentIdOf } from '../core/sip-names.ts'
import type { Log } from '../log.ts'
import type { SipReply, SipRequest } from './connection.ts'
import { type Digest, type Ha1, parseAnswer } from './digest.ts'
import { transportOf, userOf } from './headers.ts'
import type { SipRecords } from './records.ts'

type Respond = Pick<SipReply, 'send'>

export interface GateOptions {
  readonly bans: Bans
  readonly digest: Digest
  readonly records: Pick<SipRecords, 'findAgentSecrets' | 'findTrunkSecrets' | 'saveBan'>
  readonly clock: Clock
  readonly log: Log
  /** Whether a live binding leads to just this source. */
  readonly isPhone: (request: SipRequest) => boolean
}

interface Challenge {
  readonly status: 401 | 407
  readonly answerHeader: string
  readonly challengeHeader: string
}
const WWW: Challenge = {
  status: 401,
  answerHeader: 'Authorization',
  challengeHeader: 'WWW-Authenticate',
}
const PROXY: Challenge = {
  status: 407,
  answerHeader: 'Proxy-Authorization',
  challengeHeader: 'Proxy-Authenticate',
}
/** Last known secrets, for when the records are away. */
const SECRETS_MAX = 20_000

export class Gate {
  readonly #options: GateOptions
  readonly #secrets = new Map<string, readonly Ha1[]>()
  /** Bans that the records do not have yet. */
  readonly #unsaved = new Set<Ban>()

  constructor(options: GateOptions) {
    this.#options = options
  }

  bans(): Ban[] {
    const at = this.#options.clock.now()
    return [...this.#options.bans.byAddress.values()].filter(({ expiresAt }) => expiresAt > at)
  }

  /** As the records have it now: bans of an earlier run, and without those that were lifted. */
  restore(bans: readonly Ban[]): void {
    restoreBans(this.#options.bans, [...bans, ...this.#unsaved])
  }

  /** True: the request comes from a banned address and has been answered. */
  turnsAway(request: SipRequest, reply: SipReply): boolean {
    const { bans, clock, isPhone } = this.#options
    if (!isBanned(bans, request.source_address, clock.now()) || isPhone(request)) return false
    reply.send(403, 'Address Banned')
    return true
  }

  /** Notes that a source without business here tried. */
  suspect(request: SipRequest, reason: BanReason): void {
    const { bans, clock, log, records } = this.#options
    const address = request.source_address
    const ban = noteFailure(bans, { address, reason, at: clock.now() })
    if (ban === null) return
    log.warn({ address, reason, failures: ban.failures, expiresAt: ban.expiresAt }, 'sip.banned')
    this.#unsaved.add(ban)
    records
      .saveBan(ban)
      .then(() => this.#unsaved.delete(ban))
      .catch((error: unknown) => log.warn({ error: String(error) }, 'ban.unsaved'))
  }

  /**
   * The agent whose phone this is. Null: it has been asked for its password, or refused. The name it signs
   * in by must be the one it speaks for, in To at a REGISTER and in From at a call.
   */
  async agent(
    request: SipRequest,
    reply: Respond,
    kind: 'register' | 'call',
  ): Promise<AgentId | null> {
    const speaksFor = userOf(request.get(kind === 'register' ? 'To' : 'From'))
    const username = await this.#user(request, reply, kind === 'register' ? WWW : PROXY, (name) => {
      const agentId = agentIdOf(name)
      if (agentId === null) return Promise.resolve([])
      return this.#options.records.findAgentSecrets(agentId)
    })
    if (username === null) return null
    if (decoded(username) !== speaksFor) {
      this.#options.log.info({ username, speaksFor }, 'sip.wrong_user')
      this.suspect(request, 'bad_password')
      reply.send(403, 'Wrong User')
      return null
    }
    return agentIdOf(username)
  }

  /** The user name of the trunk that signs in; null as above. */
  trunk(request: SipRequest, reply: Respond): Promise<string | null> {
    return this.#user(request, reply, PROXY, (name) => this.#options.records.findTrunkSecrets(name))
  }

  async #user(
    request: SipRequest,
    reply: Respond,
    challenge: Challenge,
    find: (name: string) => Promise<readonly Ha1[]>,
  ): Promise<string | null> {
    const { digest, clock, log } = this.#options
    const ask = (isStale: boolean) => {
      const isWeb = /^wss?$/.test(transportOf(request) ?? '')
      const values = digest.challenges(clock.now(), isStale, isWeb ? 'last' : 'first')
      // The library joins values of one name by commas, which few phones can read.
      const value = values.join(`\r\n${challenge.challengeHeader}: `)
      reply.send(challenge.status, undefined, { headers: { [challenge.challengeHeader]: value } })
      return null
    }
    const header = request.get(challenge.answerHeader)
    if (header === undefined) return ask(false)
    const answer = parseAnswer(header)
    if (answer === null) {
      this.suspect(request, 'probing')
      reply.send(400, 'Unreadable Credentials')
      return null
    }
    const secrets = await this.#secretsOf(answer.username, find)
    if (secrets === 'unavailable') {
      reply.send(503, 'Records Away', { headers: { 'Retry-After': '5' } })
      return null
    }
    const verdict = digest.verify(answer, request.method, secrets, clock.now())
    if (verdict === 'stale') return ask(true)
    if (verdict === 'valid') return answer.username
    const { username } = answer
    log.info({ username, address: request.source_address }, 'sip.bad_password')
    this.suspect(request, 'bad_password')
    reply.send(403, 'Wrong Password')
    return null
  }

  async #secretsOf(
    name: string,
    find: (name: string) => Promise<readonly Ha1[]>,
  ): Promise<readonly Ha1[] | 'unavailable'> {
    try {
      const secrets = await find(name)
      this.#secrets.delete(name)
      if (secrets.length > 0) this.#secrets.set(name, secrets)
      for (const oldest of this.#secrets.keys()) {
        if (this.#secrets.size <= SECRETS_MAX) break
        this.#secrets.delete(oldest)
      }
      return secrets
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, 'sip.records_away')
      return this.#secrets.get(name) ?? 'unavailable'
    }
  }
}

function decoded(username: string): string {
  try {
    return decodeURIComponent(username)
  } catch {
    return username
  }
}
