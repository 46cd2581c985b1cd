// A small hotline for tests of the core: three queues, four agents, every limit at the norms' value. Its
// callers hear music and nothing else while they wait.
import { AGENT_RULES_DEFAULTS } from '../../src/core/agent-policy.ts'
import { type Config, HOLD_DEFAULTS, QUEUE_DEFAULTS, UNIT_DEFAULTS } from '../../src/core/config.ts'
import { ROUTING_DEFAULTS, STEP_DEFAULTS } from '../../src/core/routing-policy.ts'
import { WAITING_DEFAULTS, type WaitingPolicy } from '../../src/core/waiting-policy.ts'

/** A policy under which nothing is said. */
export const MUSIC_ONLY: WaitingPolicy = {
  ...WAITING_DEFAULTS,
  greeting: [],
  comfort: [],
  saysPosition: false,
  saysEstimate: false,
  keys: [],
}

const DEFAULTS = { ...QUEUE_DEFAULTS, waiting: MUSIC_ONLY }

export const SMALL_HOTLINE: Config = {
  timeZone: 'Asia/Shanghai',
  agentRules: AGENT_RULES_DEFAULTS,
  queues: [
    { ...DEFAULTS, queueId: 'city', name: '市民热线', requiredSkills: ['mandarin'] },
    { ...DEFAULTS, queueId: 'yue', name: '粤语', requiredSkills: ['cantonese'], priority: 5 },
    {
      ...DEFAULTS,
      queueId: 'tiny',
      name: '小队列',
      requiredSkills: ['mandarin'],
      waitingMax: 1,
      hold: {
        ...HOLD_DEFAULTS,
        beginPromptBy: 'agent',
        endPromptBy: 'agent',
        prolongedMs: 60_000,
        prolongedAction: 'suggest_callback',
      },
    },
  ],
  numbers: [
    { number: '12345', queueId: 'city' },
    { number: '12346', queueId: 'yue' },
    { number: '12347', queueId: 'tiny' },
  ],
  agents: [
    { agentId: 'a1', name: '王芳', skills: ['mandarin'] },
    { agentId: 'a2', name: '李娜', skills: ['mandarin'] },
    { agentId: 'a3', name: '陈静', skills: ['mandarin', 'cantonese'] },
    { agentId: 'a4', name: 'Ana', skills: [] },
  ],
  units: [
    {
      ...UNIT_DEFAULTS,
      unitId: 'fire',
      name: '消防',
      phones: [{ number: '119', label: '值班' }],
      isEmergency: true,
    },
    {
      ...UNIT_DEFAULTS,
      unitId: 'water',
      name: '水务局',
      phones: [{ number: '87654321', label: '值班室' }],
    },
    { ...UNIT_DEFAULTS, unitId: 'mute', name: '无电话', phones: [] },
  ],
}

/** The small hotline and queues that use what the small one leaves alone: for random runs. */
export const VARIED_HOTLINE: Config = {
  ...SMALL_HOTLINE,
  queues: [
    ...SMALL_HOTLINE.queues,
    {
      ...DEFAULTS,
      survey: { isOn: true, scale: 3 },
      queueId: 'all',
      name: '同振',
      requiredSkills: ['mandarin'],
      routing: { ...ROUTING_DEFAULTS, strategy: 'ring_all', ringAllMax: 3, ageingMs: 10_000 },
    },
    {
      ...QUEUE_DEFAULTS,
      queueId: 'care',
      name: '关爱专线',
      requiredSkills: ['cantonese'],
      waiting: {
        ...WAITING_DEFAULTS,
        keys: [
          ...WAITING_DEFAULTS.keys,
          { digit: '0', action: 'queue', queueId: 'city', prompt: 'key_queue' },
          { digit: '9', action: 'number', number: '12347', prompt: 'key_queue' },
        ],
      },
    },
    {
      ...DEFAULTS,
      queueId: 'wide',
      name: '扩圈',
      requiredSkills: ['mandarin'],
      answerMsMax: 60_000,
      routing: {
        ...ROUTING_DEFAULTS,
        deadline: { isOn: true, isSecondPhoneOn: true, answerShareMin: 0.99 },
        steps: [
          { ...STEP_DEFAULTS, afterMs: 5_000, expiresMs: 10_000, dropSkills: ['mandarin'] },
          { ...STEP_DEFAULTS, afterMs: 20_000, estimateMsMin: 60_000, addQueueIds: ['yue'] },
        ],
      },
    },
  ],
  numbers: [
    ...SMALL_HOTLINE.numbers,
    { number: '12348', queueId: 'all' },
    { number: '12350', queueId: 'care' },
    { number: '12349', queueId: 'wide' },
  ],
}

/**
 * The configuration after one line of a scenario: `config queue|number|agent <id> <json>`, `config emergency on <json>`. What the line
 * leaves out stays, knobs of policies included; an id that is new is added.
 */
export function changedConfig(config: Config, line: string): Config {
  const [, noun, id = ''] = line.split(/\s+/, 3)
  const changes = JSON.parse(line.slice(line.indexOf('{')))
  if (noun === 'queue') {
    return { ...config, queues: changedList(config.queues, 'queueId', id, changes) }
  }
  if (noun === 'number') {
    return { ...config, numbers: changedList(config.numbers, 'number', id, changes) }
  }
  if (noun === 'agent') {
    return { ...config, agents: changedList(config.agents, 'agentId', id, changes) }
  }
  if (noun === 'emergency') return { ...config, emergency: changes }
  throw new Error(`nothing of the kind can be configured: ${line}`)
}

function changedList<Item extends object>(
  items: readonly Item[],
  key: keyof Item & string,
  id: string,
  changes: Record<string, unknown>,
): Item[] {
  const known = items.find((item) => item[key] === id)
  const changed = new Map(Object.entries(known ?? newItem(key, id)))
  for (const [name, value] of Object.entries(changes)) {
    const before = changed.get(name)
    changed.set(name, isKnobs(value) && isKnobs(before) ? { ...before, ...value } : value)
  }
  return [...items.filter((item) => item[key] !== id), Object.fromEntries(changed) as Item]
}

function newItem(key: string, id: string): Record<string, unknown> {
  const defaults = key === 'queueId' ? DEFAULTS : key === 'agentId' ? { skills: [] } : {}
  return { ...defaults, name: id, [key]: id }
}

function isKnobs(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
