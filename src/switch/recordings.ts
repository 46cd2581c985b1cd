// Reads a recording that has ended and says whether it is one: a stereo WAV file that can be read to
// its end, how long it plays, and its SHA-256. It reads in pieces, a few files at a time, and looks
// again for a short while before it calls a file missing or broken, because the switch may still be
// writing. It never throws; whatever is wrong becomes `recording.unverified` with a reason.
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { Clock, Timer } from '../clock.ts'
import type { RecordingCommand } from '../core/commands.ts'
import type { Input } from '../core/inputs.ts'
import { GAP_MS_MIN } from '../core/recordings.ts'
import { type Channel, SoundMeter, type Stretch } from '../core/sound.ts'
import { FRAME_BYTES, readWavHead, SoundPieces } from './wav.ts'

export const UNVERIFIED_REASONS = [
  'missing_file',
  'empty_file',
  'not_wav',
  'not_stereo',
  'unreadable',
] as const
export type UnverifiedReason = (typeof UNVERIFIED_REASONS)[number]

interface Verified {
  readonly durationMs: number
  readonly sizeBytes: number
  readonly sha256: string
  readonly gaps: readonly Stretch[]
  readonly silent: readonly Channel[]
}
/** `isFinal`: looking again would show the same. */
type Look = Verified | { readonly reason: UnverifiedReason; readonly isFinal: boolean }

const RETRY_MS = [250, 500, 1_000, 2_000] as const
/** Disks read few files at once faster than many. */
const READS_AT_ONCE_MAX = 4
const PIECE_BYTES = 256 * 1024

export interface VerifierOptions {
  readonly recordingsDir: string
  readonly clock: Clock
  readonly submit: (input: Input) => void
}

export class RecordingVerifier {
  readonly #options: VerifierOptions
  readonly #waiting: Array<() => Promise<void>> = []
  readonly #retries = new Set<Timer>()
  #reading = 0
  #isStopped = false

  constructor(options: VerifierOptions) {
    this.#options = options
  }

  /** True while no file is being read; a wait before another look does not count. */
  get isQuiet(): boolean {
    return this.#reading === 0
  }

  verify(command: RecordingCommand): void {
    this.#enqueue(command, 0)
  }

  /** Nothing is reported after this; a file that is being read is read to its end. */
  stop(): void {
    this.#isStopped = true
    this.#waiting.length = 0
    for (const timer of this.#retries) timer.clear()
  }

  #enqueue(command: RecordingCommand, retries: number): void {
    this.#waiting.push(() => this.#look(command, retries))
    this.#next()
  }

  #next(): void {
    if (this.#reading >= READS_AT_ONCE_MAX) return
    const read = this.#waiting.shift()
    if (read === undefined) return
    this.#reading += 1
    void read().finally(() => {
      this.#reading -= 1
      this.#next()
    })
  }

  async #look(command: RecordingCommand, retries: number): Promise<void> {
    const { recordingsDir, clock, submit } = this.#options
    const { callId, path } = command
    const look = await readRecording(recordingsDir, path)
    if (this.#isStopped) return
    const waitMs = RETRY_MS[retries]
    if ('sha256' in look) {
      submit({ type: 'recording.verified', at: clock.now(), callId, path, ...look })
    } else if (look.isFinal || waitMs === undefined) {
      const { reason } = look
      submit({ type: 'recording.unverified', at: clock.now(), callId, path, reason })
    } else {
      const timer = clock.after(waitMs, () => {
        this.#retries.delete(timer)
        this.#enqueue(command, retries + 1)
      })
      this.#retries.add(timer)
    }
  }
}

async function readRecording(recordingsDir: string, path: string): Promise<Look> {
  const file = resolve(recordingsDir, path)
  const within = relative(recordingsDir, file)
  if (within === '' || within.startsWith('..') || isAbsolute(within)) {
    return { reason: 'unreadable', isFinal: true }
  }
  let handle: FileHandle
  try {
    handle = await open(file, 'r')
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    return { reason: isMissing ? 'missing_file' : 'unreadable', isFinal: false }
  }
  try {
    return await readOpened(handle)
  } catch {
    // A disk that fails in the middle of a file may not do so a second later; the reason says the rest.
    return { reason: 'unreadable', isFinal: false }
  } finally {
    // Opened for reading only: nothing can be lost by a close that fails.
    await handle.close().catch(() => {})
  }
}

async function readOpened(file: FileHandle): Promise<Look> {
  const { size: sizeBytes } = await file.stat()
  if (sizeBytes === 0) return { reason: 'empty_file', isFinal: false }
  const head = await readWavHead(file, sizeBytes)
  if (head === null) return { reason: 'not_wav', isFinal: false }
  if (head.channels !== 2) return { reason: 'not_stereo', isFinal: true }
  if (head.soundBytes <= 0) return { reason: 'empty_file', isFinal: false }
  const hash = createHash('sha256')
  const { bytesPerSecond, soundAt, soundBytes } = head
  const meter = new SoundMeter({
    framesPerSecond: bytesPerSecond / FRAME_BYTES,
    gapMsMin: GAP_MS_MIN,
  })
  const sound = new SoundPieces(soundAt, soundBytes, (samples) => meter.take(samples))
  const piece = Buffer.alloc(PIECE_BYTES)
  let at = 0
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, at)
    if (bytesRead === 0) break
    hash.update(piece.subarray(0, bytesRead))
    sound.take(piece.subarray(0, bytesRead), at)
    at += bytesRead
  }
  // It grew under our eyes: the switch has not finished.
  if (at !== sizeBytes) return { reason: 'unreadable', isFinal: false }
  const durationMs = Math.floor((soundBytes * 1000) / bytesPerSecond)
  return { durationMs, sizeBytes, sha256: hash.digest('hex'), ...meter.finish() }
}
