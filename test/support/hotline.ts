// A small hotline for tests of the core: three queues, four agents, every limit at the norms' value.
import { type Config, QUEUE_DEFAULTS } from '../../src/core/config.ts'

export const SMALL_HOTLINE: Config = {
  timeZone: 'Asia/Shanghai',
  queues: [
    { ...QUEUE_DEFAULTS, queueId: 'city', name: '市民热线', requiredSkills: ['mandarin'] },
    { ...QUEUE_DEFAULTS, queueId: 'yue', name: '粤语', requiredSkills: ['cantonese'], priority: 5 },
    {
      ...QUEUE_DEFAULTS,
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
}
