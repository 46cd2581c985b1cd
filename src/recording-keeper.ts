// Looks after recordings once they are checked: makes compressed copies where a queue wants them, moves
// them into the bucket, or seals them, deletes those whose time is over, and makes room before a disk is
// full. It works in the background, one recording at a time, and whatever fails is tried again: the file
// stays where it is until its copy is safe.
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { Bucket } from './archive/bucket.ts'
import { Compressor } from './archive/compressor.ts'
import { masterKeysIn, requireCipher } from './archive/envelope.ts'
import { type Stored, Vault } from './archive/vault.ts'
import { type Clock, systemClock, type Timer } from './clock.ts'
import type { ServiceConfig } from './config.ts'
import { COPY_WISHES, type CopyCodec, type QueueSettings } from './core/config.ts'
import type { Hotline } from './hotline.ts'
import type { Log } from './log.ts'
import { recordAudit } from './store/audit.ts'
import type { Database } from './store/database.ts'
import {
  addCopy,
  copyBytesOf,
  findCopy,
  listUnarchivedCopies,
  markCopyArchived,
} from './store/recording-copies.ts'
import {
  certifyDeletion,
  countUnarchived,
  listExpired,
  listReplaced,
  listUnarchived,
  listUncopied,
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
  readonly compressor: Compressor
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
  /** Why a copy could not be made at the last look; the recording stays as it is. Null when all went well. */
  readonly copyingFault: string | null
  /** On the disk for recordings at the last look; null before the first. */
  readonly freeBytes: number | null
  /** Checked and still to be moved or sealed; null where recordings stay as they are. */
  readonly backlog: number | null
}

interface CopyFault {
  readonly path: string
  readonly reason: string
}

export class RecordingKeeper {
  readonly #options: KeeperOptions
  #timer: Timer | null = null
  #round: Promise<void> = Promise.resolve()
  #isStopped = false
  #isDiskLow = false
  #archivingFault: string | null = null
  #copyingFault: string | null = null
  #free: number | null = null
  #backlog: number | null = null

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  /** Looks at once, so that a disk that is full already is known. */
  start(): void {
    this.#schedule(0)
  }

  get compressor(): Compressor {
    return this.#options.compressor
  }

  get vault(): Vault {
    return this.#options.vault
  }

  status(): KeeperStatus {
    return {
      isDiskLow: this.#isDiskLow,
      archivingFault: this.#archivingFault,
      copyingFault: this.#copyingFault,
      freeBytes: this.#free,
      backlog: this.#backlog,
    }
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
      await this.#copy()
      await this.#removeReplaced()
      await this.#archive()
      await this.#countBacklog()
      await this.#expire(false, Number.POSITIVE_INFINITY)
      await this.#makeRoom()
    } catch (cause) {
      this.#options.log.error({ reason: reasonOf(cause) }, 'recordings could not be looked after')
    }
  }

  #schedule(waitMs: number): void {
    if (this.#isStopped) return
    this.#timer = this.#options.clock.after(waitMs, () => {
      this.#round = this.look().finally(() => this.#schedule(LOOK_MS))
    })
  }

  /**
   * The newest first: those people listen to. One that cannot be made does not keep the others waiting, nor
   * its recording from being archived.
   */
  async #copy(): Promise<void> {
    const { db, queues } = this.#options
    const wishes = new Map(
      queues().map(({ queueId, recording }) => [queueId, COPY_WISHES[recording.copies]]),
    )
    const queueIds = [...wishes].flatMap(([queueId, wish]) => (wish === null ? [] : [queueId]))
    let fault: CopyFault | null = null
    for (const recording of await listUncopied(db, queueIds, BATCH_MAX)) {
      if (this.#isStopped) return
      const wish = wishes.get(recording.queueId ?? '')
      if (wish === undefined || wish === null) continue
      try {
        await this.#copyOne(recording, wish.codec, wish.isInstead)
      } catch (cause) {
        fault ??= { path: recording.path, reason: reasonOf(cause) }
      }
    }
    this.#copyingEnded(fault)
  }

  #copyingEnded(fault: CopyFault | null): void {
    const reason = fault?.reason ?? null
    if (fault !== null && reason !== this.#copyingFault)
      this.#options.log.error(fault, 'recordings are not compressed')
    this.#copyingFault = reason
  }

  async #copyOne(recording: Recording, codec: CopyCodec, isInstead: boolean): Promise<void> {
    const { db, clock, compressor, recordingsDir } = this.#options
    const { path } = recording
    const name = `${path.replace(/\.wav$/, '')}.${codec}`
    const [wav, file] = [join(recordingsDir, path), join(recordingsDir, name)]
    const made = await compressor.make(wav, file, codec)
    const copy = { name, codec, ...made, madeAt: clock.now() }
    await addCopy(db, recording, copy, isInstead)
  }

  /** WAV files whose place a copy has taken go here, also those that a crash or a busy disk left behind. */
  async #removeReplaced(): Promise<void> {
    const { db, vault, clock } = this.#options
    for (const { path } of await listReplaced(db, BATCH_MAX)) {
      await vault.removeOriginal(path)
      await markArchived(db, path, { place: 'copy', storedAs: null, archivedAt: clock.now() })
    }
  }

  async #archive(): Promise<void> {
    const { db, vault } = this.#options
    if (!vault.hasBucket && !vault.isSealing) return
    for (const { path } of await listUnarchived(db, BATCH_MAX)) {
      if (!(await this.#archiveOne(path, (where) => markArchived(db, path, where)))) return
    }
    for (const { path, name } of await listUnarchivedCopies(db, BATCH_MAX)) {
      if (!(await this.#archiveOne(name, (where) => markCopyArchived(db, path, where)))) return
    }
  }

  async #countBacklog(): Promise<void> {
    const { db, vault } = this.#options
    this.#backlog = vault.hasBucket || vault.isSealing ? await countUnarchived(db) : null
  }

  /** `name`: of the file. False where it makes no sense to go on with others. */
  async #archiveOne(
    name: string,
    mark: (where: Pick<Stored, 'place' | 'storedAs'> & { archivedAt: number }) => Promise<void>,
  ): Promise<boolean> {
    const { vault, clock, log } = this.#options
    if (this.#isStopped) return false
    try {
      const where = await vault.archive(name)
      await mark({ ...where, archivedAt: clock.now() })
      await vault.removeOriginal(name)
      this.#archivingFault = null
      return true
    } catch (cause) {
      const reason = reasonOf(cause)
      if (this.#archivingFault === null)
        log.error({ path: name, reason }, 'recordings stay in the folder')
      this.#archivingFault = reason
      return false
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
    const { place, storedAs } = recording
    const copy = copyBytesOf(await findCopy(db, path))
    if (copy !== null) await vault.remove(copy.stored)
    await vault.remove({ path, place: place === 'copy' ? 'local' : place, storedAs })
    const details = { callId, sha256, rule }
    const entry = { action: 'recording.deleted', entity: 'recording', entityId: path, details }
    await recordAudit(db, { ...entry, actor: SYSTEM, ip: null, at })
  }

  /** A recording that cannot be written is noticed only at its end, so room is made before. */
  async #makeRoom(): Promise<void> {
    const { log, freeMbMin } = this.#options
    this.#free = await this.#freeBytes()
    const missing = freeMbMin * MB - this.#free
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
    compressor: new Compressor(config.ffmpeg),
    queues: () => hotline.engine.state.config.queues,
    // The simulator keeps its files within a budget of its own.
    freeMbMin: config.freeswitchUrls === undefined ? 0 : (config.recordingsFreeMbMin ?? 0),
  })
  keeper.start()
  return keeper
}
