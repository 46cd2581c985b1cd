// Compressed copies of recordings, made and read back by ffmpeg, a program of its own: what it makes is
// believed only when it was decoded again and sounds as long, and on the same channels, as the recording.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { CopyCodec } from '../core/config.ts'
import { type Channel, SoundMeter } from '../core/sound.ts'
import type { Sound } from './vault.ts'

const RATE = 8_000
const FRAME_BYTES = 4
/** As for the recording itself (R-045). */
const LENGTH_MS_MAX = 1_000
const COMPLAINT_CHARS_MAX = 300
/** A recording of eight hours takes a minute or two; one that hangs must not hold up all others. */
const RUN_MS_MAX = 10 * 60_000

/** Speech on two channels of a telephone: good enough to judge a voice, a tenth of the WAV file's size. */
const ENCODINGS: Readonly<Record<CopyCodec, readonly string[]>> = {
  opus: [
    '-c:a',
    'libopus',
    '-b:a',
    '32k',
    '-application',
    'voip',
    '-mapping_family',
    '255',
    '-f',
    'ogg',
  ],
  mp3: ['-c:a', 'libmp3lame', '-b:a', '32k', '-joint_stereo', '0', '-f', 'mp3'],
}
const PCM = ['-ac', '2', '-ar', String(RATE), '-c:a', 'pcm_s16le'] as const

export interface MadeCopy {
  readonly sha256: string
  readonly sizeBytes: number
  readonly durationMs: number
}

export class Compressor {
  readonly #program: string

  /** `program`: ffmpeg, by name or path. */
  constructor(program: string) {
    this.#program = program
  }

  /**
   * Makes `copy` of the WAV file; nothing is left behind where it fails. Rejects if ffmpeg is not there, or
   * if the copy, decoded, is not as long or lacks a channel's voice.
   */
  async make(wav: string, copy: string, codec: CopyCodec): Promise<MadeCopy> {
    const part = `${copy}.part`
    try {
      await this.#run(['-y', '-i', wav, '-map_metadata', '-1', ...ENCODINGS[codec], part], null)
      const [original, made] = [await this.#heard(wav), await this.#heard(part)]
      if (Math.abs(original.durationMs - made.durationMs) > LENGTH_MS_MAX) {
        throw new Error(`the copy lasts ${made.durationMs} ms, not ${original.durationMs}`)
      }
      const lost = made.silent.filter((channel) => !original.silent.includes(channel))
      if (lost.length > 0)
        throw new Error(`the copy is silent on the channel of the ${lost.join()}`)
      const { size } = await stat(part)
      const hash = createHash('sha256')
      for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer)
      await rename(part, copy)
      return { sha256: hash.digest('hex'), sizeBytes: size, durationMs: made.durationMs }
    } catch (cause) {
      await rm(part, { force: true })
      throw cause
    }
  }

  /** The copy as a WAV file of 8 kHz, in a temporary folder until `dispose`. */
  async decoded(copy: Sound): Promise<Sound & { dispose(): Promise<void> }> {
    const folder = await mkdtemp(join(tmpdir(), 'yingda-decoded-'))
    const dispose = () => rm(folder, { recursive: true, force: true })
    const file = join(folder, 'sound.wav')
    try {
      const input = copy.read(0, copy.sizeBytes - 1)
      await this.#run(['-i', 'pipe:0', ...PCM, '-f', 'wav', file], input)
      const { size } = await stat(file)
      const read = (start: number, end: number) => createReadStream(file, { start, end })
      return { sizeBytes: size, read, dispose }
    } catch (cause) {
      await dispose()
      throw cause
    }
  }

  async #heard(file: string): Promise<{ durationMs: number; silent: readonly Channel[] }> {
    const meter = new SoundMeter({ framesPerSecond: RATE, gapMsMin: Number.POSITIVE_INFINITY })
    let bytes = 0
    let rest: Buffer = Buffer.alloc(0)
    const take = async (pieces: Readable): Promise<void> => {
      for await (const piece of pieces) {
        rest = Buffer.concat([rest, piece as Buffer])
        const whole = rest.length - (rest.length % FRAME_BYTES)
        meter.take(Int16Array.from({ length: whole / 2 }, (_, i) => rest.readInt16LE(i * 2)))
        bytes += whole
        rest = rest.subarray(whole)
      }
    }
    await this.#run(['-i', file, ...PCM, '-f', 's16le', 'pipe:1'], null, take)
    const { silent } = meter.finish()
    return { durationMs: Math.round((bytes / FRAME_BYTES / RATE) * 1_000), silent }
  }

  /** Until ffmpeg has ended well. What it says on the way to a bad end becomes the error. */
  async #run(
    args: readonly string[],
    input: Readable | null,
    take?: (output: Readable) => Promise<void>,
  ): Promise<void> {
    const child = spawn(this.#program, ['-nostdin', '-hide_banner', '-v', 'error', ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: RUN_MS_MAX,
      killSignal: 'SIGKILL',
    })
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(0, COMPLAINT_CHARS_MAX)
    })
    const ended = new Promise<void>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => {
        if (code === 0) resolve()
        else reject(new Error(`ffmpeg: ${complaint.trim() || `ended with ${code ?? signal}`}`))
      })
    })
    // ffmpeg may end before it has read everything; its own end tells whether that is well.
    if (input === null) child.stdin.end()
    else pipeline(input, child.stdin).catch(() => {})
    const taken = take === undefined ? child.stdout.resume() : take(child.stdout)
    await Promise.all([ended, taken])
  }
}
