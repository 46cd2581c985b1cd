// Looks after recordings once they are checked: moves them into the bucket, or seals them, deletes those
// whose time is over, and makes room before a disk is full. It works in the background, one recording at
// a time, and whatever fails is tried again: the file stays where it is until its copy is safe.
import { statfs } from 'node:fs/promises'
import { Bucket } from './archive/bucket.ts'
import { masterKeysIn, requireCipher } from './archive/envelope.ts'
import { Vault } from './archive/vault.ts'
import { type Clock, systemClock, type Timer } from './clock.ts'
import type { ServiceConfig } from './config.ts'
import type { QueueSettings } from './core/config.ts'
import type { Hotline } from './hotline.ts'
import type { Log } from './log.ts'
import { recordAudit } from './store/audit.ts'
import type { Database } from './store/database.ts'
import {
  certifyDeletion,
  listExpired,
  listUnarchived,
  markArchived,
  type QueuePolicies,
} from './store/recording-keeping.ts'
import type { Recording } from './store/recordings.ts'
import { reasonOf } from './store/sql-errors.ts'

const LOOK_MS = 10_000
const BATCH_MAX = 50
const MB = 1_048_576
const SYSTEM = 'system'

export interface KeeperOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly vault: Vault
  readonly recordingsDir: string
  readonly queues: () => readonly QueueSettings[]
  readonly freeMbMin: number
  /** Free bytes where recordings are written; the disk's own unless a test says otherwise. */
  readonly freeBytes?: () => Promise<number>
}

/** What an operator must know. */
export interface KeeperStatus {
  readonly isDiskLow: boolean
  /** Why the last attempt at archiving failed; null when it went well. */
  readonly archivingFault: string | null
}

export class RecordingKeeper {
  readonly #options: KeeperOptions
  #timer: Timer | null = null
  #round: Promise<void> = Promise.resolve()
  #isStopped = false
  #isDiskLow = false
  #archivingFault: string | null = null

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#schedule()
  }

  get vault(): Vault {
    return this.#options.vault
  }

  status(): KeeperStatus {
    return { isDiskLow: this.#isDiskLow, archivingFault: this.#archivingFault }
  }

  /** Waits for the recording in hand. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.clear()
    await this.#round
  }

  /** One look at everything. Never rejects. */
  async look(): Promise<void> {
    try {
      await this.#archive()
      await this.#expire(false, Number.POSITIVE_INFINITY)
      await this.#makeRoom()
    } catch (cause) {
      this.#options.log.error({ reason: reasonOf(cause) }, 'recordings could not be looked after')
    }
  }

  #schedule(): void {
    if (this.#isStopped) return
    this.#timer = this.#options.clock.after(LOOK_MS, () => {
      this.#round = this.look().finally(() => this.#schedule())
    })
  }

  async #archive(): Promise<void> {
    const { db, vault, clock, log } = this.#options
    if (!vault.hasBucket && !vault.isSealing) return
    for (const { path } of await listUnarchived(db, BATCH_MAX)) {
      if (this.#isStopped) return
      try {
        const where = await vault.archive(path)
        await markArchived(db, path, { ...where, archivedAt: clock.now() })
        await vault.removeOriginal(path)
        this.#archivingFault = null
      } catch (cause) {
        const reason = reasonOf(cause)
        if (this.#archivingFault === null)
          log.error({ path, reason }, 'recordings stay in the folder')
        this.#archivingFault = reason
        return
      }
    }
  }

  /** Deletes what may go, the oldest first, until `bytesMax` are free again. */
  async #expire(isEarly: boolean, bytesMax: number): Promise<void> {
    const { db, clock } = this.#options
    const at = clock.now()
    const expired = await listExpired(db, this.#policies(), { at, isEarly, limit: BATCH_MAX })
    let bytes = 0
    for (const recording of expired) {
      if (this.#isStopped || bytes >= bytesMax) return
      await this.#delete(recording, isEarly ? 'disk_low' : 'retention')
      bytes += recording.sizeBytes ?? 0
    }
  }

  async #delete(recording: Recording, rule: string): Promise<void> {
    const { db, vault, clock } = this.#options
    const { path, callId, sha256 } = recording
    const at = clock.now()
    if (!(await certifyDeletion(db, path, { at, by: SYSTEM, rule }))) return
    await vault.remove(recording)
    const details = { callId, sha256, rule }
    const entry = { action: 'recording.deleted', entity: 'recording', entityId: path, details }
    await recordAudit(db, { ...entry, actor: SYSTEM, ip: null, at })
  }

  /** A recording that cannot be written is noticed only at its end, so room is made before. */
  async #makeRoom(): Promise<void> {
    const { log, freeMbMin } = this.#options
    const missing = freeMbMin * MB - (await this.#freeBytes())
    if (missing > 0 && !this.#isDiskLow)
      log.error({ freeMbMin }, 'the disk for recordings fills up')
    this.#isDiskLow = missing > 0
    if (missing > 0) await this.#expire(true, missing)
  }

  async #freeBytes(): Promise<number> {
    const { freeBytes, recordingsDir } = this.#options
    if (freeBytes !== undefined) return freeBytes()
    const { bavail, bsize } = await statfs(recordingsDir)
    return bavail * bsize
  }

  #policies(): QueuePolicies {
    return new Map(this.#options.queues().map(({ queueId, recording }) => [queueId, recording]))
  }
}

/** As the environment says. Throws where it asks for a cipher that this machine does not have. */
export function openVault(config: ServiceConfig, recordingsDir: string): Vault {
  const { recordingsBucketUrl, recordingsKeys, recordingsCipher = 'aes-256-gcm' } = config
  const keys = recordingsKeys === undefined ? [] : masterKeysIn(recordingsKeys)
  if (keys.length > 0) requireCipher(recordingsCipher)
  const bucket = recordingsBucketUrl === undefined ? null : new Bucket(recordingsBucketUrl)
  return new Vault({ recordingsDir, bucket, keys, cipher: recordingsCipher })
}

export function startKeeper(
  config: ServiceConfig,
  parts: Pick<KeeperOptions, 'db' | 'log' | 'recordingsDir'> & { readonly hotline: Hotline },
): RecordingKeeper {
  const { hotline, ...rest } = parts
  const keeper = new RecordingKeeper({
    ...rest,
    clock: systemClock,
    vault: openVault(config, rest.recordingsDir),
    queues: () => hotline.engine.state.config.queues,
    // The simulator keeps its files within a budget of its own.
    freeMbMin: config.freeswitchUrls === undefined ? 0 : (config.recordingsFreeMbMin ?? 0),
  })
  keeper.start()
  return keeper
}
