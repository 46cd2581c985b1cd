// Watches for what the adjusted figures may leave out and proposes it: load above the seats, parts
// of the system that are lost. Proposals wait for a person's decision. What cannot be written, as while the
// database is away, is written when it is back.
import type { Clock, Timer } from './clock.ts'
import type { LiveHotline } from './core/live.ts'
import {
  causesOf,
  goOnFrom,
  type OpenCauses,
  observe,
  type Proposal,
} from './core/window-evidence.ts'
import type { Log } from './log.ts'
import type { Database } from './store/database.ts'
import { proposeWindow } from './store/exclusion-windows.ts'
import { reasonOf } from './store/sql-errors.ts'

const LOOK_MS = 5_000

export interface ExclusionWatchOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly live: (at: number) => LiveHotline
  /** Names of the health checks that fail. */
  readonly partsLost: () => readonly string[]
}

export class ExclusionWatch {
  readonly #options: ExclusionWatchOptions
  #open: OpenCauses = new Map()
  /** By reason, queue and start: of one window only its latest shape. */
  readonly #unwritten = new Map<string, Proposal>()
  #timer: Timer
  #isStopped = false
  #looking: Promise<void> = Promise.resolve()

  constructor(options: ExclusionWatchOptions) {
    this.#options = options
    this.#timer = this.#later()
  }

  /** One look at everything, after the one in course. Never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look())
    return this.#looking
  }

  async #look(): Promise<void> {
    const { clock, live, partsLost, log } = this.#options
    const at = clock.now()
    const { open, proposals } = observe(this.#open, at, causesOf(live(at), partsLost()))
    this.#open = open
    for (const proposal of proposals) {
      const { reason, queueId, startsAt } = proposal
      this.#unwritten.set(`${reason}/${queueId ?? ''}/${startsAt}`, proposal)
    }
    try {
      for (const [key, proposal] of this.#unwritten) {
        await this.#write(proposal, at)
        this.#unwritten.delete(key)
      }
    } catch (cause) {
      log.warn({ reason: reasonOf(cause) }, 'proposed exclusion windows wait to be written')
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer.clear()
    await this.#looking
  }

  async #write(proposal: Proposal, at: number): Promise<void> {
    const window = await proposeWindow(this.#options.db, proposal, at)
    if (window.status === 'proposed') return
    this.#open = goOnFrom(this.#open, { ...proposal, endsAt: window.endsAt })
  }

  #later(): Timer {
    return this.#options.clock.after(LOOK_MS, () => {
      void this.look().finally(() => {
        if (!this.#isStopped) this.#timer = this.#later()
      })
    })
  }
}
