// The states of agents that a wallboard counts, in the order of a call's way: free, ringing, talking,
// holding, writing up, away. The colours only help the eye along a row; the words say it.
import type { LiveQueue } from '../../core/live.ts'

export const AGENT_STATES = [
  { state: 'ready', colour: '#36e09b' },
  { state: 'offered', colour: '#ffc043' },
  { state: 'onCall', colour: '#5bb5ff' },
  { state: 'onHold', colour: '#c79bff' },
  { state: 'wrapUp', colour: '#6fe3e1' },
  { state: 'notReady', colour: '#8d9bb8' },
] as const satisfies readonly { state: keyof LiveQueue['agents']; colour: string }[]
