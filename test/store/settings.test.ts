// What administrators set up, and what the records will not let them do.
import { beforeEach, describe, expect, it } from 'vitest'
import { type AgentSettings, QUEUE_DEFAULTS, type QueueSettings } from '../../src/core/config.ts'
import type { ConflictCode } from '../../src/core/conflicts.ts'
import {
  createAgent,
  deleteAgent,
  findAgent,
  listAgents,
  updateAgent,
} from '../../src/store/agents.ts'
import { loadConfig } from '../../src/store/config.ts'
import type { Changed } from '../../src/store/conflicts.ts'
import { seedDemo } from '../../src/store/demo.ts'
import { createNumber, deleteNumber, listNumbers, updateNumber } from '../../src/store/numbers.ts'
import {
  createQueue,
  deleteQueue,
  findQueue,
  listQueues,
  updateQueue,
} from '../../src/store/queues.ts'
import { sessions } from '../../src/store/schema.ts'
import {
  createSession,
  deleteExpiredSessions,
  findSession,
  revokeSession,
  touchSession,
} from '../../src/store/sessions.ts'
import { createSkill, deleteSkill, listSkills, renameSkill } from '../../src/store/skills.ts'
import {
  createUser,
  findUserByName,
  listUsers,
  type NewUser,
  updateUser,
} from '../../src/store/users.ts'
import { testDatabase } from '../support/database.ts'
import { MORNING } from '../support/facts.ts'

const database = testDatabase()

const CITY: QueueSettings = {
  ...QUEUE_DEFAULTS,
  queueId: 'city',
  name: '市民热线',
  requiredSkills: ['mandarin'],
}
const WANG: AgentSettings = { agentId: '1001', name: '王芳', skills: ['mandarin', 'english'] }
const ADMIN: NewUser = {
  username: 'Admin',
  name: '管理员',
  role: 'admin',
  passwordHash: 'hash',
  agentId: null,
}

beforeEach(async () => {
  await createSkill(database.db, { skillId: 'mandarin', name: '普通话' })
  await createSkill(database.db, { skillId: 'english', name: 'English' })
})

function refused(code: ConflictCode, ...ids: string[]) {
  return { ok: false, conflict: { code, message: expect.any(String), ids } }
}

function standing<T>(changed: Changed<T>): T {
  if (!changed.ok) throw new Error(changed.conflict.message)
  return changed.value
}

describe('queues', () => {
  it('are made, found, changed and deleted', async () => {
    const { db } = database
    expect(await createQueue(db, CITY)).toEqual({ ok: true, value: CITY })
    expect(await findQueue(db, 'city')).toEqual(CITY)
    const stricter = {
      ...CITY,
      name: '12345',
      priority: -2,
      answerMsMax: 10_000,
      requiredSkills: [],
    }
    expect(await updateQueue(db, stricter)).toEqual({ ok: true, value: stricter })
    expect(await listQueues(db)).toEqual([stricter])
    expect(await deleteQueue(db, 'city')).toEqual({ ok: true, value: stricter })
    expect(await findQueue(db, 'city')).toBeNull()
  })

  it('refuse what is taken, missing, of unknown skills or dialled by a number', async () => {
    const { db } = database
    await createQueue(db, CITY)
    await createNumber(db, { number: '12345', queueId: 'city' })
    const unknown = { ...CITY, requiredSkills: ['mandarin', 'latin'] }
    expect(await createQueue(db, CITY)).toEqual(refused('duplicate', 'city'))
    expect(await createQueue(db, { ...unknown, queueId: 'x' })).toEqual(
      refused('unknown_skill', 'latin'),
    )
    expect(await updateQueue(db, unknown)).toEqual(refused('unknown_skill', 'latin'))
    expect(await updateQueue(db, { ...CITY, queueId: 'x' })).toEqual(refused('not_found', 'x'))
    expect(await deleteQueue(db, 'city')).toEqual(refused('queue_in_use', '12345'))
    expect(await deleteQueue(db, 'x')).toEqual(refused('not_found', 'x'))
    expect(await listQueues(db)).toEqual([CITY])
  })
})

describe('numbers', () => {
  it('lead to queues that exist, each number to one', async () => {
    const { db } = database
    await createQueue(db, CITY)
    await createQueue(db, { ...CITY, queueId: 'night' })
    const number = { number: '12345', queueId: 'city' }
    expect(await createNumber(db, number)).toEqual({ ok: true, value: number })
    expect(await createNumber(db, { ...number, queueId: 'night' })).toEqual(
      refused('duplicate', '12345'),
    )
    expect(await createNumber(db, { number: '1', queueId: 'x' })).toEqual(
      refused('unknown_queue', 'x'),
    )
    expect(await updateNumber(db, { ...number, queueId: 'x' })).toEqual(
      refused('unknown_queue', 'x'),
    )
    expect(await updateNumber(db, { ...number, number: '1' })).toEqual(refused('not_found', '1'))
    standing(await updateNumber(db, { ...number, queueId: 'night' }))
    expect(await listNumbers(db)).toMatchObject([{ number: '12345', queueId: 'night' }])
    expect(await deleteNumber(db, '1')).toEqual(refused('not_found', '1'))
    standing(await deleteNumber(db, '12345'))
    expect(await listNumbers(db)).toEqual([])
  })
})

describe('agents and their skills', () => {
  it('are made, found, changed and deleted', async () => {
    const { db } = database
    standing(await createAgent(db, WANG))
    expect(await findAgent(db, '1001')).toEqual({
      ...WANG,
      skillLevels: {},
      languages: { 'zh-CN': 3 },
    })
    const renamed = { ...WANG, name: '王 "芳",{}', skills: ['english'] }
    standing(await updateAgent(db, renamed))
    expect(await listAgents(db)).toMatchObject([renamed])
    standing(await deleteAgent(db, '1001'))
    expect(await findAgent(db, '1001')).toBeNull()
  })

  it('refuse what is taken, missing or unknown', async () => {
    const { db } = database
    standing(await createAgent(db, WANG))
    standing(await createUser(db, { ...ADMIN, agentId: '1001', role: 'agent' }))
    expect(await createAgent(db, WANG)).toEqual(refused('duplicate', '1001'))
    expect(await updateAgent(db, { ...WANG, skills: ['x', 'y'] })).toEqual(
      refused('unknown_skill', 'x', 'y'),
    )
    expect(await updateAgent(db, { ...WANG, agentId: '9' })).toEqual(refused('not_found', '9'))
    expect(await deleteAgent(db, '1001')).toEqual(refused('agent_in_use', '1001'))
    expect(await deleteAgent(db, '9')).toEqual(refused('not_found', '9'))
  })

  it('keep a skill from being deleted while anybody has or requires it', async () => {
    const { db } = database
    standing(await createAgent(db, { ...WANG, skills: ['english'] }))
    standing(await createQueue(db, CITY))
    expect(await deleteSkill(db, 'english')).toEqual(refused('skill_in_use', '1001'))
    expect(await deleteSkill(db, 'mandarin')).toEqual(refused('skill_in_use', 'city'))
    expect(await deleteSkill(db, 'x')).toEqual(refused('not_found', 'x'))
    expect(await createSkill(db, { skillId: 'english', name: '' })).toEqual(
      refused('duplicate', 'english'),
    )
    expect(await renameSkill(db, 'x', 'X')).toEqual(refused('not_found', 'x'))
    standing(await renameSkill(db, 'english', '英语'))
    standing(await updateAgent(db, { ...WANG, skills: [] }))
    expect(standing(await deleteSkill(db, 'english'))).toEqual({ skillId: 'english', name: '英语' })
    expect(await listSkills(db)).toEqual([{ skillId: 'mandarin', name: '普通话' }])
  })
})

describe('users', () => {
  it('are found by name in any case, and lists never show the hash', async () => {
    const { db } = database
    const admin = standing(await createUser(db, ADMIN))
    expect(admin).not.toHaveProperty('passwordHash')
    expect(await findUserByName(db, 'aDMIN')).toEqual({ ...admin, passwordHash: 'hash' })
    expect(await findUserByName(db, 'admin2')).toBeNull()
    expect(await listUsers(db)).toEqual([admin])
    const changes = { name: '新', role: 'qa_inspector', agentId: null } as const
    expect(await updateUser(db, admin.userId, changes)).toEqual({
      ok: true,
      value: { ...admin, ...changes },
    })
    expect(standing(await updateUser(db, admin.userId, {}))).toMatchObject(changes)
  })

  it('refuse a taken name, an unknown agent and an agent of somebody else', async () => {
    const { db } = database
    standing(await createAgent(db, WANG))
    standing(await createUser(db, { ...ADMIN, agentId: '1001' }))
    const other = { ...ADMIN, username: 'other' }
    expect(await createUser(db, { ...ADMIN, username: 'ADMIN' })).toEqual(
      refused('duplicate', 'ADMIN'),
    )
    expect(await createUser(db, { ...other, agentId: '9' })).toEqual(refused('unknown_agent', '9'))
    expect(await createUser(db, { ...other, agentId: '1001' })).toEqual(
      refused('agent_has_user', '1001'),
    )
    const { userId } = standing(await createUser(db, other))
    expect(await updateUser(db, userId, { agentId: '1001' })).toEqual(
      refused('agent_has_user', '1001'),
    )
    expect(await updateUser(db, 99, { name: 'x' })).toEqual(refused('not_found', '99'))
  })
})

describe('sign-ins', () => {
  const token = 'a-token-of-32-random-bytes'
  const expiresAt = MORNING + 3_600_000

  it('last until they expire, are used longer, or are revoked', async () => {
    const { db } = database
    const user = standing(await createUser(db, ADMIN))
    await createSession(db, { token, userId: user.userId, at: MORNING, expiresAt })
    const sessionId = expect.any(String)
    const signIn = { sessionId, user, createdAt: MORNING, expiresAt, lastSeenAt: MORNING }
    expect(await findSession(db, token, MORNING)).toEqual(signIn)
    expect(await findSession(db, `${token}x`, MORNING)).toBeNull()
    expect(await findSession(db, token, expiresAt)).toBeNull()
    await touchSession(db, token, { at: MORNING + 5, expiresAt: expiresAt + 5 })
    expect(await findSession(db, token, expiresAt)).toMatchObject({ lastSeenAt: MORNING + 5 })
    await revokeSession(db, token)
    expect(await findSession(db, token, MORNING)).toBeNull()
  })

  it('keep no token in the records', async () => {
    const { db } = database
    const { userId } = standing(await createUser(db, ADMIN))
    await createSession(db, { token, userId, at: MORNING, expiresAt })
    expect(JSON.stringify(await db.select().from(sessions))).not.toContain(token)
  })

  it('end when the user is disabled or gets a new password, and expired ones are cleared', async () => {
    const { db } = database
    const { userId } = standing(await createUser(db, ADMIN))
    const signIn = () => createSession(db, { token, userId, at: MORNING, expiresAt })
    await signIn()
    await updateUser(db, userId, { name: 'renamed' })
    expect(await findSession(db, token, MORNING)).not.toBeNull()
    await updateUser(db, userId, { passwordHash: 'new' })
    expect(await findSession(db, token, MORNING)).toBeNull()
    await signIn()
    await updateUser(db, userId, { disabledAt: MORNING })
    expect(await findSession(db, token, MORNING)).toBeNull()
    await updateUser(db, userId, { disabledAt: null })
    await signIn()
    expect(await deleteExpiredSessions(db, expiresAt - 1)).toBe(0)
    expect(await deleteExpiredSessions(db, expiresAt)).toBe(1)
  })
})

describe('the demo hotline', () => {
  const hash = async (password: string) => `hash of ${password}`

  it('touches nothing where anything has been set up', async () => {
    const { db } = database
    expect(await seedDemo(db, { hash, password: 'p' })).toBe(false)
    expect(await listSkills(db)).toHaveLength(2)
    expect(await listUsers(db)).toEqual([])
  })

  it('fills an empty database with a hotline in which every queue has agents of its skills', async () => {
    const { db } = database
    await deleteSkill(db, 'mandarin')
    await deleteSkill(db, 'english')
    expect(await seedDemo(db, { hash, password: 'p' })).toBe(true)
    expect(await seedDemo(db, { hash, password: 'p' })).toBe(false)
    const config = await loadConfig(db, 'Asia/Shanghai', 0)
    expect(config.queues).toHaveLength(4)
    expect(config.agents.map(({ agentId }) => agentId)).toEqual(
      Array.from({ length: 24 }, (_, place) => String(1001 + place)),
    )
    for (const { requiredSkills } of config.queues) {
      const able = config.agents.filter(({ skills }) =>
        requiredSkills.every((id) => skills.includes(id)),
      )
      expect(able.length).toBeGreaterThanOrEqual(4)
    }
    expect(config.numbers).toContainEqual(
      expect.objectContaining({ number: '12345', queueId: 'citizen' }),
    )
    const users = await listUsers(db)
    expect(users).toHaveLength(28)
    expect(await findUserByName(db, 'agent1024')).toMatchObject({
      role: 'agent',
      agentId: '1024',
      passwordHash: 'hash of p',
    })
    expect(users.find(({ username }) => username === 'wall')?.role).toBe('wallboard')
  })
})
