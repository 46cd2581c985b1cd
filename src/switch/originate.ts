// Ringing a phone: an agent's, a department's or an outside number, as FreeSWITCH's `originate` wants it.
import type { SwitchCommand } from '../core/commands.ts'
import type { AgentId } from '../core/config.ts'
import type { PartyTarget } from '../core/party-facts.ts'
import { encodeText, requireId, requireNumber } from './encoding.ts'
import { partyMark } from './party-marks.ts'

/** The outcome of a job arrives with nothing but its id, so the id says what it was for. */
export const JOBS = { originate: 'originate-', record: 'record-' } as const

export interface OriginateRequest {
  readonly kind: 'bgapi'
  readonly text: string
  readonly jobId: string
}

/** Whether the agent's phone is a page: it takes encrypted media only, and a plain one none. */
type IsBrowser = (agentId: AgentId) => boolean

export function originateRequest(
  command: Extract<SwitchCommand, { type: 'originate_agent' }>,
  isBrowser: IsBrowser,
): OriginateRequest {
  const { agentId, legId } = command
  const variables = originateVariables(command, isBrowser(agentId))
  return {
    kind: 'bgapi',
    text: `originate {${variables}}${addressOf(agentId)} &park()`,
    jobId: `${JOBS.originate}${legId}`,
  }
}

export function partyRequest(
  command: Extract<SwitchCommand, { type: 'originate_party' }>,
  isBrowser: IsBrowser,
): OriginateRequest {
  const { target, legId } = command
  return {
    kind: 'bgapi',
    text: `originate {${partyVariables(command, isBrowser)}}${partyAddress(target)} &park()`,
    jobId: `${JOBS.originate}${legId}`,
  }
}

function partyAddress(target: PartyTarget): string {
  if (target.kind === 'agent') return addressOf(target.agentId)
  return `sofia/gateway/edge/${requireNumber(target.number)}`
}

/** The edge knows where the agent's phone is. */
export function addressOf(agentId: string): string {
  return `sofia/gateway/edge/agent-${encodeText(agentId)}`
}

/** What every leg that we ring begins with. */
export function dialVariables(
  command: { readonly legId: string; readonly from: string; readonly ringMsMax: number },
  isBrowser: boolean,
): Record<string, string | number> {
  const from = encodeText(command.from)
  return {
    origination_uuid: requireId(command.legId),
    origination_caller_id_name: from,
    origination_caller_id_number: from,
    ignore_early_media: 'true',
    // Counted in whole seconds, and up to a second short; the core's own timer should be the first.
    originate_timeout: Math.ceil(command.ringMsMax / 1000) + 1,
    park_after_bridge: 'true',
    // Nobody bridges a leg whose service has died; it must not hum for ever.
    park_timeout: '10:NORMAL_CLEARING',
    // Phones with a media timeout of their own would drop a held call without it.
    send_silence_when_idle: '-1',
    // Prompt and music of a hold at the phone are ours to play.
    hold_music: 'silence',
    // FreeSWITCH hangs the caller up when a leg ends that is holding, park_after_bridge or not, unless
    // it has somewhere to send the caller; park_after_bridge then wins over this.
    hold_hangup_xfer_exten: 'park:inline',
    // A phone that vanished without a word. Phones that hold may send nothing at all, and FreeSWITCH
    // does not allow more for them: 10 s ended calls on hold.
    media_timeout: '60000',
    // The colons replace the commas that would end the value.
    ...(isBrowser ? { media_webrtc: 'true', absolute_codec_string: '^^:OPUS:PCMU' } : {}),
  }
}

export function listOf(variables: Readonly<Record<string, string | number>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}

function partyVariables(
  command: Extract<SwitchCommand, { type: 'originate_party' }>,
  isBrowserOf: IsBrowser,
): string {
  const { target } = command
  const leg = requireId(command.legId)
  const callId = requireId(command.callId)
  const agentId = target.kind === 'agent' ? encodeText(target.agentId) : null
  const isBrowser = target.kind === 'agent' && isBrowserOf(target.agentId)
  return listOf({
    ...dialVariables(command, isBrowser),
    cc_role: 'party',
    cc_call_id: callId,
    cc_party: partyMark(target),
    cc_purpose: command.purpose,
    ...(agentId === null ? {} : { cc_agent: agentId, 'sip_h_X-CC-Agent': agentId }),
    presence_data: `cc|${callId}|party|${command.purpose}`,
    'sip_h_X-CC-Call-Id': callId,
    'sip_h_X-CC-Leg': leg,
    'sip_h_X-CC-Purpose': command.purpose,
  })
}

function originateVariables(
  command: Extract<SwitchCommand, { type: 'originate_agent' }>,
  isBrowser: boolean,
): string {
  const leg = requireId(command.legId)
  const callId = requireId(command.callId)
  const agentId = encodeText(command.agentId)
  const queueId = encodeText(command.queueId)
  return listOf({
    ...dialVariables(command, isBrowser),
    cc_role: 'agent',
    cc_call_id: callId,
    cc_agent: agentId,
    cc_queue: queueId,
    presence_data: `cc|${callId}|agent|${agentId}`,
    'sip_h_X-CC-Call-Id': callId,
    'sip_h_X-CC-Leg': leg,
    'sip_h_X-CC-Queue': queueId,
    'sip_h_X-CC-Agent': agentId,
    // The edge turns it into what phones understand.
    ...(command.autoAnswer === true ? { 'sip_h_X-CC-Auto-Answer': 'true' } : {}),
  })
}
