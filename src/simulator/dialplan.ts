// What the switch does with a call before anybody else decides: the extensions of `dialplan/callers.xml`
// as steps, in the order of the XML, with its seconds. Also the reading of inline lists. It must follow
// that file: what the service relies on there, it relies on here.
import type { Channel, Step } from './channel.ts'

const CLAIM_SECONDS = 4
const REASSURE_SECONDS = 30
const GIVE_UP_SECONDS = 600

const CALL_ID = /^[A-Za-z0-9_-]{1,64}$/
const NUMBER = /^\+?[0-9A-Za-z*#]{1,32}$/

/** `extension dialplan context`, as transfers name a destination at `at`; `public` is where callers come in. */
export function stepsOfDestination(leg: Channel, text: string, at: number): Step[] {
  const [extension = '', , context = 'public'] = text.trim().split(/ +/)
  return context === 'fallback' ? fallback(leg, extension, at) : callers(leg, extension)
}

function callers(leg: Channel, number: string): Step[] {
  if (!NUMBER.test(number)) return [step('hangup', 'UNALLOCATED_NUMBER')]
  const callId = leg.variables.get('sip_h_X-CC-Call-Id') ?? ''
  return [
    ...(CALL_ID.test(callId) ? [step('set', `cc_call_id=${callId}`)] : []),
    step('set', 'cc_role=caller'),
    step('set', `cc_number=${number}`),
    step('set', 'park_after_bridge=true'),
    step('set', 'RECORD_STEREO=true'),
    step('set', 'media_timeout=60000'),
    step('set', 'media_hold_timeout=3600000'),
    step('answer'),
    step('sched_transfer', `+${CLAIM_SECONDS} unclaimed XML fallback`),
    step('park'),
  ]
}

/** Prompt and music in rounds until a service comes back, or for ten minutes. */
function fallback(leg: Channel, extension: string, at: number): Step[] {
  const seconds = Math.floor(at / 1_000)
  if (leg.isSet('cc_claimed')) return [step('endless_playback', 'local_stream://moh'), step('park')]
  switch (extension) {
    case 'unclaimed':
      return [
        step('set', 'cc_fallback=true'),
        step('set', `cc_give_up_at=${seconds + GIVE_UP_SECONDS}`),
        step('transfer', 'waiting XML fallback'),
      ]
    case 'waiting':
      if (seconds >= Number(leg.variables.get('cc_give_up_at'))) {
        return [step('playback', 'unavailable.wav'), step('hangup', 'NORMAL_TEMPORARY_FAILURE')]
      }
      return [
        step('sched_transfer', `+${REASSURE_SECONDS} parked XML fallback`),
        step('playback', 'please_wait.wav'),
        step('endless_playback', 'local_stream://moh'),
        step('park'),
      ]
    case 'parked':
      return [step('sched_transfer', '+1 waiting XML fallback'), step('park')]
    default:
      return [step('hangup', 'NO_ROUTE_DESTINATION')]
  }
}

function step(app: string, arg = ''): Step {
  return { app, arg }
}

/** Reads `app:argument,app:argument`; `m:^:` at the front makes `^` the separator. */
export function stepsOfInline(list: string): Step[] {
  const custom = /^m:(.):/.exec(list)
  const separator = custom?.[1] ?? ','
  return list
    .slice(custom?.[0].length ?? 0)
    .split(separator)
    .filter((text) => text !== '')
    .map((text) => {
      const colon = text.indexOf(':')
      return colon === -1 ? step(text) : step(text.slice(0, colon), text.slice(colon + 1))
    })
}
