// One hotline at work, without the people who look at it: the engine between its switches and its
// records. A start, after whatever kind of end, is the same as coming back from a lost connection: the
// records say what was, the switches say what still is.
import type { Clock } from './clock.ts'
import type { AgentId } from './core/config.ts'
import type { RecordedFact } from './core/facts.ts'
import type { Input, NodeId } from './core/inputs.ts'
import { emptyState } from './core/state.ts'
import { Engine } from './engine.ts'
import type { Log } from './log.ts'
import { loadConfig } from './store/config.ts'
import type { Database } from './store/database.ts'
import { restoreEstimates } from './store/estimates.ts'
import { Journal } from './store/journal.ts'
import { promptFileOf } from './store/prompt-files.ts'
import { listActivePrompts } from './store/prompts.ts'
import { remembered } from './store/remembered.ts'
import { restore } from './store/restore.ts'
import type { SwitchAddress } from './switch/node.ts'
import { SwitchPool } from './switch/pool.ts'
import { PromptFiles } from './switch/prompts.ts'

export interface HotlineOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly random: () => number
  /** Marks the legs of this run; see `emptyState`. */
  readonly epoch: string
  readonly timeZone: string
  readonly nodes: readonly SwitchAddress[]
  readonly recordingsDir: string
  /** Of recorded prompts; absolute, and the same on the switch. */
  readonly promptsDir: string
  readonly spoolDir: string
  /** Whether the phone that would ring for this agent now is a browser. */
  readonly isBrowser: (agentId: AgentId) => boolean
  readonly publish: (facts: readonly RecordedFact[]) => void
}

const BATCH_FACTS_MAX = 500

export class Hotline {
  readonly engine: Engine
  readonly pool: SwitchPool
  readonly journal: Journal
  readonly #options: HotlineOptions
  readonly #prompts = new PromptFiles()
  #reload: Promise<void> = Promise.resolve()

  private constructor(options: HotlineOptions, journal: Journal, lastSeq: number) {
    const { clock, log, random, nodes, recordingsDir, isBrowser, publish } = options
    this.#options = options
    this.journal = journal
    this.pool = new SwitchPool({
      nodes,
      clock,
      random,
      log,
      recordingsDir,
      isBrowser,
      fileOf: (prompt, language) => this.#prompts.fileOf(prompt, language),
      submit: (input: Input) => void this.engine.submit(input),
    })
    this.engine = new Engine({
      state: emptyState(options.epoch),
      lastSeq,
      clock,
      log,
      execute: (command) => this.pool.execute(command),
      publish,
      record: (facts) => journal.record(facts),
    })
  }

  /** The database is migrated and holds the configuration. Resolves before any switch is connected. */
  static async start(options: HotlineOptions): Promise<Hotline> {
    const { db, clock, log, spoolDir, timeZone } = options
    const journal = new Journal({
      db,
      clock,
      log,
      spoolDir,
      timeZone,
      batchMax: BATCH_FACTS_MAX,
    })
    await journal.start()
    // Only when all that was recorded is in the database does it know what was.
    await journal.flush()
    const { lastSeq, calls, ...history } = await restore(db, { at: clock.now(), timeZone })
    const hotline = new Hotline(options, journal, lastSeq)
    await hotline.reloadConfig()
    const known = calls.map((call) => ({ ...call, nodeId: nodeFor(call.nodeId, options.nodes) }))
    const learned = await restoreEstimates(db, clock.now())
    hotline.engine.submit({ type: 'estimates.restored', at: clock.now(), ...learned })
    hotline.engine.submit({ type: 'history.restored', at: clock.now(), calls: known, ...history })
    const memory = await remembered(db, clock.now())
    hotline.engine.submit({ type: 'routing.restored', at: clock.now(), ...memory })
    hotline.pool.start()
    return hotline
  }

  /** After the administrators changed something: takes effect at once, calls and agents stay as they are. */
  reloadConfig(): Promise<void> {
    const { db, clock, timeZone, promptsDir } = this.#options
    const load = async (): Promise<void> => {
      const config = await loadConfig(db, timeZone, clock.now())
      const active = await listActivePrompts(db)
      this.#prompts.replace(
        active.map((prompt) => ({ ...prompt, file: promptFileOf(promptsDir, prompt) })),
      )
      this.engine.submit({ type: 'config.loaded', at: clock.now(), config })
    }
    // One after the other: of two changes made at once, the later reading must be the last to arrive.
    this.#reload = this.#reload.then(load, load)
    return this.#reload
  }

  /** Calls go on at the switch. All that happened until now is in the database, or in the spool. */
  async stop(): Promise<void> {
    await this.pool.stop()
    this.engine.stop()
    await this.journal.stop()
  }
}

/** A call on a switch that is no longer ours to ask is over as soon as any switch does not show it. */
function nodeFor(nodeId: NodeId, nodes: readonly SwitchAddress[]): NodeId {
  const isKnown = nodes.some((node) => node.nodeId === nodeId)
  return isKnown ? nodeId : (nodes[0]?.nodeId ?? nodeId)
}
