// Every file in test/scenarios is a conversation with the core and, beneath each line, what must come
// of it. After a wanted change of behaviour, `npx vitest run test/core/scenarios.test.ts -u` rewrites them.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { replay } from '../support/scenario.ts'

const folder = new URL('../scenarios/', import.meta.url)

for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
  it(file.replace('.txt', '').replaceAll('-', ' '), async () => {
    const text = readFileSync(new URL(file, folder), 'utf8')
    await expect(replay(text)).toMatchFileSnapshot(new URL(file, folder).pathname)
  })
}
