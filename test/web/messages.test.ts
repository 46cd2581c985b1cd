// The texts: nothing said in one language is missing in the other.
import { expect, it } from 'vitest'
import { MESSAGES, type MessageKey, text } from '../../src/web/messages.ts'

const keys = Object.keys(MESSAGES.zh) as MessageKey[]
const marksOf = (message: string) => [...message.matchAll(/\{\w+\}/g)].map(([mark]) => mark).sort()

it('has the same keys in both languages, and no empty text', () => {
  expect(Object.keys(MESSAGES.en).sort()).toEqual([...keys].sort())
  for (const language of [MESSAGES.zh, MESSAGES.en]) {
    for (const key of keys) expect(language[key].trim(), key).not.toBe('')
  }
})

it('fills the same marks in both languages', () => {
  for (const key of keys) expect(marksOf(MESSAGES.en[key]), key).toEqual(marksOf(MESSAGES.zh[key]))
})

it('fills marks by name and leaves one without a value to be seen', () => {
  expect(text('zh', 'age.seconds', { n: 32 })).toBe('32 秒前')
  expect(text('en', 'queues.page', { page: 1, pages: 3 })).toBe('Page 1 of 3')
  expect(text('en', 'queues.page', { page: 1 })).toBe('Page 1 of {pages}')
})
