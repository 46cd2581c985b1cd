// The agent is told what kind of call comes before the two are joined, and the caller never hears it.
import { expect, it } from 'vitest'
import type { Command } from '../../src/core/commands.ts'
import type { Config } from '../../src/core/config.ts'
import type { Input } from '../../src/core/inputs.ts'
import { emptyState } from '../../src/core/state.ts'
import { step } from '../../src/core/step.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'

const at = Date.UTC(2026, 10, 23, 4)
const agentId = 'a1'
const legId = 'c1-leg'
const nodeId = 'fs1'
const phone = 'e1-1'
const config: Config = {
  ...SMALL_HOTLINE,
  queues: SMALL_HOTLINE.queues.map((queue) => ({
    ...queue,
    offering: { ...queue.offering, autoAnswer: true, whisperPrompt: 'whisper_city' },
  })),
}
const RINGING: readonly Input[] = [
  { type: 'config.loaded', at, config },
  { type: 'switch.synced', at, nodeId, askedAt: at, legs: [] },
  { type: 'phone.registered', at, agentId },
  { type: 'agent.sign_in_requested', at, agentId },
  { type: 'agent.ready_requested', at, agentId },
  {
    type: 'call.parked',
    at,
    nodeId,
    callId: 'c1',
    legId,
    from: '13800138000',
    to: '12345',
    arrivedAt: at,
  },
]

/** What is asked of the switch for the last of the inputs; the leg's name and the words, no more. */
function sent(...inputs: readonly Input[]): string[] {
  const state = emptyState('e1')
  let commands: readonly Command[] = []
  for (const input of [...RINGING, ...inputs]) commands = step(state, input).commands
  return commands.flatMap((command) =>
    'legId' in command ? [`${command.type} ${command.legId}`] : [],
  )
}

const answered: Input = { type: 'leg.answered', at, legId: phone }
const settled: Input = { type: 'leg.parked', at, legId: phone }

it('the phone is asked to pick up by itself', () => {
  const state = emptyState('e1')
  const commands = RINGING.flatMap((input) => step(state, input).commands)
  expect(commands.find(({ type }) => type === 'originate_agent')).toMatchObject({
    autoAnswer: true,
  })
})

it('only the agent’s leg is spoken to, and the two are joined when it is over', () => {
  expect(sent(answered, settled)).toEqual([`whisper ${phone}`])
  expect(sent(answered, settled, settled)).toEqual([`start_recording ${legId}`, `bridge ${legId}`])
})

it('nobody waits for a prompt that is too long or lost', () => {
  const late: Input = { type: 'timer.fired', at: at + 4_000, timerId: 'whisper:c1' }
  expect(sent(answered, settled, late)).toEqual([`start_recording ${legId}`, `bridge ${legId}`])
})

it('a caller who hangs up meanwhile ends it', () => {
  const gone: Input = { type: 'leg.hung_up', at, legId, cause: 'ORIGINATOR_CANCEL' }
  expect(sent(answered, settled, gone)).toEqual([`hang_up ${phone}`])
})

it('the queue’s name and the caller’s language are said in one, the language as it is the caller’s', () => {
  const heard = (language: string) => {
    const state = emptyState('e1')
    const queues = config.queues.map((queue) => ({
      ...queue,
      routing: { ...queue.routing, language },
      offering: { ...queue.offering, whispersLanguage: true },
    }))
    const speaking = { ...config, queues, agents: config.agents.map(speaker(language)) }
    const inputs: Input[] = [{ type: 'config.loaded', at, config: speaking }, ...RINGING.slice(1)]
    const commands = [...inputs, answered, settled].flatMap((input) => step(state, input).commands)
    return commands.find(({ type }) => type === 'whisper')
  }
  expect(heard('zh-CN')).toMatchObject({ prompts: ['whisper_city', 'whisper_cmn'] })
  expect(heard('yue')).toMatchObject({ prompts: ['whisper_city', 'whisper_yue'], language: 'yue' })
})

function speaker(language: string) {
  return (agent: Config['agents'][number]) => ({ ...agent, languages: { [language]: 5 } })
}
