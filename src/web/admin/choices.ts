// What a field that names another noun may be: the skills, queues and agents that are there now.
import { ref } from 'vue'
import type { Permission } from '../../core/permissions.ts'
import { get } from '../api.ts'
import { may } from '../session.ts'

export interface Choice {
  readonly value: string | number
  readonly label: string
}

interface Source {
  readonly path: string
  readonly list: string
  readonly id: string
}

const QUEUES: Source = { path: '/queues', list: 'queues', id: 'queueId' }
const SKILLS: Source = { path: '/skills', list: 'skills', id: 'skillId' }
const AGENTS: Source = { path: '/agents', list: 'agents', id: 'agentId' }

/** By the name of the field, whatever the noun it stands in. */
const SOURCES: Readonly<Record<string, Source>> = {
  queueId: QUEUES,
  queueIds: QUEUES,
  addQueueIds: QUEUES,
  closedQueueId: QUEUES,
  fullQueueId: QUEUES,
  emptyQueueId: QUEUES,
  overloadQueueId: QUEUES,
  timedOutQueueId: QUEUES,
  requiredSkills: SKILLS,
  skillId: SKILLS,
  preferredSkills: SKILLS,
  dropSkills: SKILLS,
  addSkills: SKILLS,
  agentId: AGENTS,
}
const PERMISSION: Permission = 'config.read'

const loaded = ref(new Map<Source, readonly Choice[]>())

/** Asked again each time a form opens, since others change these lists too. */
export async function loadChoices(): Promise<void> {
  if (!may(PERMISSION)) return
  const all = new Map<Source, readonly Choice[]>()
  for (const source of new Set(Object.values(SOURCES))) {
    const reply = await get<Record<string, readonly Record<string, string>[]>>(source.path)
    const rows = reply[source.list] ?? []
    all.set(
      source,
      rows.map((row) => {
        const id = row[source.id] ?? ''
        return { value: id, label: row.name === undefined ? id : `${row.name}（${id}）` }
      }),
    )
  }
  loaded.value = all
}

/** Null for a field that names nothing else. */
export function choicesOf(field: string): readonly Choice[] | null {
  const source = SOURCES[field]
  return source === undefined ? null : (loaded.value.get(source) ?? [])
}
