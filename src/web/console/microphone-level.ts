// How loud the microphone is at the moment, and a tone for the ears: what a device check needs of the browser.
import { ref } from 'vue'

/** Of the loudest possible; a voice at a headset reaches ten times as much, a muted one a tenth. */
const HEARD_LEVEL = 0.02
const LOOK_MS = 100
const TONE_HERTZ = 440
const TONE_SECONDS = 1.5
const TONE_GAIN = 0.2

export class MicrophoneLevel {
  /** Peak of the last tenth of a second, 0 to 1. */
  readonly level = ref(0)
  /** Something was heard since `start`. */
  readonly isHeard = ref(false)
  /** As the browser names it; null while all is well. */
  readonly fault = ref<string | null>(null)
  #stream: MediaStream | null = null
  #context: AudioContext | null = null
  #timer: ReturnType<typeof setInterval> | undefined

  async start(): Promise<void> {
    this.stop()
    this.isHeard.value = false
    this.fault.value = null
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true })
    } catch (error) {
      this.fault.value = (error as Error).name
      return
    }
    const context = new AudioContext()
    this.#context = context
    const analyser = context.createAnalyser()
    context.createMediaStreamSource(this.#stream).connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples)
      const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0)
      this.level.value = Math.min(1, peak)
      if (peak >= HEARD_LEVEL) this.isHeard.value = true
    }, LOOK_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    for (const track of this.#stream?.getTracks() ?? []) track.stop()
    void this.#context?.close()
    this.#stream = null
    this.#context = null
    this.level.value = 0
  }
}

/** A soft tone from the browser's present output. */
export function playTone(): void {
  const context = new AudioContext()
  const tone = new OscillatorNode(context, { frequency: TONE_HERTZ })
  tone.connect(new GainNode(context, { gain: TONE_GAIN })).connect(context.destination)
  tone.addEventListener('ended', () => void context.close())
  tone.start()
  tone.stop(context.currentTime + TONE_SECONDS)
}
