// What administrators look after, one section a noun: where the API keeps it and what its list shows.
// Forms are not described here: they follow the service's own schemas.
import type { Permission } from '../../core/permissions.ts'
import type { MessageKey } from '../messages.ts'

export interface Section {
  readonly id: string
  /** A panel of its own instead of the list with its forms. */
  readonly panel?:
    | 'audit'
    | 'categories'
    | 'health'
    | 'history'
    | 'policy'
    | 'prompts'
    | 'targets'
    | 'wallboards'
  readonly title: Extract<MessageKey, `admin.section.${string}`>
  readonly group: Extract<MessageKey, `admin.group.${string}`>
  /** The list's address below `/api/v1`; an entry's is this and its id. */
  readonly path: string
  /** The name of the list in the reply. */
  readonly list: string
  readonly idField: string
  /** The names of the path parameter in the OpenAPI document, for the form of changes. */
  readonly columns: readonly string[]
  readonly read: Permission
  readonly write: Permission
  readonly can: readonly ('create' | 'change' | 'delete')[]
  /** An entry is added and changed by one request that names it and says all of it. */
  readonly isPut?: true
  /** An action of each entry besides these. */
  readonly extra?: 'phonePassword'
}

const CONFIG = { read: 'config.read', write: 'config.write' } as const satisfies Pick<
  Section,
  'read' | 'write'
>
const ALL = ['create', 'change', 'delete'] as const

export const SECTIONS: readonly Section[] = [
  {
    id: 'queues',
    title: 'admin.section.queues',
    group: 'admin.group.routing',
    path: '/queues',
    list: 'queues',
    idField: 'queueId',
    columns: ['queueId', 'name', 'requiredSkills', 'priority', 'ringMsMax', 'waitingMax'],
    can: ALL,
    ...CONFIG,
  },
  {
    id: 'numbers',
    title: 'admin.section.numbers',
    group: 'admin.group.routing',
    path: '/numbers',
    list: 'numbers',
    idField: 'number',
    columns: ['number', 'queueId'],
    can: ALL,
    ...CONFIG,
  },
  {
    id: 'skills',
    title: 'admin.section.skills',
    group: 'admin.group.routing',
    path: '/skills',
    list: 'skills',
    idField: 'skillId',
    columns: ['skillId', 'name'],
    can: ALL,
    ...CONFIG,
  },
  {
    id: 'units',
    title: 'admin.section.units',
    group: 'admin.group.routing',
    path: '/units',
    list: 'units',
    idField: 'unitId',
    columns: ['unitId', 'name', 'phones', 'isEmergency', 'ringMsMax'],
    can: ALL,
    ...CONFIG,
  },
  {
    id: 'agents',
    title: 'admin.section.agents',
    group: 'admin.group.people',
    path: '/agents',
    list: 'agents',
    idField: 'agentId',
    columns: ['agentId', 'name', 'skills'],
    can: ALL,
    extra: 'phonePassword',
    ...CONFIG,
  },
  {
    id: 'users',
    title: 'admin.section.users',
    group: 'admin.group.people',
    path: '/users',
    list: 'users',
    idField: 'userId',
    columns: ['username', 'name', 'role', 'agentId', 'disabledAt'],
    can: ['create', 'change'],
    read: 'users.write',
    write: 'users.write',
  },
  {
    id: 'sessions',
    title: 'admin.section.sessions',
    group: 'admin.group.people',
    path: '/sessions',
    list: 'sessions',
    idField: 'sessionId',
    columns: ['username', 'name', 'role', 'createdAt', 'lastSeenAt', 'isOwn'],
    can: ['delete'],
    read: 'users.write',
    write: 'users.write',
  },
  {
    id: 'lock-outs',
    title: 'admin.section.lockOuts',
    group: 'admin.group.people',
    path: '/lock-outs',
    list: 'lockOuts',
    idField: 'lockOutId',
    columns: ['username', 'address', 'until'],
    can: ['delete'],
    read: 'users.write',
    write: 'users.write',
  },
  {
    id: 'not-ready-reasons',
    title: 'admin.section.notReadyReasons',
    group: 'admin.group.people',
    path: '/not-ready-reasons',
    list: 'reasons',
    idField: 'reasonId',
    columns: ['reasonId', 'name', 'msMaxPerUse', 'msMaxPerDay', 'isActive'],
    can: ['create', 'change'],
    isPut: true,
    ...CONFIG,
  },
  {
    id: 'agent-policy',
    panel: 'policy',
    title: 'admin.section.agentPolicy',
    group: 'admin.group.people',
    path: '/agent-policy',
    list: '',
    idField: '',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'trunks',
    title: 'admin.section.trunks',
    group: 'admin.group.telephony',
    path: '/trunks',
    list: 'trunks',
    idField: 'trunkId',
    columns: ['trunkId', 'name', 'isEnabled', 'addresses', 'callsMax'],
    can: ALL,
    ...CONFIG,
  },
  {
    id: 'phones',
    title: 'admin.section.phones',
    group: 'admin.group.telephony',
    path: '/phone-bindings',
    list: 'phoneBindings',
    idField: 'agentId',
    columns: [
      'agentId',
      'transport',
      'isBrowser',
      'address',
      'userAgent',
      'latencyMs',
      'expiresAt',
    ],
    can: [],
    read: 'live.read',
    write: 'config.write',
  },
  {
    id: 'blocked-callers',
    title: 'admin.section.blockedCallers',
    group: 'admin.group.telephony',
    path: '/blocked-callers',
    list: 'blockedCallers',
    idField: 'number',
    columns: ['number', 'reason', 'approvedBy', 'expiresAt'],
    can: ['create', 'delete'],
    ...CONFIG,
  },
  {
    id: 'dial-permits',
    title: 'admin.section.dialPermits',
    group: 'admin.group.telephony',
    path: '/dial-permits',
    list: 'dialPermits',
    idField: 'permitId',
    columns: ['agentId', 'number', 'ground', 'grantedBy', 'expiresAt'],
    can: ['create', 'delete'],
    ...CONFIG,
  },
  {
    id: 'bans',
    title: 'admin.section.bans',
    group: 'admin.group.telephony',
    path: '/bans',
    list: 'bans',
    idField: 'address',
    columns: ['address', 'reason', 'failures', 'until', 'isInForce'],
    can: ['delete'],
    ...CONFIG,
  },
  {
    id: 'prompts',
    panel: 'prompts',
    title: 'admin.section.prompts',
    group: 'admin.group.telephony',
    path: '/prompts',
    list: 'prompts',
    idField: 'promptId',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'system-health',
    panel: 'health',
    title: 'admin.section.health',
    group: 'admin.group.system',
    path: '/system-health',
    list: 'troubles',
    idField: 'code',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'wallboards',
    panel: 'wallboards',
    title: 'admin.section.wallboards',
    group: 'admin.group.system',
    path: '/wallboard-tokens',
    list: 'tokens',
    idField: 'tokenId',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'kpi-targets',
    panel: 'targets',
    title: 'admin.section.targets',
    group: 'admin.group.system',
    path: '/kpi-targets',
    list: 'targets',
    idField: 'code',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'calendar-days',
    title: 'admin.section.calendarDays',
    group: 'admin.group.people',
    path: '/calendar-days',
    list: 'days',
    idField: 'day',
    columns: ['day', 'kind', 'name'],
    can: ALL,
    isPut: true,
    ...CONFIG,
  },
  {
    id: 'categories',
    panel: 'categories',
    title: 'admin.section.categories',
    group: 'admin.group.routing',
    path: '/categories',
    list: 'nodes',
    idField: 'categoryId',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'history',
    panel: 'history',
    title: 'admin.section.history',
    group: 'admin.group.system',
    path: '/config-history',
    list: 'versions',
    idField: 'versionId',
    columns: [],
    can: [],
    ...CONFIG,
  },
  {
    id: 'audit',
    panel: 'audit',
    title: 'admin.section.audit',
    group: 'admin.group.system',
    path: '/audit',
    list: 'entries',
    idField: 'auditId',
    columns: ['at', 'actor', 'action', 'entity', 'entityId', 'ip'],
    can: [],
    read: 'audit.read',
    write: 'audit.read',
  },
]
