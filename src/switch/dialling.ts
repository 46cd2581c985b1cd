// How the switch is made to call a citizen out of an agent's leg. The agent's leg runs the bridge, so that
// it hears ringing, busy and whatever else the network says; where nobody answers it parks again.
import type { SwitchCommand } from '../core/commands.ts'
import { encodeText, requireId, requireNumber } from './encoding.ts'

export interface ApiRequest {
  readonly kind: 'api'
  readonly text: string
}

type Dial = Extract<SwitchCommand, { type: 'dial' }>

export function dialRequests(command: Dial): ApiRequest[] {
  const leg = requireId(command.legId)
  // Arguments of applications are expanded by the switch: nothing but what can be dialled gets in.
  const line = `sofia/gateway/edge/${requireNumber(command.number)}`
  // `~` separates, because the variables have commas of their own.
  const apps = `m:~:bridge:{${dialVariables(command)}}${line}~park:`
  return [
    // Else a busy citizen would end the agent's leg too.
    api(`uuid_setvar_multi ${leg} continue_on_fail=true;park_after_bridge=true`),
    api(`uuid_transfer ${leg} '${apps}' inline`),
  ]
}

function api(text: string): ApiRequest {
  return { kind: 'api', text }
}

function dialVariables(command: Dial): string {
  const leg = requireId(command.dialledLegId)
  const callId = requireId(command.callId)
  const shown = requireNumber(command.shownNumber)
  const agentId = encodeText(command.agentId)
  const variables = {
    origination_uuid: leg,
    origination_caller_id_name: shown,
    origination_caller_id_number: shown,
    // Not inherited from the agent's leg: what the network says while it rings is for the agent.
    ignore_early_media: 'false',
    // Else a console's leg would hand its Opus on, and nothing else; carriers speak G.711.
    absolute_codec_string: '^^:PCMA:PCMU',
    originate_timeout: Math.ceil(command.ringMsMax / 1000) + 1,
    park_after_bridge: 'true',
    media_timeout: '60000',
    media_hold_timeout: '3600000',
    RECORD_STEREO: 'true',
    cc_role: 'caller',
    cc_claimed: 'true',
    cc_outbound: command.ground,
    ...(command.callbackId === null ? {} : { cc_callback: requireId(command.callbackId) }),
    cc_call_id: callId,
    cc_citizen: requireNumber(command.number),
    cc_number: shown,
    presence_data: `cc|${callId}|dialled`,
    'sip_h_X-CC-Call-Id': callId,
    'sip_h_X-CC-Leg': leg,
    'sip_h_X-CC-Agent': agentId,
    'sip_h_X-CC-Ground': command.ground,
  }
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}
