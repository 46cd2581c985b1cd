// The page's own script: JsSIP behind a few buttons, a tone in place of a microphone, and an analyser in
// place of an ear.
import JsSIP from 'jssip'

const events = []
const note = (what, detail = '') => events.push({ at: Date.now(), what, detail: String(detail) })
const pcConfig = { iceServers: [], bundlePolicy: 'balanced', rtcpMuxPolicy: 'require' }

let ua
let session
let context
let voice
let analyser

function listenTo(stream) {
  // Chromium decodes a remote stream only for somebody who plays it.
  const audio = Object.assign(new Audio(), { srcObject: stream, muted: true, autoplay: true })
  document.body.append(audio)
  analyser = context.createAnalyser()
  analyser.fftSize = 8192
  context.createMediaStreamSource(stream).connect(analyser)
}

function watch(connection) {
  connection.addEventListener('track', ({ streams }) => listenTo(streams[0]))
  connection.addEventListener('connectionstatechange', () =>
    note('media', connection.connectionState),
  )
}

function take({ session: fresh, originator, request }) {
  session = fresh
  note(originator === 'remote' ? 'ring' : 'dialling', request.getHeader('X-CC-Call-Id') ?? '')
  let settled
  fresh.on('icecandidate', (event) => {
    clearTimeout(settled)
    settled = setTimeout(event.ready, 50)
  })
  // A call of our own has its connection before anybody can listen for it.
  if (fresh.connection) watch(fresh.connection)
  else fresh.on('peerconnection', ({ peerconnection }) => watch(peerconnection))
  for (const name of ['accepted', 'confirmed', 'hold', 'unhold']) fresh.on(name, () => note(name))
  for (const name of ['ended', 'failed']) {
    fresh.on(name, ({ cause, message }) => note(name, `${cause} ${message?.status_code ?? ''}`))
  }
  fresh.on('refer', ({ request, accept }) => {
    note('refer', request.getHeader('Refer-To'))
    accept()
  })
}

// As an agent's page does. Without the permission Chromium hides its addresses, and no switch could send it
// anything; the microphone itself is not listened to.
async function askForMicrophone() {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true })
  for (const track of microphone.getTracks()) track.stop()
}

const agreed = (offer) =>
  new Promise((resolve, reject) => {
    if (!offer(resolve)) reject(new Error('an offer is under way already'))
  })

window.phone = {
  events,
  start({ url, user, password, hertz }) {
    context = new AudioContext()
    voice = context.createMediaStreamDestination()
    const oscillator = new OscillatorNode(context, { frequency: hertz })
    const gain = new GainNode(context, { gain: 0.3 })
    oscillator.connect(gain).connect(voice)
    oscillator.start()
    ua = new JsSIP.UA({
      sockets: [new JsSIP.WebSocketInterface(url)],
      uri: `sip:${user}@yingda`,
      password,
      register_expires: 60,
      session_timers: false,
    })
    ua.on('registered', () => note('registered'))
    ua.on('unregistered', () => note('unregistered'))
    ua.on('registrationFailed', ({ response }) =>
      note('registrationFailed', `${response?.status_code} ${response?.reason_phrase}`),
    )
    ua.on('disconnected', () => note('disconnected'))
    ua.on('newRTCSession', take)
    ua.start()
  },
  async answer() {
    await askForMicrophone()
    session.answer({ mediaStream: voice.stream, pcConfig })
  },
  async dial(to) {
    await askForMicrophone()
    ua.call(`sip:${to}@yingda`, { mediaStream: voice.stream, pcConfig })
  },
  reject: () => session.terminate({ status_code: 486 }),
  hold: () => agreed((done) => session.hold({}, done)),
  unhold: () => agreed((done) => session.unhold({}, done)),
  refer: (to) =>
    session.refer(`sip:${to}@yingda`, {
      eventHandlers: {
        requestSucceeded: () => note('referAccepted'),
        requestFailed: ({ response }) => note('referFailed', response?.status_code),
        accepted: () => note('referDone'),
        failed: () => note('referDone'),
      },
    }),
  digit: (digit) => session.sendDTMF(digit),
  hangUp: () => session.terminate(),
  unregister: () => ua.unregister(),
  hears() {
    if (analyser === undefined) return { hertz: 0, level: 0 }
    const samples = new Float32Array(analyser.fftSize)
    analyser.getFloatTimeDomainData(samples)
    const level = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)
    const bins = new Float32Array(analyser.frequencyBinCount)
    analyser.getFloatFrequencyData(bins)
    const loudest = bins.indexOf(Math.max(...bins))
    return { hertz: (loudest * context.sampleRate) / analyser.fftSize, level }
  },
}
