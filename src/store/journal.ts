// Writes facts to the database: in order, in batches, each batch and the rows made from it in one
// transaction. While the database is away they go to a spool on disk (every append synced), and from
// there, still in order, once it is back; facts of a run that was killed are replayed at the next start.
// Never makes the caller wait and never throws at it. Its bounds: when the spool has reached its size,
// or the disk refuses, the newest facts stay in memory, and above `memoryFactsMax` the oldest of those
// are given up, counted and logged as an alarm: what is spooled already, and the newest, survive.
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Clock, Timer } from '../clock.ts'
import type { RecordedFact } from '../core/facts.ts'
import type { Log } from '../log.ts'
import type { Database } from './database.ts'
import { recordFacts } from './projections.ts'
import { Spool } from './spool.ts'
import { reasonOf, sqlStateOf } from './sql-errors.ts'

export interface JournalOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  /** Folder of the spool and of the facts that no database would take. */
  readonly spoolDir: string
  /** IANA name: whose days the sums beside the facts are of; absent: Asia/Shanghai. */
  readonly timeZone?: string
  /** Facts of one transaction at most. */
  readonly batchMax: number
  readonly spoolBytesMax?: number
  readonly memoryFactsMax?: number
}

export interface JournalStatus {
  /** Facts not yet in the database. */
  readonly pending: number
  readonly spooledBytes: number
  readonly isDatabaseUp: boolean
  /** Age of the oldest pending fact. */
  readonly lagMs: number
  /** Facts of this run that were given up because neither database nor disk took them. */
  readonly lost: number
  /** Facts of this run that the database refused for themselves. */
  readonly rejected: number
}

interface Entry {
  readonly line: string
  readonly at: number
}

interface Flush {
  /** Settled facts that end the wait. */
  readonly target: number
  resolve(): void
  reject(reason: Error): void
}

const RETRY_MS_MIN = 250
const RETRY_MS_MAX = 10_000
const SPOOL_BYTES_MAX = 1 << 30
const MEMORY_FACTS_MAX = 100_000

export class Journal {
  readonly #options: JournalOptions
  readonly #memoryFactsMax: number
  readonly #spool: Spool
  #memory: Entry[] = []
  #inFlight: Entry[] = []
  #spooledSince = 0
  #recorded = 0
  #settled = 0
  #lost = 0
  #rejected = 0
  #isDatabaseUp = true
  #isSpoolRefusing = false
  #isDropping = false
  #isStopping = false
  #retryMs = RETRY_MS_MIN
  #retryTimer: Timer | null = null
  #flushes: Flush[] = []
  #wake: () => void = () => {}
  #loop: Promise<void> | null = null

  constructor(options: JournalOptions) {
    this.#options = options
    this.#spool = new Spool(options.spoolDir, options.spoolBytesMax ?? SPOOL_BYTES_MAX)
    this.#memoryFactsMax = options.memoryFactsMax ?? MEMORY_FACTS_MAX
  }

  /** Replays what an earlier run left in the spool; rejects if the database cannot take it. */
  async start(): Promise<void> {
    const { clock, log } = this.#options
    const cutBytes = await this.#spool.open()
    if (cutBytes > 0) log.warn({ cutBytes }, 'the spool ended in an unfinished fact, now dropped')
    const { lines } = this.#spool
    this.#spooledSince = clock.now()
    this.#recorded += lines
    try {
      while (this.#spool.lines > 0) await this.#settleSpool()
    } catch (error) {
      await this.#spool.close()
      throw new Error('facts of an earlier run cannot be recorded yet', { cause: error })
    }
    if (lines > 0) log.info({ facts: lines }, 'facts of an earlier run recorded')
    this.#loop = this.#work()
  }

  /** Takes facts as they are now; later changes to the objects are not seen. */
  record(facts: readonly RecordedFact[]): void {
    const { clock, log } = this.#options
    if (this.#isStopping && this.#loop === null) {
      log.fatal({ facts: facts.length }, 'facts lost: the journal has been stopped')
      return
    }
    const at = clock.now()
    for (const fact of facts) this.#memory.push({ line: lineOf(fact), at })
    this.#recorded += facts.length
    this.#dropAboveBound()
    this.#wake()
  }

  /**
   * Resolves when every fact recorded so far is in the database (or was refused by it for itself).
   * Rejects at the next failed attempt, and asks for that attempt at once.
   */
  flush(): Promise<void> {
    if (this.#settled >= this.#recorded) return Promise.resolve()
    if (this.#loop === null) return Promise.reject(new Error('the journal is not running'))
    return new Promise((resolve, reject) => {
      this.#flushes.push({ target: this.#recorded, resolve, reject })
      this.#retryNow()
    })
  }

  /** Records what is pending or, while the database is away, leaves it in the spool. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#wake()
    await this.#loop
    this.#loop = null
    this.#retryTimer?.clear()
    if (this.#memory.length > 0 && !(await this.#spoolMemory())) {
      this.#options.log.fatal({ facts: this.#memory.length }, 'facts lost: nowhere to keep them')
    }
    this.#endFlushes(new Error('the journal was stopped'))
    await this.#spool.close()
  }

  status(): JournalStatus {
    const oldest = this.#inFlight[0]?.at ?? (this.#spool.lines > 0 ? this.#spooledSince : null)
    const since = oldest ?? this.#memory[0]?.at ?? null
    return {
      pending: this.#spool.lines + this.#inFlight.length + this.#memory.length,
      spooledBytes: this.#spool.bytes,
      isDatabaseUp: this.#isDatabaseUp,
      lagMs: since === null ? 0 : Math.max(0, this.#options.clock.now() - since),
      lost: this.#lost,
      rejected: this.#rejected,
    }
  }

  async #work(): Promise<void> {
    while (!this.#isStopping || (this.#isDatabaseUp && this.#hasPending())) {
      // Armed before looking, so that a wake-up in between is not missed.
      const awake = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      if (!this.#isDatabaseUp || this.#spool.lines > 0) await this.#spoolMemory()
      if (this.#retryTimer !== null || !this.#hasPending()) await awake
      else await this.#attempt()
    }
  }

  #hasPending(): boolean {
    return this.#memory.length > 0 || this.#spool.lines > 0
  }

  /** One batch: what is spooled is older than what is in memory. */
  async #attempt(): Promise<void> {
    try {
      if (this.#spool.lines > 0) await this.#settleSpool()
      else await this.#settleMemory()
      this.#succeeded()
    } catch (error) {
      this.#failed(error)
    }
  }

  async #settleMemory(): Promise<void> {
    this.#inFlight = this.#memory.splice(0, this.#options.batchMax)
    try {
      const lines = this.#inFlight.map(({ line }) => line)
      await this.#commit(lines, async (count) => {
        this.#inFlight.splice(0, count)
      })
    } finally {
      if (this.#inFlight.length > 0) this.#memory = [...this.#inFlight, ...this.#memory]
      this.#inFlight = []
    }
  }

  async #settleSpool(): Promise<void> {
    const lines = await this.#spool.peek(this.#options.batchMax)
    let done = 0
    await this.#commit(lines, async (count) => {
      const taken = lines.slice(done, done + count)
      done += count
      await this.#spool.take(taken)
      this.#spooledSince = atOf(taken.at(-1)) ?? this.#spooledSince
    })
  }

  /** Calls `settled` for each stretch of lines, from the first, that needs no further attempt. */
  async #commit(
    lines: readonly string[],
    settled: (count: number) => Promise<void>,
  ): Promise<void> {
    const { db, timeZone } = this.#options
    const facts = lines.map(factOf)
    const settle = async (count: number) => {
      this.#settled += count
      await settled(count)
    }
    try {
      const legible = facts.filter((fact) => fact !== null)
      if (legible.length === facts.length) {
        await db.transaction((tx) => recordFacts(tx, legible, timeZone))
        return await settle(facts.length)
      }
    } catch (error) {
      if (!isOfTheFact(error)) throw error
    }
    // One of them is not to be recorded. Each alone shows which, and the others go through.
    for (const [place, line] of lines.entries()) {
      const fact = facts[place] ?? null
      const reason = fact === null ? 'not a fact' : await this.#refusalOf(fact)
      if (reason !== null) await this.#reject(line, reason)
      await settle(1)
    }
  }

  /** Records one fact. Null, or why the database, which answers otherwise, will never take it. */
  async #refusalOf(fact: RecordedFact): Promise<string | null> {
    const { db, timeZone } = this.#options
    try {
      await db.transaction((tx) => recordFacts(tx, [fact], timeZone))
      return null
    } catch (error) {
      if (!isOfTheFact(error)) throw error
      await db.execute(sql`select 1`)
      return reasonOf(error)
    }
  }

  async #reject(line: string, reason: string): Promise<void> {
    const { clock, log, spoolDir } = this.#options
    const rejectedAt = new Date(clock.now()).toISOString()
    const fact = factOf(line)
    const entry = `${JSON.stringify({ rejectedAt, reason, fact: fact ?? line })}\n`
    await appendFile(join(spoolDir, 'rejected-facts.ndjson'), entry, { flush: true })
    this.#rejected += 1
    const { seq = null, type = null } = fact ?? {}
    log.error({ seq, type, reason }, 'a fact was rejected and put into rejected-facts.ndjson')
  }

  #succeeded(): void {
    const { log } = this.#options
    if (!this.#isDatabaseUp) log.info({ pending: this.status().pending }, 'database is back')
    this.#isDatabaseUp = true
    this.#retryMs = RETRY_MS_MIN
    if (this.#isDropping && !this.#hasPending()) {
      this.#isDropping = false
      log.error({ lost: this.#lost }, 'facts were lost; recording goes on')
    }
    const done = this.#flushes.filter(({ target }) => target <= this.#settled)
    this.#flushes = this.#flushes.filter(({ target }) => target > this.#settled)
    for (const { resolve } of done) resolve()
  }

  #failed(error: unknown): void {
    const { clock, log } = this.#options
    if (this.#isDatabaseUp)
      log.error({ reason: reasonOf(error) }, 'database is away; facts are spooled')
    this.#isDatabaseUp = false
    this.#retryTimer = clock.after(this.#retryMs, () => this.#retryNow())
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX)
    this.#endFlushes(new Error('facts could not be recorded', { cause: error }))
  }

  #retryNow(): void {
    this.#retryTimer?.clear()
    this.#retryTimer = null
    this.#wake()
  }

  #endFlushes(reason: Error): void {
    for (const { reject } of this.#flushes.splice(0)) reject(reason)
  }

  /** Moves what is in memory behind what is spooled. False where something had to stay. */
  async #spoolMemory(): Promise<boolean> {
    const { batchMax, log } = this.#options
    let reason = 'the spool has reached its size'
    while (this.#memory.length > 0) {
      const batch = this.#memory.slice(0, batchMax)
      const isFirst = this.#spool.lines === 0
      // Held aside while it is written, so that no bound can drop what is half on disk.
      this.#inFlight = this.#memory.splice(0, batch.length)
      const isKept = await this.#spool.append(batch.map(({ line }) => line)).catch((error) => {
        reason = reasonOf(error)
        return false
      })
      if (isKept && isFirst) this.#spooledSince = batch[0]?.at ?? 0
      if (!isKept) this.#memory = [...batch, ...this.#memory]
      this.#inFlight = []
      if (isKept) {
        this.#isSpoolRefusing = false
        continue
      }
      if (!this.#isSpoolRefusing) log.error({ reason }, 'facts cannot be spooled; kept in memory')
      this.#isSpoolRefusing = true
      this.#dropAboveBound()
      return false
    }
    return true
  }

  #dropAboveBound(): void {
    const above = this.#memory.length - this.#memoryFactsMax
    if (above <= 0) return
    this.#memory.splice(0, above)
    this.#lost += above
    this.#settled += above
    if (!this.#isDropping)
      this.#options.log.fatal('facts are being lost: database and disk are full')
    this.#isDropping = true
    this.#endFlushes(new Error('facts were lost'))
  }
}

/** The fact can never be recorded: PostgreSQL refused its values, or they make no sense to us. */
function isOfTheFact(error: unknown): boolean {
  const state = sqlStateOf(error)
  // 22 data exception, 23 integrity violation, 54 program limit, 42601 a statement that lacks a value
  // because the fact does. Anything else (no rights, disk full, read-only, a table missing) would meet
  // every fact and passes, so it must not reject any.
  if (state !== null) return /^(22|23|54|42601)/.test(state)
  return error instanceof TypeError || error instanceof RangeError
}

/** PostgreSQL's text has no NUL and no half characters; telephone networks do. */
function lineOf(fact: RecordedFact): string {
  const line = JSON.stringify(fact)
  if (!/\\u(0000|d[89a-f])/.test(line)) return line
  return JSON.stringify(fact, (_key, value: unknown) =>
    typeof value === 'string' ? Buffer.from(value).toString().replaceAll('\0', '\ufffd') : value,
  )
}

function factOf(line: string): RecordedFact | null {
  try {
    const fact: unknown = JSON.parse(line)
    const isFact = typeof fact === 'object' && fact !== null && 'seq' in fact && 'type' in fact
    return isFact ? (fact as RecordedFact) : null
  } catch {
    // Whoever asks keeps the line itself and says so.
    return null
  }
}

function atOf(line: string | undefined): number | null {
  return line === undefined ? null : (factOf(line)?.at ?? null)
}
