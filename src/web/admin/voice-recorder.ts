// A voice recorded in the browser, as the WAV file that the service takes.

const FULL_SCALE = 32_767
const HEAD_BYTES = 44

/** 16-bit mono. `samples` from -1 to 1; what is louder is cut. */
export function wavOf(samples: Float32Array, samplesPerSecond: number): Blob {
  const bytes = new DataView(new ArrayBuffer(HEAD_BYTES + samples.length * 2))
  const word = (at: number, text: string): void => {
    for (const [index, letter] of [...text].entries())
      bytes.setUint8(at + index, letter.charCodeAt(0))
  }
  word(0, 'RIFF')
  bytes.setUint32(4, bytes.byteLength - 8, true)
  word(8, 'WAVEfmt ')
  bytes.setUint32(16, 16, true)
  bytes.setUint16(20, 1, true)
  bytes.setUint16(22, 1, true)
  bytes.setUint32(24, samplesPerSecond, true)
  bytes.setUint32(28, samplesPerSecond * 2, true)
  bytes.setUint16(32, 2, true)
  bytes.setUint16(34, 16, true)
  word(36, 'data')
  bytes.setUint32(40, samples.length * 2, true)
  samples.forEach((sample, index) => {
    bytes.setInt16(HEAD_BYTES + index * 2, Math.max(-1, Math.min(1, sample)) * FULL_SCALE, true)
  })
  return new Blob([bytes.buffer], { type: 'audio/wav' })
}

export interface VoiceRecorder {
  /** What was said since the beginning; the microphone is given back. */
  stop(): Promise<Blob>
}

/** Throws the browser's own error where there is no microphone or it is refused. */
export async function recordVoice(): Promise<VoiceRecorder> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
  const recorder = new MediaRecorder(stream)
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  recorder.start()
  return {
    async stop() {
      await new Promise((resolve) => {
        recorder.onstop = resolve
        recorder.stop()
      })
      for (const track of stream.getTracks()) track.stop()
      const context = new AudioContext()
      const sound = await context.decodeAudioData(await new Blob(parts).arrayBuffer())
      await context.close()
      return wavOf(sound.getChannelData(0), sound.sampleRate)
    },
  }
}
