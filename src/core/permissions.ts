// Who may do what. A closed list of permissions and the sets that make up the roles; what is not
// listed is refused. Roles follow the posts of the norms (D-24, D-25).

export const PERMISSIONS = [
  'agent.act', // one's own agent: ready, hold, wrap-up
  'live.read', // the floor: agents, calls, queues
  'floor.monitor', // listen, whisper, barge
  'floor.act', // take over, move calls, force states, re-skill, sign out, release
  'wallboard.read',
  'off_seat.decide', // leave from the seat
  'conduct.read', // overruns, left seats, checks of the shift's beginning
  'contact_records.read',
  'contact_records.correct',
  'calls.read',
  'recordings.read',
  'kpi.exclude', // declare and decide what adjusted figures leave out
  'recordings.export', // copies to take away, and legal holds
  'pii.read', // callers' numbers unmasked
  'messages.handle', // what callers said instead of waiting
  'config.read',
  'config.write',
  'users.write',
  'audit.read', // who looked at or changed what
] as const
export type Permission = (typeof PERMISSIONS)[number]

export const ROLES = {
  agent: ['agent.act', 'wallboard.read', 'messages.handle'],
  shift_leader: [
    'live.read',
    'floor.monitor',
    'floor.act',
    'wallboard.read',
    'off_seat.decide',
    'conduct.read',
    'contact_records.read',
    'contact_records.correct',
    'calls.read',
    'recordings.read',
    'kpi.exclude',
    'recordings.export',
    'pii.read',
    'messages.handle',
    'config.read',
  ],
  qa_inspector: [
    'conduct.read',
    'contact_records.read',
    'calls.read',
    'recordings.read',
    'recordings.export',
    'pii.read',
  ],
  wallboard: ['wallboard.read'],
  admin: [
    'live.read',
    'floor.monitor',
    'floor.act',
    'wallboard.read',
    'off_seat.decide',
    'conduct.read',
    'contact_records.read',
    'contact_records.correct',
    'calls.read',
    'recordings.read',
    'kpi.exclude',
    'recordings.export',
    'pii.read',
    'messages.handle',
    'config.read',
    'config.write',
    'users.write',
    'audit.read',
  ],
} as const satisfies Record<string, readonly Permission[]>
export type Role = keyof typeof ROLES
export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[]

export function isAllowed(role: Role, permission: Permission): boolean {
  return (ROLES[role] as readonly Permission[]).includes(permission)
}
