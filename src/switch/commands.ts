// What each command of the core is in FreeSWITCH's words. Pure: a command in, the requests that carry
// it out, in order. The sequences are those that were measured; where an obvious shorter one is not
// used, the comment says what it does wrong. Text from outside goes through encoding.ts, all of it.
import { join } from 'node:path'
import type { LegStamp, SwitchCommand } from '../core/commands.ts'
import type { AgentId } from '../core/config.ts'
import { DEFAULT_LANGUAGE, type Language, PROMPTS, type PromptId } from '../core/prompts.ts'
import { encodeText, quotePath, requireCause, requireFile, requireId } from './encoding.ts'

export type SwitchRequest =
  | { readonly kind: 'api'; readonly text: string }
  | { readonly kind: 'bgapi'; readonly text: string; readonly jobId: string }

const MUSIC = 'local_stream://moh'

export interface Site {
  /** Absolute, and the same on the switch. */
  readonly recordingsDir: string
  /** Whether the agent's phone is a page: it takes encrypted media only, and a plain one none. */
  readonly isBrowser: (agentId: AgentId) => boolean
  /** The file of the version in use; where it is left out, that of the prompts that ship with the switch. */
  readonly fileOf?: (prompt: PromptId, language: Language) => string
}

/** The outcome of a job arrives with nothing but its id, so the id says what it was for. */
export const JOBS = { originate: 'originate-', record: 'record-' } as const

/** Throws UnsafeText if some text in the command must not reach a switch. */
export function requestsFor(command: SwitchCommand, site: Site): SwitchRequest[] {
  const leg = requireId(command.legId)
  const { fileOf, soundOf } = voiceOf(site, command.language)
  switch (command.type) {
    case 'claim':
      return [
        // First of all: a fallback that fires between the two finds the leg claimed and lets it be.
        api(
          `uuid_setvar_multi ${leg} cc_claimed=true;park_after_bridge=true;RECORD_STEREO=true;` +
            `presence_data=cc|${leg}|arrived`,
        ),
        // Only this stops the dialplan's own fallback, which would tear the caller out of a talk.
        api(`sched_del ${leg}`),
      ]
    case 'stamp':
      return [api(`uuid_setvar_multi ${leg} ${stampVariables(command.stamp)}`)]
    case 'play_music': {
      const prompts = command.first ?? []
      const first = prompts.length === 0 ? '' : `playback:${soundOf(prompts)},`
      // Not uuid_broadcast: music started that way survives the bridge and drowns the agent. And not
      // an application executed on top: whatever goes on underneath, a fallback or an old piece of
      // music, would come back when this one is interrupted.
      return [
        api(`uuid_transfer ${leg} '${first}endless_playback:${MUSIC},park:' inline`),
        musicMark(leg, true),
      ]
    }
    case 'play_prompt':
      return [api(`uuid_broadcast ${leg} ${fileOf(command.prompt)} aleg`)]
    case 'announce':
      return [api(`uuid_broadcast ${leg} ${soundOf(command.prompts)} aleg`)]
    case 'refuse': {
      const apps = `playback:${fileOf(command.prompt)},hangup:${requireCause(command.cause)}`
      return [api(`uuid_transfer ${leg} '${apps}' inline`)]
    }
    case 'originate_agent':
      return [originateRequest(command, site)]
    case 'bridge':
      return [
        // A prompt still queued would be played to the caller in place of the agent.
        api(`uuid_break ${leg} all`),
        api(`uuid_bridge ${leg} ${requireId(command.otherLegId)}`),
        musicMark(leg, false),
      ]
    case 'keep_after_bridge':
      // The leg's park_timeout removed the variable when it parked for the first time.
      return [api(`uuid_setvar ${leg} park_after_bridge true`)]
    case 'hold': {
      const apps = `playback:${fileOf('hold_begin')},endless_playback:${MUSIC},park:`
      return [api(`uuid_transfer ${leg} '${apps}' inline`), musicMark(leg, true)]
    }
    case 'retrieve':
      return [
        api(`uuid_transfer ${leg} 'playback:${fileOf('hold_end')},park:' inline`),
        musicMark(leg, false),
      ]
    case 'hold_in_bridge':
      return [
        // Music that plays already would keep the prompt waiting for ever. A break with nothing to
        // break, before the first prompt, is left out.
        ...(command.prompt === 'hold_begin' ? [] : [api(`uuid_break ${leg} all`)]),
        api(`uuid_broadcast ${leg} ${fileOf(command.prompt)} aleg`),
        // Not endless_playback: within a bridge nothing can stop that.
        api(`uuid_broadcast ${leg} ${MUSIC} aleg`),
      ]
    case 'retrieve_in_bridge':
      return [api(`uuid_break ${leg} all`), api(`uuid_broadcast ${leg} ${fileOf('hold_end')} aleg`)]
    case 'hang_up':
      return [api(`uuid_kill ${leg} ${requireCause(command.cause)}`)]
    case 'start_recording': {
      const path = quotePath(join(site.recordingsDir, command.path))
      // Opening the file took up to 35 ms, during which an api would hold up every event.
      return [
        { kind: 'bgapi', text: `uuid_record ${leg} start ${path}`, jobId: `${JOBS.record}${leg}` },
      ]
    }
  }
}

function api(text: string): SwitchRequest {
  return { kind: 'api', text }
}

/** Where the prompts of a language are: one file, or several that are played as one. */
function voiceOf(site: Site, language: Language = DEFAULT_LANGUAGE) {
  const fileOf = (prompt: PromptId): string =>
    requireFile((site.fileOf ?? shippedFileOf)(prompt, language))
  const soundOf = (prompts: readonly PromptId[]): string => {
    const files = prompts.map(fileOf)
    return files.length === 1 ? files.join('') : `file_string://${files.join('!')}`
  }
  return { fileOf, soundOf }
}

/** As the switch has it in its own folder of prompts; what does not ship in a language is said in Mandarin. */
export function shippedFileOf(prompt: PromptId, language: Language): string {
  const isCantonese = language === 'yue' && PROMPTS.includes(prompt)
  return isCantonese ? `yue/${prompt}.wav` : `${prompt}.wav`
}

function originateRequest(
  command: Extract<SwitchCommand, { type: 'originate_agent' }>,
  site: Site,
): SwitchRequest {
  const { agentId, legId } = command
  const variables = originateVariables(command, site.isBrowser(agentId))
  return {
    kind: 'bgapi',
    text: `originate {${variables}}${addressOf(agentId)} &park()`,
    jobId: `${JOBS.originate}${legId}`,
  }
}

/** The edge knows where the agent's phone is. */
function addressOf(agentId: string): string {
  return `sofia/gateway/edge/agent-${encodeText(agentId)}`
}

/**
 * Whether music plays cannot be asked: FreeSWITCH shows the last application that began on a leg, also
 * long after it has ended.
 */
function musicMark(legId: string, isPlaying: boolean): SwitchRequest {
  return api(`uuid_setvar_multi ${legId} cc_music=${isPlaying ? 'true' : ''}`)
}

/** An empty value removes the variable. */
function stampVariables(stamp: LegStamp): string {
  const { heldAt, connectedAt, agentId } = stamp
  const talking = connectedAt !== null && agentId !== null ? 'talking' : 'waiting'
  const callId = requireId(stamp.callId)
  const variables = {
    cc_call_id: callId,
    cc_queue: stamp.queueId,
    cc_queued_ms: stamp.queuedAt,
    cc_agent: agentId,
    cc_answered_ms: stamp.answeredAt,
    cc_connected_ms: connectedAt,
    cc_held_ms: heldAt,
    cc_recording: stamp.recordingPath,
  }
  const pairs = Object.entries(variables).map(
    ([name, value]) => `${name}=${value === null ? '' : encodeText(String(value))}`,
  )
  // For people at the switch's own console, and for us to know our legs by in its list.
  pairs.push(`presence_data=cc|${callId}|${heldAt === null ? talking : 'held'}`)
  return pairs.join(';')
}

function originateVariables(
  command: Extract<SwitchCommand, { type: 'originate_agent' }>,
  isBrowser: boolean,
): string {
  const leg = requireId(command.legId)
  const callId = requireId(command.callId)
  const agentId = encodeText(command.agentId)
  const queueId = encodeText(command.queueId)
  const from = encodeText(command.from)
  const variables = {
    origination_uuid: leg,
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
    cc_role: 'agent',
    cc_call_id: callId,
    cc_agent: agentId,
    cc_queue: queueId,
    presence_data: `cc|${callId}|agent|${agentId}`,
    'sip_h_X-CC-Call-Id': callId,
    'sip_h_X-CC-Leg': leg,
    'sip_h_X-CC-Queue': queueId,
    'sip_h_X-CC-Agent': agentId,
  }
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')
}
