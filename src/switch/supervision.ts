// Supervisors' phones in FreeSWITCH's words. They eavesdrop on the agent's leg, never on the caller's: what
// is whispered there reaches neither the caller nor the recording, which is made on the caller's leg.
import type { SwitchCommand } from '../core/commands.ts'
import type { MonitorMode } from '../core/inputs.ts'
import type { Site, SwitchRequest } from './commands.ts'
import { encodeText, requireId } from './encoding.ts'
import { addressOf, dialVariables, JOBS, listOf } from './originate.ts'

export type SupervisionCommand = Extract<
  SwitchCommand,
  { type: 'originate_supervisor' | 'monitor' | 'set_monitor_mode' | 'make_agent_leg' }
>

const TYPES: ReadonlySet<SwitchCommand['type']> = new Set<SupervisionCommand['type']>([
  'originate_supervisor',
  'monitor',
  'set_monitor_mode',
  'make_agent_leg',
])

export function isSupervision(command: SwitchCommand): command is SupervisionCommand {
  return TYPES.has(command.type)
}

/** Of an eavesdropper on the agent's leg: the agent is on the near side, the caller on the far one. */
const DIGIT_OF = { listen: '0', whisper: '2', barge: '3' } as const satisfies Record<
  MonitorMode,
  string
>

export function supervisionRequests(command: SupervisionCommand, site: Site): SwitchRequest[] {
  const leg = requireId(command.legId)
  switch (command.type) {
    case 'originate_supervisor': {
      const variables = originateVariables(command, site.isBrowser(command.agentId))
      const target = requireId(command.targetLegId)
      return [
        {
          kind: 'bgapi',
          text: `originate {${variables}}${addressOf(command.agentId)} '&eavesdrop(${target})'`,
          jobId: `${JOBS.originate}${leg}`,
        },
      ]
    }
    case 'monitor': {
      const variables = Object.entries({
        ...modeVariables(command.mode),
        cc_call_id: requireId(command.callId),
      })
      return [
        api(
          `uuid_setvar_multi ${leg} ${variables.map(([name, value]) => `${name}=${value}`).join(';')}`,
        ),
        api(`uuid_transfer ${leg} 'eavesdrop:${requireId(command.targetLegId)}' inline`),
      ]
    }
    case 'set_monitor_mode':
      // Not by a key sent to the leg: the phone's own keys would then have to work as well.
      return [
        {
          kind: 'event',
          headers: { 'unique-id': leg, 'eavesdrop-command': DIGIT_OF[command.mode] },
        },
      ]
    case 'make_agent_leg': {
      const callId = requireId(command.callId)
      const agentId = encodeText(command.agentId)
      return [
        api(
          `uuid_setvar_multi ${leg} cc_role=agent;cc_call_id=${callId};park_after_bridge=true;` +
            `presence_data=cc|${callId}|agent|${agentId}`,
        ),
      ]
    }
  }
}

function originateVariables(
  command: Extract<SwitchCommand, { type: 'originate_supervisor' }>,
  isBrowser: boolean,
): string {
  const callId = requireId(command.callId)
  const agentId = encodeText(command.agentId)
  // Nothing parks it, so nothing must end it there.
  const { park_timeout: _never, ...dial } = dialVariables(
    { ...command, from: 'monitor' },
    isBrowser,
  )
  return listOf({
    ...dial,
    ...modeVariables(command.mode),
    // The supervisor's keypad would switch modes by itself, and nobody would know.
    eavesdrop_enable_dtmf: 'false',
    origination_caller_id_name: command.mode,
    cc_role: 'supervisor',
    cc_call_id: callId,
    cc_agent: agentId,
    presence_data: `cc|${callId}|supervisor|${agentId}`,
    'sip_h_X-CC-Call-Id': callId,
    'sip_h_X-CC-Leg': command.legId,
    'sip_h_X-CC-Monitor': command.mode,
    'sip_h_X-CC-Agent': agentId,
  })
}

/** The mode in which listening begins. `aleg` is what the watched leg says, `bleg` what it hears. */
function modeVariables(mode: MonitorMode): Record<string, string> {
  return {
    eavesdrop_whisper_aleg: String(mode === 'barge'),
    eavesdrop_whisper_bleg: String(mode !== 'listen'),
  }
}

function api(text: string): SwitchRequest {
  return { kind: 'api', text }
}
