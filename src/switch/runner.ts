// Sends commands to one switch and listens to what becomes of them. All requests of a command, and of
// the commands after it, go out at once and in order, but for what a fresh bridge keeps back; the switch
// carries them out in that order, so nothing waits for a round trip. It never throws: whatever goes wrong
// is reported as `command.failed`.
import type { Clock } from '../clock.ts'
import type { SwitchCommand } from '../core/commands.ts'
import type { Input, LegId } from '../core/inputs.ts'
import { requestsFor, type Site, type SwitchRequest } from './commands.ts'
import type { EventHeaders, SwitchConnection } from './connection.ts'
import { UnsafeText } from './encoding.ts'
import { FreshBridges } from './fresh-bridges.ts'
import { JOBS } from './originate.ts'

export interface RunnerOptions {
  readonly site: Site
  readonly clock: Clock
  /** Null while the switch cannot be reached. */
  readonly connection: () => SwitchConnection | null
  readonly submit: (input: Input) => void
}

/** Commands that make a leg. */
const ORIGINATES: ReadonlySet<SwitchCommand['type']> = new Set<SwitchCommand['type']>([
  'originate_agent',
  'originate_party',
  'originate_supervisor',
])

interface Originating {
  isCreated: boolean
  /** We have tried to end the leg, and the switch did not know it yet. */
  unheardCause: string | null
}

/** A leg that is there and is not found is tried again; one that is not there any more says so itself. */
const KILLS_MAX = 5

export class CommandRunner {
  readonly #options: RunnerOptions
  /** Legs whose originate has not reported yet. */
  readonly #originating = new Map<LegId, Originating>()

  /** Bridges that nothing may be called away from yet. */
  readonly #fresh: FreshBridges

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#fresh = new FreshBridges(options.clock, (command) => this.run(command))
  }

  run(command: SwitchCommand): void {
    if (this.#fresh.keeps(command)) return
    let requests: SwitchRequest[]
    try {
      requests = requestsFor(command, this.#options.site)
    } catch (cause) {
      if (!(cause instanceof UnsafeText)) throw cause
      this.#failed(command, 'unsafe_text')
      return
    }
    const connection = this.#options.connection()
    if (connection === null) {
      this.#failed(command, 'switch_unavailable')
      return
    }
    if (ORIGINATES.has(command.type)) {
      this.#originating.set(command.legId, { isCreated: false, unheardCause: null })
    }
    this.#send(connection, command, requests, KILLS_MAX)
  }

  /** What a connection had under way is forgotten with it; the next look at the switch shows the rest. */
  forget(): void {
    this.#fresh.forget()
    this.#originating.clear()
  }

  /**
   * FreeSWITCH makes the channel of an originate in a thread of its own. A kill that overtakes it finds
   * nobody and must be sent again, or the phone of a caller who is long gone would ring on.
   */
  sawEvent(headers: EventHeaders): void {
    this.#fresh.sawEvent(headers)
    const { 'Event-Name': name, 'Unique-ID': legId, 'Job-UUID': jobId } = headers
    if (name === 'BACKGROUND_JOB' && typeof jobId === 'string') {
      if (jobId.startsWith(JOBS.originate)) {
        this.#originating.delete(jobId.slice(JOBS.originate.length))
      }
    } else if (name === 'CHANNEL_CREATE' && typeof legId === 'string') {
      const leg = this.#originating.get(legId)
      if (leg === undefined) return
      leg.isCreated = true
      if (leg.unheardCause !== null) this.#kill(legId, leg.unheardCause, KILLS_MAX)
    }
  }

  #send(
    connection: SwitchConnection,
    command: SwitchCommand,
    requests: readonly SwitchRequest[],
    killsLeft: number,
  ): void {
    let isReported = false
    for (const request of requests) {
      issue(connection, request).then(
        (reply) => {
          const refusal = refusalIn(command, reply)
          if (refusal === null || isReported) return
          isReported = true
          if (command.type === 'hang_up') this.#notFound(command.legId, command.cause, killsLeft)
          else this.#failed(command, refusal)
        },
        () => {
          if (isReported) return
          isReported = true
          this.#failed(command, 'switch_unavailable')
        },
      )
    }
  }

  /** Nothing to end is as good as ended, unless the leg is only about to be made. */
  #notFound(legId: LegId, cause: string, killsLeft: number): void {
    const leg = this.#originating.get(legId)
    if (leg === undefined) return
    if (!leg.isCreated) leg.unheardCause = cause
    else if (killsLeft > 1) this.#kill(legId, cause, killsLeft - 1)
  }

  #kill(legId: LegId, cause: string, killsLeft: number): void {
    const connection = this.#options.connection()
    if (connection === null) return
    const command: SwitchCommand = { type: 'hang_up', nodeId: '', legId, cause }
    this.#send(connection, command, requestsFor(command, this.#options.site), killsLeft)
  }

  #failed(command: SwitchCommand, reason: string): void {
    const { type, legId } = command
    this.#options.submit({
      type: 'command.failed',
      at: this.#options.clock.now(),
      command: type,
      legId,
      reason,
    })
  }
}

function issue(connection: SwitchConnection, request: SwitchRequest): Promise<string> {
  switch (request.kind) {
    case 'api':
      return connection.api(request.text)
    case 'event':
      return connection.event('cc::monitor', request.headers)
    case 'bgapi':
      return connection.bgapi(request.text, request.jobId)
  }
}

/** Only the first word of a refusal is dependable; its text differs from command to command. */
function refusalIn(command: SwitchCommand, reply: string): string | null {
  if (reply.startsWith('-')) {
    const [line = ''] = reply.split('\n')
    return line.replace(/^-\w+\s*/, '').slice(0, 128) || 'refused'
  }
  // The dialplan's fallback was not there to be taken away: it has begun, and the caller is leaving.
  if (command.type === 'claim' && /Deleted: 0\b/.test(reply)) return 'fallback_began'
  return null
}
