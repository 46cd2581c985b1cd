// What each command of the core is in FreeSWITCH's words. Pure: a command in, the requests that carry
// it out, in order. The sequences are those that were measured; where an obvious shorter one is not
// used, the comment says what it does wrong. Text from outside goes through encoding.ts, all of it.
import { join } from 'node:path'
import type { LegStamp, SwitchCommand } from '../core/commands.ts'
import type { AgentId } from '../core/config.ts'
import type { SurveyScale } from '../core/party-facts.ts'
import { DEFAULT_LANGUAGE, type Language, PROMPTS, type PromptId } from '../core/prompts.ts'
import { dialRequests } from './dialling.ts'
import {
  encodeText,
  quotePath,
  requireCause,
  requireDigits,
  requireFile,
  requireId,
} from './encoding.ts'
import { holdTexts } from './hold.ts'
import { JOBS, originateRequest, partyRequest } from './originate.ts'
import { isSupervision, type SupervisionCommand, supervisionRequests } from './supervision.ts'

export type SwitchRequest =
  | { readonly kind: 'api'; readonly text: string }
  | { readonly kind: 'bgapi'; readonly text: string; readonly jobId: string }
  | { readonly kind: 'event'; readonly headers: Readonly<Record<string, string>> }

const MUSIC = 'local_stream://moh'
/** Of pieces of music in one wait. */
const BREAKS_MAX = 3

export interface Site {
  /** Absolute, and the same on the switch. */
  readonly recordingsDir: string
  /** Whether the agent's phone is a page: it takes encrypted media only, and a plain one none. */
  readonly isBrowser: (agentId: AgentId) => boolean
  /** The file of the version in use; where it is left out, that of the prompts that ship with the switch. */
  readonly fileOf?: (prompt: PromptId, language: Language) => string
}

/** Throws UnsafeText if some text in the command must not reach a switch. */
export function requestsFor(command: SwitchCommand, site: Site): SwitchRequest[] {
  return isSupervision(command) ? supervisionRequests(command, site) : callRequests(command, site)
}

function callRequests(
  command: Exclude<SwitchCommand, SupervisionCommand>,
  site: Site,
): SwitchRequest[] {
  const leg = requireId(command.legId)
  const { fileOf, soundOf } = voiceOf(site, command.language)
  switch (command.type) {
    case 'claim':
      return [
        // First of all: a fallback that fires between the two finds the leg claimed and lets it be.
        api(
          `uuid_setvar_multi ${leg} cc_claimed=true;park_after_bridge=true;RECORD_STEREO=true;` +
            // Which keys mean what is the service's to say.
            'playback_terminators=none;' +
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
      // And not endless_playback alone: while that plays, FreeSWITCH keeps the caller's keys to itself
      // until a prompt comes. A break that finds its prompt over ends one `playback`; so there are more.
      const music = `${`playback:${MUSIC},`.repeat(BREAKS_MAX)}endless_playback:${MUSIC}`
      return [api(`uuid_transfer ${leg} '${first}${music},park:' inline`), musicMark(leg, true)]
    }
    case 'play_prompt':
      return [api(`uuid_broadcast ${leg} ${fileOf(command.prompt)} aleg`)]
    case 'break_prompt':
      return [api(`uuid_break ${leg}`)]
    case 'ask_for_message':
      return [
        api(`uuid_transfer ${leg} 'playback:${soundOf(command.prompts)},park:' inline`),
        musicMark(leg, false),
      ]
    case 'announce':
      return [api(`uuid_broadcast ${leg} ${soundOf(command.prompts)} aleg`)]
    case 'refuse': {
      const apps = `playback:${fileOf(command.prompt)},hangup:${requireCause(command.cause)}`
      return [api(`uuid_transfer ${leg} '${apps}' inline`)]
    }
    case 'originate_agent':
      return [originateRequest(command, site.isBrowser)]
    case 'originate_party':
      return [partyRequest(command, site.isBrowser)]
    case 'bridge':
      return [
        // A prompt still queued would be played to the caller in place of the agent.
        api(`uuid_break ${leg} all`),
        api(`uuid_bridge ${leg} ${requireId(command.otherLegId)}`),
        musicMark(leg, false),
      ]
    case 'whisper':
      // The agent's leg is parked and plays nothing: no break is needed, and it parks again by itself.
      return [api(`uuid_transfer ${leg} 'playback:${soundOf(command.prompts)},park:' inline`)]
    case 'keep_after_bridge':
      // The leg's park_timeout removed the variable when it parked for the first time.
      return [api(`uuid_setvar ${leg} park_after_bridge true`)]
    case 'dial':
      return dialRequests(command)
    case 'hang_up':
      return [api(`uuid_kill ${leg} ${requireCause(command.cause)}`)]
    case 'start_recording':
    case 'stop_recording':
    case 'mask_recording':
    case 'unmask_recording':
      return [recordingRequest(command, site)]
    default:
      return talkRequests(command, fileOf)
  }
}

/** What is done within a conversation: hold, third parties, and the buttons beside them. */
function talkRequests(
  command: Extract<
    SwitchCommand,
    {
      type:
        | 'hold'
        | 'retrieve'
        | 'hold_in_bridge'
        | 'retrieve_in_bridge'
        | 'stamp_agent'
        | 'join_conference'
        | 'ask_survey'
        | 'send_digits'
        | 'mute'
        | 'unmute'
    }
  >,
  fileOf: (prompt: PromptId) => string,
): SwitchRequest[] {
  const leg = requireId(command.legId)
  switch (command.type) {
    case 'hold':
      return [...holdTexts(command, fileOf).map(api), musicMark(leg, true)]
    case 'retrieve':
      return [...holdTexts(command, fileOf).map(api), musicMark(leg, false)]
    case 'hold_in_bridge':
    case 'retrieve_in_bridge':
      return holdTexts(command, fileOf).map(api)
    case 'stamp_agent': {
      const agentId = encodeText(command.agentId)
      const mark = `cc|${requireId(command.callId)}|agent|${agentId}`
      return [
        api(`uuid_setvar_multi ${leg} cc_role=agent;cc_agent=${agentId};presence_data=${mark}`),
      ]
    }
    case 'join_conference': {
      const room = `conference:cc-${requireId(command.callId)}@default`
      const apps = command.prompt === null ? room : `playback:${fileOf(command.prompt)},${room}`
      // What stands behind the room is reached when it closes around the leg.
      return [api(`uuid_transfer ${leg} '${apps},park:' inline`), musicMark(leg, false)]
    }
    case 'ask_survey':
      return [
        api(
          `uuid_transfer ${leg} '${surveyApps(command.scale, fileOf(`survey_${command.scale}`))}' inline`,
        ),
        musicMark(leg, false),
      ]
    case 'send_digits':
      return [api(`uuid_send_dtmf ${leg} ${requireDigits(command.digits)}`)]
    case 'mute':
      return [api(`uuid_audio ${leg} start read mute 1`)]
    case 'unmute':
      return [api(`uuid_audio ${leg} start read mute 0`), api(`uuid_audio ${leg} stop`)]
  }
}

/** Two tries of four seconds each; a wrong key is as good as none. The variable is read when it parks. */
function surveyApps(scale: SurveyScale, file: string): string {
  return `play_and_get_digits:1 1 2 4000 # ${file} silence_stream://100 cc_collected [1-${scale}] 4000,park:`
}

function api(text: string): SwitchRequest {
  return { kind: 'api', text }
}

type RecordingCommand = Extract<SwitchCommand, { type: `${string}_recording` }>

function recordingRequest(command: RecordingCommand, site: Site): SwitchRequest {
  const { type, legId } = command
  const path = quotePath(join(site.recordingsDir, command.path))
  const text = `uuid_record ${legId} ${type.replace('_recording', '')} ${path}`
  // Opening the file took up to 35 ms, during which an api would hold up every event.
  if (type === 'start_recording') return { kind: 'bgapi', text, jobId: `${JOBS.record}${legId}` }
  return api(text)
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
    cc_stage: stamp.stage,
    cc_prompted_ms: stamp.promptedAt,
    cc_priority: stamp.priority,
    cc_place_ms: stamp.placeAt,
    cc_language: stamp.language,
  }
  const pairs = Object.entries(variables).map(
    ([name, value]) => `${name}=${value === null ? '' : encodeText(String(value))}`,
  )
  // For people at the switch's own console, and for us to know our legs by in its list.
  pairs.push(`presence_data=cc|${callId}|${heldAt === null ? talking : 'held'}`)
  return pairs.join(';')
}
