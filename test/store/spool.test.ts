import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Spool } from '../../src/store/spool.ts'

let folder: string
let spool: Spool
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yingda-spool-'))
  spool = new Spool(folder, 3_000_000)
  await spool.open()
})
afterEach(async () => {
  await spool.close()
  await rm(folder, { recursive: true })
})

async function takeAll(linesMax: number): Promise<string[]> {
  const all: string[] = []
  while (spool.lines > 0) {
    const lines = await spool.peek(linesMax)
    await spool.take(lines)
    all.push(...lines)
  }
  return all
}

it('gives lines back in order, whatever was appended in between, and leaves an empty file', async () => {
  await spool.append(['一', 'b', 'c'])
  expect(await spool.peek(2)).toEqual(['一', 'b'])
  await spool.take(['一', 'b'])
  await spool.append(['d'])
  expect(spool.lines).toBe(2)
  expect(await takeAll(10)).toEqual(['c', 'd'])
  expect(spool.bytes).toBe(0)
  expect(await readFile(join(folder, 'spool.ndjson'), 'utf8')).toBe('')
})

it('gives a line longer than any one read', async () => {
  const long = '应'.repeat(900_000)
  await spool.append(['a'])
  await spool.append([long.slice(0, 600_000)])
  expect(await takeAll(1)).toEqual(['a', long.slice(0, 600_000)])
})

it('gives everything again when the process ended before the last line was taken', async () => {
  await spool.append(['a', 'b', 'c'])
  await spool.take(['a'])
  await spool.close()
  await spool.open()
  expect(await takeAll(10)).toEqual(['a', 'b', 'c'])
})

it('drops a line that was cut short, and nothing else', async () => {
  await spool.append(['a', 'b'])
  await spool.close()
  await appendFile(join(folder, 'spool.ndjson'), '{"seq":3,"ty')
  expect(await spool.open()).toBe(12)
  await spool.append(['c'])
  expect(await takeAll(10)).toEqual(['a', 'b', 'c'])
})

it('refuses to grow above its bound, and takes lines again once it was emptied', async () => {
  const line = 'x'.repeat(1_400_000)
  expect(await spool.append([line])).toBe(true)
  expect(await spool.append([line])).toBe(true)
  expect(await spool.append([line])).toBe(false)
  expect(spool.lines).toBe(2)
  await takeAll(10)
  expect(await spool.append([line])).toBe(true)
})
