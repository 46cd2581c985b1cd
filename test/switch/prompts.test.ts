// The prompts that ship: there in both languages, in the form that every switch plays.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { PROMPT_ID, PROMPTS } from '../../src/core/prompts.ts'
import { WAITING_DEFAULTS } from '../../src/core/waiting-policy.ts'
import { shippedFileOf } from '../../src/switch/commands.ts'
import { PromptFiles } from '../../src/switch/prompts.ts'
import { readWav } from '../support/sound.ts'

const FOLDER = fileURLToPath(new URL('../../dialplan/prompts', import.meta.url))
/** The dialplan's own, for when there is no service. */
const OF_THE_DIALPLAN = ['please_wait', 'unavailable']

const texts = readFileSync(join(FOLDER, 'prompts.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('|'))

describe.each(['cmn', 'yue'] as const)('in %s', (language) => {
  test('every prompt has a text and a file: 8 kHz, one channel, 16 bit, some sound', () => {
    const written = texts.filter(([, voice]) => voice === language).map(([name]) => name ?? '')
    expect(new Set(written)).toEqual(new Set([...PROMPTS, ...OF_THE_DIALPLAN]))
    for (const name of PROMPTS) {
      const wav = readWav(join(FOLDER, shippedFileOf(name, language)))
      expect([name, wav.samplesPerSecond, wav.channels.length]).toEqual([name, 8_000, 1])
      expect(wav.durationMs, name).toBeGreaterThan(200)
      // One that lasted longer would keep the next one waiting.
      expect(wav.durationMs, name).toBeLessThan(WAITING_DEFAULTS.promptEveryMs)
      const loudest = Math.max(...(wav.channels[0] ?? []).map(Math.abs))
      expect(loudest, name).toBeGreaterThan(3_000)
    }
  })
})

test('names are such that they can be part of a command', () => {
  for (const name of PROMPTS) expect(name).toMatch(PROMPT_ID)
})

test('what does not ship in a language is said in Mandarin', () => {
  expect(shippedFileOf('greeting', 'yue')).toBe('yue/greeting.wav')
  expect(shippedFileOf('greeting', 'en')).toBe('greeting.wav')
  expect(shippedFileOf('flood_notice', 'yue')).toBe('flood_notice.wav')
})

test('no file is left over', () => {
  const expected = new Set([...PROMPTS, ...OF_THE_DIALPLAN].map((name) => `${name}.wav`))
  for (const folder of ['', 'yue']) {
    const files = readdirSync(join(FOLDER, folder)).filter((name) => name.endsWith('.wav'))
    expect(files.filter((name) => !expected.has(name) && name !== 'beep.wav')).toEqual([])
  }
  expect(existsSync(join(FOLDER, 'beep.wav'))).toBe(true)
})

test('a recorded version is played in place of the one that ships, until it is active no more', () => {
  const prompts = new PromptFiles()
  expect(prompts.fileOf('greeting', 'yue')).toBe('yue/greeting.wav')
  prompts.replace([
    { promptId: 'greeting', language: 'yue', file: '/p/yue/greeting.2.wav' },
    { promptId: 'flood_notice', language: 'cmn', file: '/p/cmn/flood_notice.1.wav' },
    { promptId: 'closed', language: 'cmn', file: '/my prompts/cmn/closed.1.wav' },
  ])
  expect(prompts.fileOf('greeting', 'yue')).toBe('/p/yue/greeting.2.wav')
  expect(prompts.fileOf('greeting', 'cmn')).toBe('greeting.wav')
  // Nobody has said it in Cantonese.
  expect(prompts.fileOf('flood_notice', 'yue')).toBe('/p/cmn/flood_notice.1.wav')
  // A blank in the folder's name: the switch could not play it.
  expect(prompts.fileOf('closed', 'cmn')).toBe('closed.wav')
  prompts.replace([])
  expect(prompts.fileOf('greeting', 'yue')).toBe('yue/greeting.wav')
})

test('Mandarin recorded anew does not take the place of Cantonese that ships, but of what is missing', () => {
  const prompts = new PromptFiles()
  prompts.replace([{ promptId: 'greeting', language: 'cmn', file: '/p/cmn/greeting.1.wav' }])
  expect(prompts.fileOf('greeting', 'yue')).toBe('yue/greeting.wav')
  expect(prompts.fileOf('greeting', 'en')).toBe('/p/cmn/greeting.1.wav')
})
