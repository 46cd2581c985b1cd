// A recorded prompt on its way in: read strictly, mixed to one channel and brought to the 8 kHz at which
// telephones speak. Whatever is not understood whole is refused; nothing is guessed.

/** What every switch plays without converting: one channel of 16-bit samples. */
export const PROMPT_HZ = 8_000
export const PROMPT_MS_MAX = 120_000

/** Samples in the range of 16 bits, not rounded. */
export interface MonoSound {
  readonly framesPerSecond: number
  readonly samples: Float32Array
}

/** `malformed`: no whole WAV file. `unsupported`: one, but of a form that is not taken. */
export type SoundFault = 'malformed' | 'unsupported' | 'too_long'

export type ReadSound =
  | { readonly ok: true; readonly sound: MonoSound }
  | { readonly ok: false; readonly fault: SoundFault; readonly message: string }

const RIFF_HEAD_BYTES = 12
const CHUNK_HEAD_BYTES = 8
const PCM = 1
const A_LAW = 6
const MU_LAW = 7
/** The true format follows in the chunk: this, and the rest of a GUID that is the same for all. */
const EXTENSIBLE = 0xfffe
const EXTENSIBLE_GUID_REST = '000000001000800000aa00389b71'
const HZ_MAX = 48_000

interface Format {
  readonly code: number
  readonly channels: number
  readonly framesPerSecond: number
  readonly frameBytes: number
}

/** Takes PCM of 16 bits, A-law and µ-law; one or two channels; 8 to 48 kHz; up to `PROMPT_MS_MAX`. */
export function readPromptSound(bytes: Uint8Array): ReadSound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks = chunksOf(view)
  if (chunks === null) return refused('malformed', 'Not a whole RIFF/WAVE file.')
  const head = chunks.find(({ name }) => name === 'fmt ')?.body
  const data = chunks.find(({ name }) => name === 'data')?.body
  if (head === undefined || head.byteLength < 16) {
    return refused('malformed', 'The file does not say what format it has.')
  }
  if (data === undefined || data.byteLength === 0) {
    return refused('malformed', 'There is no sound in the file.')
  }
  const format = formatOf(head)
  if (typeof format === 'string') return refused('unsupported', format)
  const { framesPerSecond, frameBytes } = format
  const bytesPerSecond = head.getUint32(8, true)
  if (head.getUint16(12, true) !== frameBytes || bytesPerSecond !== framesPerSecond * frameBytes) {
    return refused('malformed', 'The file contradicts itself about its format.')
  }
  if (data.byteLength % frameBytes !== 0) return refused('malformed', 'The sound is cut off.')
  if (data.byteLength / bytesPerSecond > PROMPT_MS_MAX / 1_000) {
    return refused('too_long', `A prompt lasts at most ${PROMPT_MS_MAX / 1_000} s.`)
  }
  return { ok: true, sound: { framesPerSecond, samples: mixed(data, format) } }
}

function refused(fault: SoundFault, message: string): ReadSound {
  return { ok: false, fault, message }
}

interface Chunk {
  readonly name: string
  readonly body: DataView
}

/** Null unless all of them are there as long as they say. */
function chunksOf(view: DataView): readonly Chunk[] | null {
  if (view.byteLength < RIFF_HEAD_BYTES) return null
  if (nameAt(view, 0) !== 'RIFF' || nameAt(view, 8) !== 'WAVE') return null
  const end = view.getUint32(4, true) + CHUNK_HEAD_BYTES
  if (end > view.byteLength) return null
  const chunks: Chunk[] = []
  for (let at = RIFF_HEAD_BYTES; at + CHUNK_HEAD_BYTES <= end; ) {
    const length = view.getUint32(at + 4, true)
    const from = at + CHUNK_HEAD_BYTES
    if (from + length > end) return null
    chunks.push({
      name: nameAt(view, at),
      body: new DataView(view.buffer, view.byteOffset + from, length),
    })
    // Chunks are padded to whole words.
    at = from + length + (length % 2)
  }
  return chunks
}

function nameAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(at + i)))
}

/** A text says why it is not taken. */
function formatOf(head: DataView): Format | string {
  const code = codeOf(head)
  const channels = head.getUint16(2, true)
  const framesPerSecond = head.getUint32(4, true)
  const bits = head.getUint16(14, true)
  const bitsExpected = code === PCM ? 16 : 8
  if (code !== PCM && code !== A_LAW && code !== MU_LAW) {
    return 'Only PCM, A-law and µ-law are taken.'
  }
  if (bits !== bitsExpected) return `Samples must have ${bitsExpected} bits, not ${bits}.`
  if (channels !== 1 && channels !== 2) return `One or two channels are taken, not ${channels}.`
  if (framesPerSecond < PROMPT_HZ || framesPerSecond > HZ_MAX) {
    return `Sampling rates from ${PROMPT_HZ} to ${HZ_MAX} Hz are taken, not ${framesPerSecond}.`
  }
  return { code, channels, framesPerSecond, frameBytes: (channels * bits) / 8 }
}

function codeOf(head: DataView): number {
  const code = head.getUint16(0, true)
  if (code !== EXTENSIBLE || head.byteLength < 40) return code
  const rest = Array.from({ length: 14 }, (_, i) => head.getUint8(26 + i))
  const guid = rest.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return guid === EXTENSIBLE_GUID_REST ? head.getUint16(24, true) : code
}

/** What is the same on both channels keeps its level. */
function mixed(data: DataView, { code, channels, frameBytes }: Format): Float32Array {
  const samples = new Float32Array(data.byteLength / frameBytes)
  const sampleBytes = frameBytes / channels
  const table = code === PCM ? null : tableOf(code === A_LAW ? fromALaw : fromMuLaw)
  const sampleAt = (at: number): number =>
    table === null ? data.getInt16(at, true) : (table[data.getUint8(at)] ?? 0)
  for (let i = 0; i < samples.length; i += 1) {
    const at = i * frameBytes
    samples[i] = channels === 1 ? sampleAt(at) : (sampleAt(at) + sampleAt(at + sampleBytes)) / 2
  }
  return samples
}

function tableOf(decode: (byte: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => decode(byte))
}

/** ITU-T G.711, scaled to 16 bits. */
function fromALaw(byte: number): number {
  const bits = byte ^ 0x55
  const segment = (bits & 0x70) >> 4
  const step = ((bits & 0x0f) << 4) + 8
  const size = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return (bits & 0x80) === 0 ? -size : size
}

/** ITU-T G.711, scaled to 16 bits. */
function fromMuLaw(byte: number): number {
  const bits = ~byte & 0xff
  const size = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84
  return (bits & 0x80) === 0 ? size : -size
}

/** Above it the filter begins to take away; at 4 kHz, the highest that 8 kHz can carry, little is left. */
const CUTOFF_HZ = 3_600
/** Of the filter, on each side. More is steeper and slower. */
const ZERO_CROSSINGS = 16

/**
 * The same sound at `PROMPT_HZ`: a windowed sinc, moved to where each sample falls. Pauses after each
 * second of sound, for two minutes are too much work to be done while callers wait.
 */
export function* resampled({ framesPerSecond, samples }: MonoSound): Generator<void, Int16Array> {
  const frames = Math.max(1, Math.floor((samples.length * PROMPT_HZ) / framesPerSecond))
  const result = new Int16Array(frames)
  const filters = new Map<number, Float64Array>()
  for (let i = 0; i < frames; i += 1) {
    const place = i * framesPerSecond
    const phase = place % PROMPT_HZ
    const at = (place - phase) / PROMPT_HZ
    let filter = filters.get(phase)
    if (filter === undefined) {
      filter = filterOf(framesPerSecond, phase / PROMPT_HZ)
      filters.set(phase, filter)
    }
    result[i] = Math.max(-32_768, Math.min(32_767, Math.round(filtered(samples, at, filter))))
    if (i % PROMPT_HZ === PROMPT_HZ - 1) yield
  }
  return result
}

/** `fraction`: how far behind a sample the place is, 0 to 1. One tap alone where nothing is to be changed. */
function filterOf(framesPerSecond: number, fraction: number): Float64Array {
  if (framesPerSecond === PROMPT_HZ) return Float64Array.of(1)
  const turn = (2 * CUTOFF_HZ) / framesPerSecond
  const half = Math.ceil(ZERO_CROSSINGS / turn)
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const distance = i - half - fraction
    const x = Math.PI * turn * distance
    const w = (Math.PI * distance) / (half + 1)
    const window = 0.42 + 0.5 * Math.cos(w) + 0.08 * Math.cos(2 * w)
    return window * (x === 0 ? 1 : Math.sin(x) / x)
  })
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return taps.map((tap) => tap / sum)
}

/** What lies before the beginning and behind the end is silence. */
function filtered(samples: Float32Array, at: number, filter: Float64Array): number {
  const first = at - (filter.length - 1) / 2
  let sum = 0
  const from = Math.max(0, -first)
  const to = Math.min(filter.length, samples.length - first)
  for (let i = from; i < to; i += 1) sum += (filter[i] ?? 0) * (samples[first + i] ?? 0)
  return sum
}

/** A whole WAV file of one channel at `PROMPT_HZ`. */
export function promptWavOf(samples: Int16Array): Uint8Array {
  const soundBytes = samples.length * 2
  const view = new DataView(new ArrayBuffer(44 + soundBytes))
  const name = (at: number, text: string): void =>
    [...text].forEach((letter, i) => {
      view.setUint8(at + i, letter.charCodeAt(0))
    })
  name(0, 'RIFF')
  view.setUint32(4, 36 + soundBytes, true)
  name(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, PROMPT_HZ, true)
  view.setUint32(28, PROMPT_HZ * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  name(36, 'data')
  view.setUint32(40, soundBytes, true)
  samples.forEach((sample, i) => {
    view.setInt16(44 + i * 2, sample, true)
  })
  return new Uint8Array(view.buffer)
}
