// A small hotline for tests of the core: three queues, four agents, every limit at the norms' value. Its
// callers hear music and nothing else while they wait.
import { type Config, QUEUE_DEFAULTS, UNIT_DEFAULTS } from '../../src/core/config.ts'
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
  queues: [
    { ...DEFAULTS, queueId: 'city', name: '市民热线', requiredSkills: ['mandarin'] },
    { ...DEFAULTS, queueId: 'yue', name: '粤语', requiredSkills: ['cantonese'], priority: 5 },
    {
      ...DEFAULTS,
      queueId: 'tiny',
      name: '小队列',
      requiredSkills: ['mandarin'],
      waitingMax: 1,
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
