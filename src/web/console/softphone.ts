// The phone in the console: registers with the SIP edge, rings, carries the voice. It knows nothing of
// queues and holds: those are the service's, and the page shows the service's word. What it says of itself
// is only what it alone can know: registered or not, ringing, whether sound flows.
import type { UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'
import type { RTCSessionEvent } from 'jssip/lib/UA'
import { onUnmounted, ref } from 'vue'
import { ECHO_NUMBER } from '../../core/class-of-service.ts'
import { post } from '../api.ts'

interface PhoneAccess {
  readonly url: string
  readonly username: string
  readonly realm: string
  readonly password: string
}

/** `none`: no SIP edge is run, so there is nothing to register with. `desk`: the agent's desk phone is used. */
export type PhoneState = 'starting' | 'none' | 'desk' | 'registered' | 'unregistered' | 'failed'
/** A browser that is registered is rung before any desk phone, so one must stand back for the other. */
export type PhoneChoice = 'browser' | 'desk'

const REGISTER_SECONDS = 60
/** A host without further networks has named all its addresses by then. */
const ICE_MS = 300
const RETRY_MS = 5_000
const CHOICE_KEY = 'yingda.phone'
const PEER: RTCConfiguration = {
  iceServers: [],
  bundlePolicy: 'balanced',
  rtcpMuxPolicy: 'require',
}

export class Softphone {
  readonly state = ref<PhoneState>('starting')
  readonly choice = ref<PhoneChoice>(rememberedChoice())
  /** A call to oneself is on the line. */
  readonly isEchoing = ref(false)
  readonly isRinging = ref(false)
  /** Sound flows in both directions. */
  readonly hasMedia = ref(false)
  /** Why there is no sound, as the browser names it: the microphone is refused or absent. */
  readonly microphoneFault = ref<string | null>(null)
  readonly #audio = Object.assign(new Audio(), { autoplay: true })
  #session: RTCSession | null = null
  #ua: UA | null = null
  #retry: ReturnType<typeof setTimeout> | undefined
  #isStopped = false

  async start(): Promise<void> {
    if (this.choice.value === 'desk') {
      this.state.value = 'desk'
      return
    }
    try {
      const { phone } = await post<{ phone: PhoneAccess | null }>('/me/agent/phone')
      if (this.#isStopped || this.choice.value !== 'browser') return
      if (phone === null) this.state.value = 'none'
      else await this.#register(phone)
    } catch {
      // The service is away or has restarted; the console itself says so.
      if (!this.#isStopped) this.#retry = setTimeout(() => void this.start(), RETRY_MS)
    }
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#retry)
    this.#ua?.stop()
  }

  /** Takes calls here, or leaves them to the desk phone; this browser remembers it. */
  async use(choice: PhoneChoice): Promise<void> {
    if (choice === this.choice.value) return
    this.choice.value = choice
    rememberChoice(choice)
    clearTimeout(this.#retry)
    this.#ua?.stop()
    this.#ua = null
    this.state.value = 'starting'
    await this.start()
  }

  /** Calls the switch, which plays back what is said, until `hangUp` or for a minute. False: no microphone. */
  async echo(): Promise<boolean> {
    const ua = this.#ua
    if (ua === null || this.#session !== null) return false
    const mediaStream = await this.#microphone()
    if (mediaStream === null) return false
    this.isEchoing.value = true
    const session = ua.call(ECHO_NUMBER, { mediaStream, pcConfig: PEER })
    this.#take(session)
    this.#listen(session.connection)
    return true
  }

  hangUp(): void {
    this.#session?.terminate()
  }

  async answer(): Promise<void> {
    const session = this.#session
    if (session === null || !this.isRinging.value) return
    const mediaStream = await this.#microphone()
    // Without a microphone the ring goes on, and the caller is offered to somebody else when it ends.
    if (mediaStream !== null) session.answer({ mediaStream, pcConfig: PEER })
  }

  /** Asks for the microphone once, so that the first call is not lost to the browser's question. */
  async checkMicrophone(): Promise<boolean> {
    const stream = await this.#microphone()
    for (const track of stream?.getTracks() ?? []) track.stop()
    return stream !== null
  }

  async #microphone(): Promise<MediaStream | null> {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      this.microphoneFault.value = null
      return stream
    } catch (error) {
      this.microphoneFault.value = (error as Error).name
      return null
    }
  }

  async #register({ url, username, realm, password }: PhoneAccess): Promise<void> {
    const { UA, WebSocketInterface } = await import('jssip')
    const ua = new UA({
      sockets: [new WebSocketInterface(url)],
      uri: `sip:${username}@${realm}`,
      password,
      register_expires: REGISTER_SECONDS,
      session_timers: false,
    })
    this.#ua = ua
    const is = (state: PhoneState) => () => {
      this.state.value = state
    }
    ua.on('registered', is('registered'))
    ua.on('unregistered', is('unregistered'))
    ua.on('disconnected', is('unregistered'))
    ua.on('registrationFailed', ({ response }) => {
      this.state.value = 'failed'
      // Another console of the same agent was opened and has a newer password; guessing would ban us.
      if (response?.status_code === 403) ua.stop()
    })
    ua.on('newRTCSession', (event: RTCSessionEvent) => {
      if (event.originator === 'remote') this.#ring(event)
    })
    ua.start()
  }

  #ring(event: RTCSessionEvent): void {
    const { session } = event
    if (this.#session !== null) {
      session.terminate({ status_code: 486 })
      return
    }
    this.isRinging.value = true
    session.on('peerconnection', ({ peerconnection }) => this.#listen(peerconnection))
    this.#take(session)
    if (answersItself(event)) void this.answer()
  }

  #take(session: RTCSession): void {
    this.#session = session
    let settled: ReturnType<typeof setTimeout> | undefined
    session.on('icecandidate', ({ ready }) => {
      clearTimeout(settled)
      settled = setTimeout(ready, ICE_MS)
    })
    session.on('accepted', () => {
      this.isRinging.value = false
    })
    session.on('ended', () => this.#over())
    session.on('failed', () => this.#over())
  }

  #listen(connection: RTCPeerConnection): void {
    connection.addEventListener('track', ({ streams }) => {
      this.#audio.srcObject = streams[0] ?? null
    })
    connection.addEventListener('connectionstatechange', () => {
      this.hasMedia.value = connection.connectionState === 'connected'
    })
  }

  #over(): void {
    this.#session = null
    this.isRinging.value = false
    this.isEchoing.value = false
    this.hasMedia.value = false
    this.#audio.srcObject = null
  }
}

function rememberedChoice(): PhoneChoice {
  try {
    return localStorage.getItem(CHOICE_KEY) === 'desk' ? 'desk' : 'browser'
  } catch {
    return 'browser'
  }
}

function rememberChoice(choice: PhoneChoice): void {
  try {
    localStorage.setItem(CHOICE_KEY, choice)
  } catch {
    // Where the browser forbids storage, the choice lasts as long as the page.
  }
}

/** One for the page, as long as the page is there. */
export function useSoftphone(): Softphone {
  const phone = new Softphone()
  void phone.start()
  onUnmounted(() => phone.stop())
  return phone
}

/** The queue's auto-answer, as the edge asks for it. */
function answersItself({ request }: RTCSessionEvent): boolean {
  const alert = `${request.getHeader('Alert-Info') ?? ''} ${request.getHeader('Call-Info') ?? ''}`
  return /answer-after\s*=\s*0|alert-autoanswer/i.test(alert)
}
