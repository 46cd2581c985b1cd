// `docs/pains.md` says which tests would fail if ours had what users of other systems complain about. A
// test that was renamed or thrown away must not leave its promise behind.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
const chapters = readFileSync(pathOf('docs/pains.md'), 'utf8').split(/^## /m).slice(1)

it('names tests for each of the eighteen', () => {
  expect(chapters.map((chapter) => Number.parseInt(chapter, 10))).toEqual(
    Array.from({ length: 18 }, (_, index) => index + 1),
  )
})

it.each(chapters.map((chapter) => [chapter.split('\n')[0] ?? '', chapter] as const))(
  '%s: its tests exist',
  (_, chapter) => {
    const named = [...chapter.matchAll(/^- `([^`]+)`(?: "([^"]+)")?$/gm)]
    expect(named.length).toBeGreaterThanOrEqual(1)
    for (const [line, path = '', title] of named) {
      expect(existsSync(pathOf(path)), line).toBe(true)
      // The name of a test made of a table holds placeholders; what is quoted is the constant part.
      if (title !== undefined) expect(readFileSync(pathOf(path), 'utf8'), line).toContain(title)
      else expect(path).toMatch(/^test\/scenarios\/.*\.txt$/)
    }
  },
)
