// What we ask of the switch, of the clock, and of the recordings. Plain data: the core decides,
// `switch/` and the engine do. A command never names a leg that has ended.
import type { CallbackId } from './callback-facts.ts'
import type { DialGround } from './class-of-service.ts'
import type { AgentId, QueueId } from './config.ts'
import type { CallId, CallStage, LegId, MonitorMode, NodeId } from './inputs.ts'
import type { PartyPurpose, PartyTarget, SurveyScale } from './party-facts.ts'
import type { Language, PromptId } from './prompts.ts'
import type { Language as RoutingLanguage } from './routing-policy.ts'

/** What we write on a caller's leg so that a restarted service can read it back. Times are epoch ms. */
export interface LegStamp {
  readonly callId: CallId
  readonly queueId: QueueId
  readonly queuedAt: number
  readonly agentId: AgentId | null
  readonly answeredAt: number | null
  readonly connectedAt: number | null
  readonly heldAt: number | null
  readonly recordingPath: string | null
  readonly stage: CallStage | null
  readonly promptedAt: number | null
  readonly priority: number
  /** Other than by `queuedAt`; may lie between two milliseconds. */
  readonly placeAt: number | null
  /** What the caller chose to speak. */
  readonly language: RoutingLanguage | null
}

interface OnLeg {
  readonly nodeId: NodeId
  readonly legId: LegId
  /** Of the prompts that the command names; Mandarin if left out. The turn that sends it fills it in. */
  readonly language?: Language
}

export type SwitchCommand =
  /** Take a parked caller from the dialplan: its own fallback must not fire any more. */
  | (OnLeg & { readonly type: 'claim' })
  | (OnLeg & { readonly type: 'stamp'; readonly stamp: LegStamp })
  /** Without end; where there are prompts to say `first`, after them. */
  | (OnLeg & { readonly type: 'play_music'; readonly first?: readonly PromptId[] })
  /** On top of the music, which goes on by itself afterwards. */
  | (OnLeg & { readonly type: 'play_prompt'; readonly prompt: PromptId })
  /** Ends what is said on top of the music; the music goes on. */
  | (OnLeg & { readonly type: 'break_prompt' })
  /** Says it, then parks: nothing is heard while the caller speaks. */
  | (OnLeg & { readonly type: 'ask_for_message'; readonly prompts: readonly PromptId[] })
  /** The same with several prompts, said as one. */
  | (OnLeg & { readonly type: 'announce'; readonly prompts: readonly PromptId[] })
  /** Say why, then hang up. */
  | (OnLeg & { readonly type: 'refuse'; readonly prompt: PromptId; readonly cause: string })
  /** Ring the agent's phone. The leg gets `legId`; the switch gives up a second after `ringMsMax`. */
  | (OnLeg & {
      readonly type: 'originate_agent'
      readonly callId: CallId
      readonly agentId: AgentId
      readonly queueId: QueueId
      readonly from: string
      readonly ringMsMax: number
      /** The phone shall pick up by itself. */
      readonly autoAnswer?: true
    })
  /** Said to the agent alone, on their own leg; then it parks again, ready for `bridge`. */
  | (OnLeg & { readonly type: 'whisper'; readonly prompts: readonly PromptId[] })
  /** Ring a third party. `from` is the number it sees. */
  | (OnLeg & {
      readonly type: 'originate_party'
      readonly callId: CallId
      readonly target: PartyTarget
      readonly purpose: PartyPurpose
      readonly from: string
      readonly ringMsMax: number
    })
  /** The leg is from now on that of the call's agent. */
  | (OnLeg & { readonly type: 'stamp_agent'; readonly callId: CallId; readonly agentId: AgentId })
  /** Into the call's conference, after the phrase if there is one. */
  | (OnLeg & {
      readonly type: 'join_conference'
      readonly callId: CallId
      readonly prompt: PromptId | null
    })
  /** Ask for a key from 1 to `scale`; the leg parks with what it was given, or with nothing. */
  | (OnLeg & { readonly type: 'ask_survey'; readonly scale: SurveyScale })
  /** Keys pressed by us, heard at the far end of the leg. 0-9, A-D, * and #. */
  | (OnLeg & { readonly type: 'send_digits'; readonly digits: string })
  /** Nobody hears the leg's far end. */
  | (OnLeg & { readonly type: 'mute' })
  | (OnLeg & { readonly type: 'unmute' })
  /**
   * `legId` is the caller's, `otherLegId` the agent's, or one of them a third party's; both are parked,
   * play something, or leave another bridge for this one.
   */
  | (OnLeg & { readonly type: 'bridge'; readonly otherLegId: LegId })
  /** After each bridge: the agent's leg must park, not hang up, when the bridge is taken apart. */
  | (OnLeg & { readonly type: 'keep_after_bridge' })
  /** Caller: the prompt if there is one, then music. The agent's leg parks. */
  | (OnLeg & {
      readonly type: 'hold'
      readonly prompt: 'hold_begin' | null
      readonly music: string
    })
  /** Caller: the prompt if there is one, then parked, ready for `bridge`. */
  | (OnLeg & { readonly type: 'retrieve'; readonly prompt: 'hold_end' | null })
  /** The same two within a bridge that the phone's own hold left standing; again with the other prompt to reassure. */
  | (OnLeg & {
      readonly type: 'hold_in_bridge'
      readonly prompt: 'hold_begin' | 'hold_reassurance' | null
      readonly music: string
    })
  | (OnLeg & { readonly type: 'retrieve_in_bridge'; readonly prompt: 'hold_end' | null })
  /** Ring the supervisor's phone and, once it is answered, let it hear the leg `targetLegId`. */
  | (OnLeg & {
      readonly type: 'originate_supervisor'
      readonly callId: CallId
      readonly agentId: AgentId
      readonly targetLegId: LegId
      readonly mode: MonitorMode
      readonly ringMsMax: number
    })
  /** `legId` is the supervisor's, answered; it goes over to another leg without ringing again. */
  | (OnLeg & {
      readonly type: 'monitor'
      readonly callId: CallId
      readonly targetLegId: LegId
      readonly mode: MonitorMode
    })
  | (OnLeg & { readonly type: 'set_monitor_mode'; readonly mode: MonitorMode })
  /** The supervisor's leg will serve the call from now on: it is an agent's, and parks like one. */
  | (OnLeg & {
      readonly type: 'make_agent_leg'
      readonly callId: CallId
      readonly agentId: AgentId
    })
  /** `cause` is FreeSWITCH's name, e.g. `ORIGINATOR_CANCEL` for a ring that the caller's hangup ends. */
  | (OnLeg & { readonly type: 'hang_up'; readonly cause: string })
  /**
   * Call a citizen out of the agent's parked leg `legId`, which hears what the network says and is joined
   * with `dialledLegId` by the switch when they answer; where nobody does, it parks again.
   */
  | (OnLeg & {
      readonly type: 'dial'
      readonly dialledLegId: LegId
      readonly callId: CallId
      readonly agentId: AgentId
      readonly queueId: QueueId
      readonly number: string
      /** The hotline's, as the citizen sees it. */
      readonly shownNumber: string
      readonly ringMsMax: number
      readonly ground: DialGround
      readonly callbackId: CallbackId | null
    })
  /** Caller left, agent right, until the leg ends. `path` is relative to the recordings' folder. */
  | (OnLeg & { readonly type: 'start_recording'; readonly path: string })
  /** Silence on both channels of the recording, and its length as if nothing were; then sound again. */
  | (OnLeg & { readonly type: 'mask_recording'; readonly path: string })
  | (OnLeg & { readonly type: 'unmask_recording'; readonly path: string })
  | (OnLeg & { readonly type: 'stop_recording'; readonly path: string })

export type ClockCommand =
  /** Replaces a timer of the same id. */
  | { readonly type: 'set_timer'; readonly timerId: string; readonly at: number }
  | { readonly type: 'clear_timer'; readonly timerId: string }

/** Read the file and report `recording.verified` or `recording.unverified`. */
export type RecordingCommand = {
  readonly type: 'verify_recording'
  readonly callId: CallId
  readonly path: string
}

export type Command = SwitchCommand | ClockCommand | RecordingCommand
