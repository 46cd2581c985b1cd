// `uuid_record`: files at the path asked for, made from what the model knows of who heard whom. As on a
// real switch the header says 0 bytes until the recording stops, a full disk shows only then, and a file
// is as long as it was recorded, held and masked stretches included.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, isAbsolute, join } from 'node:path'
import type { Channel } from './channel.ts'
import type { Exchange } from './exchange.ts'
import {
  headerOfWav,
  SAMPLES_PER_MS,
  type Sound,
  sizeOfWav,
  writeSilence,
  writeSpeech,
} from './wav.ts'

export interface Recording {
  readonly path: string
  readonly startedAt: number
  /** Masked stretches; the last one may be open. */
  readonly masks: { readonly from: number; to: number | null }[]
}

export interface RecorderOptions {
  /** `silence` writes files of the right length that take no room: for long simulated days. */
  readonly audio: 'speech' | 'silence'
  /** Beyond it the oldest files are deleted. Null: no limit. */
  readonly diskBudgetBytes: number | null
  /** Where a relative path leads. */
  readonly soundsDirectory: string
}

const KEPT_ON_FULL_DISK_BYTES = 65_536

export class Recorder {
  isDiskFull = false
  /** Does something to the next recording once it is written, and before anybody hears of its end. */
  spoil: ((path: string) => void) | null = null
  readonly #options: RecorderOptions
  readonly #files: { readonly path: string; readonly sizeBytes: number }[] = []
  #keptBytes = 0

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** Answers what the command answers. A second start is no error and does nothing. */
  start(exchange: Exchange, leg: Channel, given: string): string {
    const path = isAbsolute(given) ? given : join(this.#options.soundsDirectory, given)
    if (leg.recordings.some((recording) => recording.path === path)) return '+OK Success\n'
    if (!['.wav', ''].includes(extname(path)) || !claim(path))
      return '-ERR Cannot record session!\n'
    leg.recordings.push({ path, startedAt: exchange.clock.now(), masks: [] })
    exchange.announce('RECORD_START', leg, { 'Record-File-Path': path })
    exchange.announce('MEDIA_BUG_START', leg, bugHeaders(path))
    return '+OK Success\n'
  }

  stopPath(exchange: Exchange, leg: Channel, path: string): string {
    const recording = leg.recordings.find((candidate) => candidate.path === path)
    if (recording === undefined) return '-ERR Cannot stop record session!\n'
    this.stop(exchange, leg, recording, false)
    return '+OK Success\n'
  }

  mask(exchange: Exchange, leg: Channel, path: string, isMasked: boolean): string {
    const recording = leg.recordings.find((candidate) => candidate.path === path)
    if (recording === undefined) return '-ERR Cannot mask recording session!\n'
    const open = recording.masks.find((mask) => mask.to === null)
    const now = exchange.clock.now()
    if (isMasked && open === undefined) recording.masks.push({ from: now, to: null })
    if (!isMasked && open !== undefined) open.to = now
    return '+OK Success\n'
  }

  /** Writes the file, then announces its end: whoever hears RECORD_STOP finds it complete. */
  stop(exchange: Exchange, leg: Channel, recording: Recording, isHangUp: boolean): void {
    leg.recordings.splice(leg.recordings.indexOf(recording), 1)
    const ms = exchange.clock.now() - recording.startedAt
    const frames = ms * SAMPLES_PER_MS
    const cause =
      this.#write(leg, recording, frames) ?? (isHangUp ? 'success-silence' : 'success-maxtime')
    this.spoil?.(recording.path)
    this.spoil = null
    leg.variables.set('record_file_size', String(sizeOfWav(frames)))
    leg.variables.set('record_samples', String(frames))
    leg.variables.set('record_seconds', String(Math.floor(ms / 1_000)))
    leg.variables.set('record_ms', String(ms))
    leg.variables.set('record_completion_cause', cause)
    exchange.announce('RECORD_STOP', leg, {
      'Record-File-Path': recording.path,
      'Record-Completion-Cause': cause,
    })
    exchange.announce('MEDIA_BUG_STOP', leg, bugHeaders(recording.path))
  }

  /** The cause of a failure, or null. */
  #write(leg: Channel, recording: Recording, frames: number): string | null {
    const { path } = recording
    if (frames === 0) return 'empty-file'
    try {
      if (this.#options.audio === 'silence') writeSilence(path, frames)
      else {
        const left = soundsOf(leg, recording, (source) => ownVoice(leg, source))
        writeSpeech(
          path,
          frames,
          left,
          soundsOf(leg, recording, (source) => source),
        )
      }
      const sizeBytes = sizeOfWav(frames)
      if (this.isDiskFull) {
        truncateSync(path, Math.min(sizeBytes, KEPT_ON_FULL_DISK_BYTES))
        return 'uri-failure'
      }
      this.#keep(path, sizeBytes)
      return null
    } catch {
      // The disk said no: FreeSWITCH logs it and lets the call go on.
      return 'uri-failure'
    }
  }

  #keep(path: string, sizeBytes: number): void {
    this.#files.push({ path, sizeBytes })
    this.#keptBytes += sizeBytes
    const budget = this.#options.diskBudgetBytes
    while (budget !== null && this.#keptBytes > budget && this.#files.length > 1) {
      const oldest = this.#files.shift()
      if (oldest === undefined) return
      this.#keptBytes -= oldest.sizeBytes
      rmSync(oldest.path, { force: true })
    }
  }
}

function claim(path: string): boolean {
  try {
    makeDirectory(dirname(path))
    closeSync(openSync(path, 'w'))
    writeFileSync(path, headerOfWav(0))
    return true
  } catch {
    return false
  }
}

/** Not `recursive`: below a directory that answers ENOENT, as /proc does, Node then never returns. */
function makeDirectory(path: string): void {
  if (existsSync(path)) return
  makeDirectory(dirname(path))
  mkdirSync(path)
}

function bugHeaders(path: string): Record<string, string> {
  return { 'Media-Bug-Function': 'session_record', 'Media-Bug-Target': path }
}

/** One side of the recording: what the leg heard, through `voice`, with the masked stretches cut out. */
function soundsOf(
  leg: Channel,
  recording: Recording,
  voice: (heardSource: string) => string,
): Sound[] {
  const { startedAt, masks } = recording
  const isMasked = (at: number) =>
    masks.some((mask) => mask.from <= at && (mask.to === null || at < mask.to))
  const sourceAt = (at: number) =>
    leg.heard.findLast((heard) => heard.at <= at)?.source ?? 'silence'
  const moments = [
    startedAt,
    ...leg.heard.map((heard) => heard.at),
    ...masks.flatMap((mask) => (mask.to === null ? [mask.from] : [mask.from, mask.to])),
  ].filter((at) => at >= startedAt)
  return [...new Set(moments)]
    .sort((a, b) => a - b)
    .map((at) => ({
      from: (at - startedAt) * SAMPLES_PER_MS,
      source: isMasked(at) ? 'silence' : spoken(voice(sourceAt(at)), leg),
    }))
}

/** A leg speaks while it hears somebody; to music and prompts people listen. */
function ownVoice(leg: Channel, heardSource: string): string {
  const isTalking = /^(caller|agent:)/.test(heardSource)
  if (!isTalking || leg.isMute) return 'silence'
  return leg.agentId === null ? 'caller' : `agent:${leg.agentId}`
}

/** Which caller it is decides upon the voice. */
function spoken(source: string, leg: Channel): string {
  // Of several voices the first is written down.
  const [first = ''] = source.split('&')
  return first === 'caller' ? `caller:${leg.callerNumber}` : first
}
