// Refusals are values, never exceptions. The codes are a closed list that consoles may rely on.

export const REJECTIONS = {
  unknown_agent: 'No such agent.',
  already_signed_in: 'The agent is signed in already.',
  signed_out: 'The agent is not signed in.',
  phone_unregistered: 'The agent’s phone is not registered.',
  already_ready: 'The agent is ready already.',
  offer_pending: 'A call is ringing at the agent.',
  on_call: 'The agent is on a call.',
  in_wrap_up: 'The agent is in wrap-up; write the call up first.',
  not_on_call: 'The agent is not on a call.',
  not_connected: 'Caller and agent are not connected yet.',
  already_held: 'The call is on hold already.',
  not_held: 'The call is not on hold.',
  held_by_phone: 'The call was put on hold at the phone and is taken back there.',
  not_in_wrap_up: 'The agent is not in wrap-up.',
  switch_unavailable: 'The switch that carries the call cannot be reached at the moment.',
} as const
export type RejectionCode = keyof typeof REJECTIONS

export interface Rejection {
  readonly code: RejectionCode
  readonly message: string
}

export function rejection(code: RejectionCode): Rejection {
  return { code, message: REJECTIONS[code] }
}
