// From the records to the switch: which file is played follows what administrators made active, at once
// and after a restart.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Hotline } from '../../src/hotline.ts'
import { createLog } from '../../src/log.ts'
import { activatePromptVersion, addPromptVersion } from '../../src/store/prompts.ts'
import { testDatabase } from '../support/database.ts'
import { EslPeer, PASSWORD } from '../support/esl-peer.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { until } from '../support/until.ts'

const database = testDatabase()
const key = { promptId: 'greeting', language: 'yue' } as const
const nothing = async (): Promise<void> => {}
let peer: EslPeer
let folder: string
let hotline: Hotline

async function startHotline(): Promise<void> {
  hotline = await Hotline.start({
    db: database.db,
    clock: new ManualClock(),
    log: createLog('silent'),
    random: () => 0,
    epoch: 'run',
    timeZone: 'Asia/Shanghai',
    nodes: [{ nodeId: 'fs1', host: '127.0.0.1', port: peer.port, password: PASSWORD }],
    recordingsDir: join(folder, 'recordings'),
    promptsDir: '/srv/prompts',
    spoolDir: join(folder, 'spool'),
    isBrowser: () => false,
    publish: () => {},
  })
  await until(() => hotline.pool.status()[0]?.isUp === true, 'the switch')
}

beforeEach(async () => {
  peer = await EslPeer.listen()
  folder = mkdtempSync(join(tmpdir(), 'yingda-prompts-'))
  await startHotline()
})

afterEach(async () => {
  await hotline.stop()
  await peer.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What the switch is told to play when a Cantonese caller is greeted. */
async function played(): Promise<string> {
  const before = peer.commands.length
  hotline.pool.execute({
    ...{ type: 'announce', nodeId: 'fs1', legId: 'caller-1' },
    ...{ prompts: ['greeting'], language: 'yue' },
  })
  const asked = () => peer.commands.slice(before).find((line) => line.includes('uuid_broadcast'))
  await until(() => asked() !== undefined, 'the command')
  return asked()?.split(' ')[3] ?? ''
}

it('an active version is played from the next time on, and rolling back returns to what ships', async () => {
  const { db } = database
  expect(await played()).toBe('yue/greeting.wav')
  const sound = { sha256: 'ab', sizeBytes: 44, durationMs: 1, note: null }
  const added = { ...key, ...sound, uploadedBy: 'admin', uploadedAt: 1_700_000_000_000 }
  await addPromptVersion(db, { ...added, isActive: false }, nothing)
  await addPromptVersion(db, { ...added, isActive: true }, nothing)
  await hotline.reloadConfig()
  expect(await played()).toBe('/srv/prompts/yue/greeting.2.wav')
  await activatePromptVersion(db, key, 1, nothing)
  await hotline.reloadConfig()
  expect(await played()).toBe('/srv/prompts/yue/greeting.1.wav')
  await hotline.stop()
  await startHotline()
  expect(await played()).toBe('/srv/prompts/yue/greeting.1.wav')
  await activatePromptVersion(db, key, null, nothing)
  await hotline.reloadConfig()
  expect(await played()).toBe('yue/greeting.wav')
})
