// The demo hotline: four queues, their numbers, 24 agents of mixed languages, and an account for every
// role. It is put into an empty database only, and never touches one where anybody has set up anything.
import { type AgentSettings, QUEUE_DEFAULTS, type QueueSettings } from '../core/config.ts'
import type { Database, Queryable } from './database.ts'
import { agents, numbers, queues, skills, users } from './schema.ts'

const SKILLS = [
  { skillId: 'mandarin', name: '普通话' },
  { skillId: 'cantonese', name: '粤语' },
  { skillId: 'english', name: 'English' },
  { skillId: 'enterprise', name: '企业服务' },
] as const
type DemoSkill = (typeof SKILLS)[number]['skillId']

const QUEUES: readonly QueueSettings[] = [
  queue('citizen', '市民热线', ['mandarin']),
  queue('cantonese', '粤语专席', ['cantonese']),
  queue('english', 'English service', ['english']),
  queue('enterprise', '企业服务', ['mandarin', 'enterprise']),
]

const NUMBERS = [
  { number: '12345', queueId: 'citizen' },
  { number: '075512345', queueId: 'citizen' },
  { number: '123452', queueId: 'cantonese' },
  { number: '123453', queueId: 'english' },
  { number: '123455', queueId: 'enterprise' },
] as const

const NAMES = [
  ...['陈静', '李明', '王芳', '张伟', '刘洋', '黄丽', '林晓', '周杰'],
  ...['吴敏', '徐磊', '孙悦', '马超', '朱琳', '胡斌', '郭婷', '何俊'],
  ...['高原', '罗欣', '郑凯', '梁慧', '谢宇', '宋佳', '唐宁', '许诺'],
]

/** What the agents know, over and over; everybody speaks Mandarin. */
const SKILL_SETS: readonly (readonly DemoSkill[])[] = [
  ['mandarin'],
  ['mandarin', 'cantonese'],
  ['mandarin', 'enterprise'],
  ['mandarin', 'english'],
  ['mandarin', 'cantonese', 'enterprise'],
  ['mandarin', 'cantonese', 'english'],
]

const AGENTS: readonly AgentSettings[] = NAMES.map((name, place) => ({
  agentId: String(1001 + place),
  name,
  skills: SKILL_SETS[place % SKILL_SETS.length] ?? [],
}))

const USERS = [
  { username: 'admin', name: '系统管理员', role: 'admin', agentId: null },
  { username: 'leader', name: '值班班长', role: 'shift_leader', agentId: null },
  { username: 'qa', name: '质检员', role: 'qa_inspector', agentId: null },
  { username: 'wall', name: '大屏', role: 'wallboard', agentId: null },
  ...AGENTS.map(({ agentId, name }) => ({
    username: `agent${agentId}`,
    name,
    role: 'agent' as const,
    agentId,
  })),
] as const

export interface DemoOptions {
  readonly hash: (password: string) => Promise<string>
  /** Of every demo account. */
  readonly password: string
}

/** Returns false, and changes nothing, where there is any configuration or user already. */
export async function seedDemo(db: Database, options: DemoOptions): Promise<boolean> {
  if (!(await isEmpty(db))) return false
  // One hash for all: they share the password anyhow, and a good hash is slow on purpose.
  const passwordHash = await options.hash(options.password)
  return db.transaction(async (tx) => {
    if (!(await isEmpty(tx))) return false
    await tx.insert(skills).values([...SKILLS])
    await tx
      .insert(queues)
      .values(QUEUES.map((row) => ({ ...row, requiredSkills: [...row.requiredSkills] })))
    await tx.insert(numbers).values([...NUMBERS])
    await tx.insert(agents).values(AGENTS.map((row) => ({ ...row, skills: [...row.skills] })))
    await tx.insert(users).values(USERS.map((user) => ({ ...user, passwordHash })))
    return true
  })
}

async function isEmpty(db: Queryable): Promise<boolean> {
  for (const table of [queues, agents, users, skills]) {
    const rows = await db.select().from(table).limit(1)
    if (rows.length > 0) return false
  }
  return true
}

function queue(queueId: string, name: string, requiredSkills: DemoSkill[]): QueueSettings {
  return { ...QUEUE_DEFAULTS, queueId, name, requiredSkills }
}
