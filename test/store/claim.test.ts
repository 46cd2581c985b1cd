import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { claim } from '../../src/store/claim.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yingda-claim-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('gives a folder to one at a time', async () => {
  const release = await claim(folder)
  await expect(claim(folder)).rejects.toThrow('another process uses')
  await release()
  await (await claim(folder))()
})

it('takes a folder over from a process that was killed', async () => {
  const source = new URL('../../src/store/claim.ts', import.meta.url).href
  const script = `import('${source}').then(({ claim }) => claim(process.argv[1]))
    .then(() => { console.log('claimed'); setInterval(() => {}, 1e6) })`
  const other = spawn(process.execPath, ['--import', 'tsx', '-e', script, folder])
  await new Promise((resolve) => other.stdout.once('data', resolve))
  await expect(claim(folder)).rejects.toThrow('another process uses')
  other.kill('SIGKILL')
  await new Promise((resolve) => other.once('exit', resolve))
  await (await claim(folder))()
})
