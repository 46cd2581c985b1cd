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
  nothing_to_confirm: 'No phrase of a hold is to be confirmed.',
  held_by_phone: 'The call was put on hold at the phone and is taken back there.',
  consult_active: 'Somebody else is being rung or consulted already.',
  no_consult: 'Nobody is being rung or consulted.',
  consult_not_answered: 'The other side has not answered yet.',
  target_unavailable: 'That agent cannot take part at the moment.',
  unknown_target: 'There is no such agent, queue or department, or it has no phone.',
  not_an_emergency_unit: 'The department is not on the emergency list.',
  in_conference: 'Several are on the call; let the others go, or leave it, instead.',
  no_conference: 'There is nobody with whom the caller could be left.',
  unknown_party: 'That party is not on the call.',
  number_not_permitted: 'The number may not be dialled.',
  already_muted: 'The agent is muted already.',
  not_muted: 'The agent is not muted.',
  already_flagged: 'The call is flagged already.',
  help_pending: 'Help has been requested already.',
  no_help_pending: 'Nobody waits for help on that call.',
  not_in_wrap_up: 'The agent is not in wrap-up.',
  no_seat: 'You have no seat whose phone could be rung.',
  own_call: 'One cannot watch oneself.',
  phone_busy: 'Your phone is in use.',
  already_monitoring: 'You watch this agent already.',
  not_monitoring: 'You watch nobody at the moment.',
  monitor_pending: 'Your phone has not been answered yet.',
  mode_unavailable: 'A supervisor can be listened to and whispered to, not joined.',
  watched_in_turn: 'That supervisor watches you.',
  other_switch: 'The call is on another switch than the one you watch; end that first.',
  take_over_pending: 'A supervisor is taking the call over.',
  unknown_call: 'No such call is under way.',
  unknown_queue: 'There is no such queue.',
  not_waiting: 'The call does not wait any more.',
  record_missing: 'The call has no saved record yet.',
  no_extension_left: 'The wrap-up cannot be extended any more.',
  unknown_reason: 'The hotline has no such reason.',
  no_call_to_wait_for: 'The agent has no call after which something could be done.',
  nothing_planned: 'Nothing is planned for after the call.',
  no_offer: 'No call rings at the agent.',
  reject_not_allowed: 'Calls may not be turned away.',
  off_seat_not_approved: 'Leaving the seat needs an approved request.',
  off_seat_pending: 'The agent has a request already.',
  no_off_seat_request: 'There is no such request.',
  already_decided: 'The request has been decided already.',
  checklist_missing: 'The checks of the shift’s beginning have not been passed.',
  signed_in_elsewhere: 'The agent is signed in elsewhere.',
  switch_unavailable: 'The switch that carries the call cannot be reached at the moment.',
  window_decided: 'The window has been decided on already.',
  second_person_needed: 'Whoever declared the window cannot approve it; a second person must.',
} as const
export type RejectionCode = keyof typeof REJECTIONS

export interface Rejection {
  readonly code: RejectionCode
  readonly message: string
}

export function rejection(code: RejectionCode): Rejection {
  return { code, message: REJECTIONS[code] }
}
