// The life of one leg: running applications one after another, parking, what is queued onto it from
// outside, being sent elsewhere, leaving a bridge, hanging up. The order of the events is that of a real
// FreeSWITCH 1.10.12; where a comment gives a time, it was measured there.
import type { Digit } from '../core/inputs.ts'
import type { Channel, QueuedApp, RunningApp, Step } from './channel.ts'
import { enterRoom, leaveRoom } from './conferences.ts'
import { stepsOfDestination } from './dialplan.ts'
import { eavesdrop, leaveAlone, stopEavesdropping } from './eavesdrop.ts'
import { type Exchange, filesOf } from './exchange.ts'
import { callOutside } from './outside.ts'
import { expand, setVariable } from './variables.ts'

/** Without it, a leg that ends while its phone holds takes its partner along, park_after_bridge or not. */
const HOLD_ESCAPE = 'hold_hangup_xfer_exten'

/** Who ends a leg: a BYE from its far end is acted upon at once, a kill waits for the leg's own thread. */
export type HangUpSide = 'far_end' | 'switch'

/** Runs the next step of the leg's program, or hangs up where the program is over. */
export function proceed(exchange: Exchange, leg: Channel): void {
  const step = leg.program.shift()
  if (step === undefined) {
    hangUp(exchange, leg, 'NORMAL_CLEARING', 'switch')
    return
  }
  startApp(exchange, leg, { ...step, appUuid: exchange.appUuid(), kind: 'program' })
}

/** Puts an application behind what is waiting already, and starts it when the leg can. */
export function enqueueApp(exchange: Exchange, leg: Channel, app: QueuedApp): void {
  leg.queue.push(app)
  startQueued(exchange, leg)
}

/** Starts the first of what is queued onto the leg, if the leg can take it now. */
export function startQueued(exchange: Exchange, leg: Channel): void {
  const next = leg.queue[0]
  if (next === undefined || leg.isQueueTimed || !canStart(leg, next)) return
  leg.isQueueTimed = true
  const [minMs, maxMs] = queueDelay(leg)
  exchange.soon(leg, minMs, maxMs, () => {
    leg.isQueueTimed = false
    const app = leg.queue[0]
    if (app === undefined || !canStart(leg, app)) return
    leg.queue.shift()
    suspendTop(exchange, leg)
    startApp(exchange, leg, app)
  })
}

/** A broadcast interrupts music, but never another broadcast: that one it waits out. */
function canStart(leg: Channel, app: QueuedApp): boolean {
  const { top } = leg
  if (leg.mode === 'bridged' || leg.mode === 'parked') return top === undefined
  if (leg.mode !== 'executing' || top === undefined) return false
  if (top.app === 'park') return true
  return app.kind === 'broadcast' && top.kind !== 'broadcast' && top.file !== null
}

function queueDelay(leg: Channel): [number, number] {
  if (leg.mode === 'bridged') return [125, 160]
  return leg.top?.file == null ? [1, 21] : [105, 125]
}

function suspendTop(exchange: Exchange, leg: Channel): void {
  const { top } = leg
  if (top === undefined || top.remainingMs === null) return
  top.timer?.clear()
  top.remainingMs -= exchange.clock.now() - top.startedAt
}

function startApp(exchange: Exchange, leg: Channel, app: QueuedApp): void {
  const arg = expand(exchange, leg, app.arg)
  const running: RunningApp = {
    ...app,
    arg,
    file: null,
    remainingMs: null,
    startedAt: exchange.clock.now(),
    timer: null,
  }
  leg.variables.delete('current_application_response')
  leg.variables.set('current_application', app.app)
  if (arg === '') leg.variables.delete('current_application_data')
  else leg.variables.set('current_application_data', arg)
  leg.running.push(running)
  exchange.announce('CHANNEL_EXECUTE', leg, appHeaders(running))
  switch (app.app) {
    case 'park':
      park(exchange, leg)
      return
    case 'playback':
    case 'endless_playback':
      play(exchange, leg, running)
      return
    case 'answer':
      exchange.soon(leg, 1, 15, () => {
        if (leg.answeredAt === null) answer(exchange, leg)
        finishTop(exchange, leg, 'done', '_none_')
      })
      return
    case 'hangup':
      hangUp(exchange, leg, arg === '' ? 'NORMAL_CLEARING' : arg, 'far_end')
      return
    case 'conference':
      enterRoom(exchange, leg, arg)
      return
    case 'play_and_get_digits':
      askForKey(exchange, leg, running)
      return
    case 'bridge':
      callOutside(exchange, leg, arg, () => finishTop(exchange, leg, 'done', '_none_'))
      return
    case 'eavesdrop':
      if (eavesdrop(exchange, leg, arg)) return
      break
    case 'set':
      setVariable(leg, arg)
      break
    case 'sched_transfer':
      scheduleTransfer(exchange, leg.legId, arg)
      break
    case 'transfer':
      transfer(exchange, leg, stepsOfDestination(leg, arg, exchange.clock.now()))
      return
  }
  finishTop(exchange, leg, 'done', '_none_')
}

export function hearKey(exchange: Exchange, leg: Channel, digit: Digit): void {
  exchange.announce('DTMF', leg, {
    'DTMF-Digit': digit,
    'DTMF-Duration': '1440',
    'DTMF-Source': 'RTP',
  })
  leg.takeKey?.(digit)
  const { top } = leg
  // FreeSWITCH's own choice, unless the leg says otherwise.
  const terminators = leg.variables.get('playback_terminators') ?? '*'
  if (top?.app !== 'playback' || top.file === null || !terminators.includes(digit)) return
  finishTop(exchange, leg, 'break', 'FILE PLAYED')
}

function hearKeys(exchange: Exchange, leg: Channel): void {
  for (const digit of leg.unheardKeys.splice(0)) hearKey(exchange, leg, digit)
}

function play(exchange: Exchange, leg: Channel, app: RunningApp): void {
  const lengthMs = playingMs(exchange, app)
  if (lengthMs === 0) {
    finishTop(exchange, leg, 'done', 'FILE NOT FOUND')
    return
  }
  const playing = { ...app, file: app.arg, remainingMs: lengthMs }
  leg.running[leg.running.length - 1] = playing
  const isStream = app.arg.startsWith('local_stream://')
  exchange.announce('PLAYBACK_START', leg, {
    ...(isStream ? { 'Playback-File-Type': 'local_stream' } : {}),
    'Playback-File-Path': app.arg,
  })
  exchange.listen(leg)
  time(exchange, leg, playing)
  if (app.app === 'playback') hearKeys(exchange, leg)
}

/**
 * `min max tries timeout terminators file invalid variable regexp`: for one key and one try. The variable
 * is there afterwards only where the key fits.
 */
function askForKey(exchange: Exchange, leg: Channel, app: RunningApp): void {
  const [, , , timeoutMs = '0', , file = '', , variable = '', regexp = ''] = app.arg.split(' ')
  leg.variables.delete(variable)
  const remainingMs = (exchange.promptMs(file) ?? 0) + Number(timeoutMs)
  const asking = { ...app, file, remainingMs }
  leg.running[leg.running.length - 1] = asking
  exchange.announce('PLAYBACK_START', leg, { 'Playback-File-Path': file })
  exchange.listen(leg)
  time(exchange, leg, asking)
  leg.takeKey = (digit) => {
    if (leg.top !== asking) return
    const fits = new RegExp(`^${regexp}$`).test(digit)
    leg.variables.set(fits ? variable : `${variable}_invalid`, digit)
    finishTop(exchange, leg, 'break', digit)
  }
}

/** Null for what never ends, 0 for what does not exist. */
function playingMs(exchange: Exchange, app: RunningApp): number | null {
  if (app.app === 'endless_playback' || app.arg.startsWith('local_stream://')) return null
  if (app.arg.startsWith('tone_stream://')) return app.arg.includes('loops=-1') ? null : 1_000
  const silence = /^silence_stream:\/\/(-?\d+)/.exec(app.arg)
  if (silence !== null) return Number(silence[1]) < 0 ? null : Number(silence[1])
  return filesOf(app.arg).reduce((sum, file) => sum + (exchange.promptMs(file) ?? 0), 0)
}

function time(exchange: Exchange, leg: Channel, app: RunningApp): void {
  if (app.remainingMs === null) return
  app.startedAt = exchange.clock.now()
  app.timer = exchange.soon(leg, app.remainingMs, app.remainingMs, () => {
    finishTop(exchange, leg, 'done', 'FILE PLAYED')
  })
}

function finishTop(
  exchange: Exchange,
  leg: Channel,
  status: 'done' | 'break',
  response: string,
): void {
  const app = leg.running.pop()
  if (app === undefined) return
  complete(exchange, leg, app, status, response)
  exchange.listen(leg)
  if (leg.mode === 'executing' && leg.running.length === 0) {
    proceed(exchange, leg)
    return
  }
  if (leg.top !== undefined) time(exchange, leg, leg.top)
  startQueued(exchange, leg)
}

function complete(
  exchange: Exchange,
  leg: Channel,
  app: RunningApp,
  status: 'done' | 'break',
  response: string,
): void {
  app.timer?.clear()
  if (app.file !== null) {
    exchange.announce('PLAYBACK_STOP', leg, {
      'Playback-File-Path': app.file,
      'Playback-Status': status,
    })
    leg.variables.set('current_application_response', response)
  }
  exchange.announce('CHANNEL_EXECUTE_COMPLETE', leg, {
    ...appHeaders(app),
    'Application-Response': response,
  })
}

function appHeaders(app: RunningApp): Record<string, string> {
  return {
    Application: app.app,
    ...(app.arg === '' ? {} : { 'Application-Data': app.arg }),
    'Application-UUID': app.appUuid,
  }
}

/** The leg picks up; for a leg that we rang, its far end did. */
export function answer(exchange: Exchange, leg: Channel): void {
  leg.answeredAt = exchange.clock.now()
  exchange.announce('CHANNEL_ANSWER', leg)
  exchange.announceCallState(leg, 'ACTIVE')
}

function park(exchange: Exchange, leg: Channel): void {
  const [, seconds, cause] = /^(\d+)(?::(.+))?$/.exec(leg.variables.get('park_timeout') ?? '') ?? []
  if (seconds !== undefined) {
    // FreeSWITCH forgets both the moment the park starts; 3 s ended after 2.2 s, 4 s after 4.4 s.
    leg.variables.delete('park_timeout')
    leg.variables.delete('park_after_bridge')
    const limitMs = Number(seconds) * 1_000 + exchange.random.whole(-800, 400)
    leg.parkTimer = exchange.soon(leg, limitMs, limitMs, () => {
      hangUp(exchange, leg, cause ?? 'NORMAL_CLEARING', 'switch')
    })
  }
  exchange.announce('CHANNEL_PARK', leg)
  exchange.listen(leg)
  hearKeys(exchange, leg)
  startQueued(exchange, leg)
}

/** Takes down whatever runs on the leg, innermost first, because something else takes the leg over. */
export function unwind(exchange: Exchange, leg: Channel, wasParked: boolean): void {
  leg.parkTimer?.clear()
  for (let app = leg.running.pop(); app !== undefined; app = leg.running.pop()) {
    if (app.app === 'park') exchange.announce('CHANNEL_UNPARK', leg)
    if (app.app === 'eavesdrop') stopEavesdropping(exchange, leg)
    if (app.app === 'conference') leaveRoom(exchange, leg)
    const response =
      app.file === null
        ? (leg.variables.get('current_application_response') ?? '_none_')
        : 'PLAYBACK ERROR'
    complete(exchange, leg, app, 'done', response)
  }
  if (wasParked) exchange.announce('CHANNEL_UNPARK', leg)
}

/** From now on the leg's thread is meant for something else; what was intended before lapses. */
export function redirect(leg: Channel): void {
  leg.intention += 1
  leg.isQueueTimed = false
}

/** `uuid_break`: takes effect with the leg's next frame of audio. Endless playing starts again. */
export function breakPlaying(exchange: Exchange, leg: Channel, isAll: boolean): void {
  if (isAll) leg.queue.length = 0
  const { top } = leg
  if (top?.file == null) return
  exchange.soon(leg, 20, 22, () => {
    if (leg.top !== top) return
    if (top.app === 'endless_playback') {
      const headers = { 'Playback-File-Path': top.arg }
      exchange.announce('PLAYBACK_STOP', leg, { ...headers, 'Playback-Status': 'break' })
      exchange.announce('PLAYBACK_START', leg, headers)
    } else finishTop(exchange, leg, 'break', 'FILE PLAYED')
  })
}

/** What the phone's own retrieving does to the music it had caused. */
export function stopBroadcast(exchange: Exchange, leg: Channel): void {
  if (leg.top?.kind === 'broadcast') finishTop(exchange, leg, 'break', 'FILE PLAYED')
}

/** Sends the leg to other steps; out of a bridge, where it is in one. */
export function transfer(exchange: Exchange, leg: Channel, steps: readonly Step[]): void {
  redirect(leg)
  exchange.soon(leg, 19, 22, () => {
    leg.nextState = 'CS_ROUTING'
    if (leg.mode === 'bridged') leaveBridge(exchange, leg)
    unwind(exchange, leg, leg.mode === 'parked')
    leg.otherLeg = null
    leg.variables.delete('signal_bond')
    leg.mode = 'executing'
    leg.setState('CS_ROUTING')
    exchange.announceCallState(leg, 'RINGING')
    leg.setState('CS_EXECUTE')
    exchange.announceCallState(leg, 'ACTIVE')
    leg.program = [...steps]
    proceed(exchange, leg)
  })
}

/** `+seconds extension dialplan context`. The scheduler knows whole seconds only: +4 fired after 3.5 s. */
export function scheduleTransfer(exchange: Exchange, legId: string, text: string): void {
  const [, seconds = '0', destination = ''] = /^\+?(\d+) +(.*)$/.exec(text) ?? []
  const now = exchange.clock.now()
  const at = (Math.floor(now / 1_000) + Number(seconds)) * 1_000
  const tasks = exchange.tasks.get(legId) ?? new Set()
  exchange.tasks.set(legId, tasks)
  const task = exchange.clock.after(at - now, () => {
    tasks.delete(task)
    if (tasks.size === 0) exchange.tasks.delete(legId)
    const leg = exchange.find(legId)
    if (leg !== undefined)
      transfer(exchange, leg, stepsOfDestination(leg, destination, exchange.clock.now()))
  })
  tasks.add(task)
}

/** Deletes what is scheduled for a leg, alive or not, and says how much that was. */
export function unschedule(exchange: Exchange, legId: string): number {
  const tasks = exchange.tasks.get(legId)
  exchange.tasks.delete(legId)
  for (const task of tasks ?? []) task.clear()
  return tasks?.size ?? 0
}

/** Takes the bridge of `leaver` apart and leaves its partner to itself. */
export function leaveBridge(exchange: Exchange, leaver: Channel): void {
  const partner = leaver.partner
  if (partner === null) return
  const [first, second] = leaver.isFirstOfBridge ? [leaver, partner] : [partner, leaver]
  leaver.partner = null
  partner.partner = null
  leaver.variables.delete('bridge_to')
  partner.variables.delete('bridge_to')
  const headers = { 'Bridge-A-Unique-ID': first.legId, 'Bridge-B-Unique-ID': second.legId }
  if (leaver.isHangingUp && leaver.isHeldByPhone && !leaver.variables.has(HOLD_ESCAPE)) {
    exchange.announce('CHANNEL_UNBRIDGE', first, headers)
    hangUp(exchange, partner, 'NORMAL_CLEARING', 'switch')
    return
  }
  if (leaver === first) {
    stay(exchange, partner)
    exchange.announce('CHANNEL_UNBRIDGE', first, headers)
  } else {
    exchange.announce('CHANNEL_UNBRIDGE', first, headers)
    stay(exchange, partner)
  }
}

/** A leg whose partner has gone: parked if it may, else on with its program, else hung up. */
function stay(exchange: Exchange, leg: Channel): void {
  if (leg.isHangingUp) return
  redirect(leg)
  if (leg.isHeldByPhone) {
    // FreeSWITCH takes the hold back by itself, and the phone's own retrieving will go unheard.
    leg.isHeldByPhone = false
    exchange.announceCallState(leg, 'UNHELD')
    exchange.announce('CHANNEL_UNHOLD', leg)
    leg.setState('CS_PARK')
    exchange.announceCallState(leg, 'ACTIVE')
  }
  unwind(exchange, leg, false)
  if (leg.isSet('park_after_bridge')) {
    leg.mode = 'parked'
    leg.setState('CS_PARK')
    park(exchange, leg)
  } else if (leg.program.length > 0 && !leg.isSet('hangup_after_bridge')) {
    leg.mode = 'executing'
    leg.setState('CS_EXECUTE')
    proceed(exchange, leg)
  } else hangUp(exchange, leg, 'NORMAL_CLEARING', 'switch')
}

export function hangUp(exchange: Exchange, leg: Channel, cause: string, side: HangUpSide): void {
  if (leg.isHangingUp) return
  const before = leg.mode
  leg.cause = cause
  leg.mode = 'hanging_up'
  leg.nextState = 'CS_HANGUP'
  leg.hungUpAt = exchange.clock.now()
  leg.variables.set('hangup_cause', cause)
  redirect(leg)
  exchange.announce('CHANNEL_HANGUP', leg)
  exchange.listen(leg)
  if (leg.partner !== null) exchange.listen(leg.partner)
  leg.onHangUp?.(cause)
  const [minMs, maxMs] = side === 'far_end' ? [0, 1] : [1, 20]
  exchange.soon(leg, minMs, maxMs, () => tearDown(exchange, leg, before))
}

function tearDown(exchange: Exchange, leg: Channel, before: Channel['mode']): void {
  const partner = leg.partner
  if (partner !== null && leg.isFirstOfBridge) leaveBridge(exchange, leg)
  unwind(exchange, leg, before === 'parked')
  leg.setState('CS_HANGUP')
  for (const recording of [...leg.recordings])
    exchange.recorder.stop(exchange, leg, recording, true)
  exchange.announceCallState(leg, 'HANGUP')
  leg.setState('CS_REPORTING')
  exchange.announce('CHANNEL_HANGUP_COMPLETE', leg)
  leg.onEnded?.(leg.cause ?? '')
  leaveAlone(exchange, leg, (one) => finishTop(exchange, one, 'done', '_none_'))
  leg.nextState = 'CS_DESTROY'
  if (partner === null || leg.partner !== partner) {
    destroy(exchange, leg)
    return
  }
  exchange.clock.after(exchange.random.whole(0, 20), () => {
    // By then the partner may have been sent elsewhere, and with that the bridge taken apart.
    if (leg.partner === partner) leaveBridge(exchange, leg)
    destroy(exchange, leg)
  })
}

function destroy(exchange: Exchange, leg: Channel): void {
  exchange.channels.delete(leg.legId)
  exchange.announce('CHANNEL_DESTROY', leg)
}
