// A day's recordings with everything that can go wrong with them: each fault is found and named, and none
// of the good ones is. Then the years after: archived, held for the courts, deleted by rule.
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bucket } from '../../src/archive/bucket.ts'
import { Compressor } from '../../src/archive/compressor.ts'
import { masterKeysIn } from '../../src/archive/envelope.ts'
import { Vault } from '../../src/archive/vault.ts'
import { QUEUE_DEFAULTS, RECORDING_DEFAULTS, type RecordingPolicy } from '../../src/core/config.ts'
import type { Fact } from '../../src/core/facts.ts'
import { waveformOf } from '../../src/http/recording-waveform.ts'
import { RecordingKeeper } from '../../src/recording-keeper.ts'
import { verifyRecordings } from '../../src/recording-verification.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { addCopy, findCopy, soundBytesOf } from '../../src/store/recording-copies.ts'
import { listCertificates, placeLegalHold } from '../../src/store/recording-keeping.ts'
import { findRecording } from '../../src/store/recordings.ts'
import { BucketServer } from '../support/bucket-server.ts'
import { testDatabase } from '../support/database.ts'
import { NOON, silentLog } from '../support/floor.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { tone, wavOf } from '../support/prompt-wav.ts'

const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0
const database = testDatabase()
const DAY = { from: '2026-11-23', to: '2026-11-23', timeZone: 'Asia/Shanghai' }
const DAY_MS = 86_400_000
let recordingsDir: string
let seq = 0

beforeEach(async () => {
  recordingsDir = await mkdtemp(join(tmpdir(), 'yingda-proof-'))
  await mkdir(join(recordingsDir, '2026/11/23'), { recursive: true })
  seq = 0
})
afterEach(() => rm(recordingsDir, { recursive: true }))

const pathOf = (callId: string): string => `2026/11/23/${callId}.wav`
const fileOf = (callId: string): string => join(recordingsDir, pathOf(callId))

async function record(...facts: readonly Fact[]): Promise<void> {
  const recorded = facts.map((fact) => {
    seq += 1
    return { ...fact, seq }
  })
  await database.db.transaction((tx) => recordFacts(tx, recorded))
}

/** A call that was answered and is over. */
async function call(callId: string): Promise<void> {
  const of = { at: NOON, callId }
  await record(
    {
      type: 'call.arrived',
      ...of,
      legId: callId,
      nodeId: 'fs1',
      from: '13800138000',
      to: '12345',
      arrivedAt: NOON,
    },
    {
      type: 'call.connected',
      ...of,
      agentId: 'a1',
      legId: 'l1',
      queueId: 'city',
      arrivedAt: NOON,
      queuedAt: NOON,
      answeredAt: NOON,
      waitMs: 0,
      isTimely: true,
      isFirst: true,
    },
    {
      type: 'call.ended',
      ...of,
      ending: 'served',
      queueId: 'city',
      agentId: 'a1',
      hangupBy: 'caller',
      cause: 'NORMAL_CLEARING',
      arrivedAt: NOON,
      waitMs: 0,
      talkMs: 60_000,
      holdMs: 0,
      openHold: null,
    },
  )
}

/** With a recording that was found good, or flawed. */
async function recorded(
  callId: string,
  isEarly = false,
  bytes: Buffer = randomBytes(5_000),
): Promise<void> {
  await writeFile(fileOf(callId), bytes)
  await call(callId)
  const of = { at: NOON, callId, path: pathOf(callId) }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const found = { ...of, durationMs: 60_000, sizeBytes: bytes.length, sha256, gaps: [] }
  await record(
    { type: 'recording.requested', ...of, legId: callId, agentId: 'a1' },
    isEarly
      ? { type: 'recording.flawed', ...found, flaws: ['stopped_early'] }
      : { type: 'recording.verified', ...found },
  )
}

function plainVault(bucket: Bucket | null = null): Vault {
  return new Vault({ recordingsDir, bucket, keys: [], cipher: 'aes-256-gcm' })
}

async function verdicts(vault = plainVault()): Promise<readonly string[]> {
  const { findings } = await verifyRecordings(database.db, vault, DAY)
  return findings.map(({ code, callId, details }) =>
    code === 'altered' || code === 'truncated'
      ? `${callId} ${code}`
      : `${callId} ${code} ${details}`,
  )
}

describe('a day’s recordings', () => {
  it('every fault is named, and no good one', async () => {
    for (const callId of ['g1', 'altered', 'g2', 'cut', 'empty', 'gone', 'early', 'g3']) {
      await recorded(callId, callId === 'early')
    }
    await call('never')
    await call('full')
    const of = { at: NOON, callId: 'full', path: pathOf('full') }
    await record(
      { type: 'recording.requested', ...of, legId: 'full', agentId: 'a1' },
      { type: 'recording.missing', ...of, reason: 'empty_file' },
    )
    await writeFile(fileOf('altered'), randomBytes(5_000))
    await truncate(fileOf('cut'), 1_000)
    await truncate(fileOf('empty'), 0)
    await rm(fileOf('gone'))
    expect((await verdicts()).toSorted()).toEqual([
      'altered altered',
      'cut truncated',
      'early flawed stopped_early',
      'empty truncated',
      'full unrecorded empty_file',
      'gone file_missing local',
      'never unrecorded never_started',
    ])
  })

  it('a row that was changed or taken out behind our back breaks the chain', async () => {
    for (const callId of ['g1', 'g2', 'g3']) await recorded(callId)
    expect(await verdicts()).toEqual([])
    const { db } = database
    await expect(db.execute(sql`delete from recording_proofs where place = 2`)).rejects.toThrow()
    // Whoever owns the database can switch triggers off; the chain still tells.
    await db.execute(sql`alter table recording_proofs disable trigger all`)
    await db.execute(sql`delete from recording_proofs where place = 2`)
    expect(await verdicts()).toEqual(['g3 chain_broken link 3 of 2026-11-23'])
    await db.execute(sql`update recording_proofs set size_bytes = 1 where place = 1`)
    expect((await verdicts()).some((verdict) => verdict.startsWith('g1 chain_broken'))).toBe(true)
    await db.execute(sql`alter table recording_proofs enable trigger all`)
  })
})

describe('the years after', () => {
  let server: BucketServer
  let bucket: Bucket
  let clock: ManualClock
  let freeMb = 10_000

  beforeEach(async () => {
    server = await BucketServer.start()
    bucket = new Bucket(server.url)
    freeMb = 10_000
    clock = new ManualClock(NOON)
  })
  afterEach(async () => {
    bucket.close()
    await server.stop()
  })

  function keeper(
    vault: Vault,
    copies: RecordingPolicy['copies'] = 'none',
    ffmpeg = 'ffmpeg',
  ): RecordingKeeper {
    return new RecordingKeeper({
      db: database.db,
      clock,
      log: silentLog,
      vault,
      compressor: new Compressor(ffmpeg),
      recordingsDir,
      queues: () => [
        {
          ...QUEUE_DEFAULTS,
          queueId: 'city',
          name: 'city',
          recording: { ...RECORDING_DEFAULTS, copies },
        },
      ],
      freeMbMin: 1_000,
      freeBytes: async () => freeMb * 1_048_576,
    })
  }

  it('waits for a bucket that is away, and then loses nothing', async () => {
    await recorded('g1')
    const vault = plainVault(bucket)
    const keeping = keeper(vault)
    server.isAway = true
    await keeping.look()
    expect(keeping.status().archivingFault).not.toBeNull()
    expect(existsSync(fileOf('g1'))).toBe(true)
    server.isAway = false
    await keeping.look()
    expect(keeping.status().archivingFault).toBeNull()
    expect([existsSync(fileOf('g1')), server.objects.size]).toEqual([false, 1])
    expect(await verdicts(vault)).toEqual([])
    server.isAway = true
    expect((await verdicts(vault))[0]).toContain('unreadable')
  })

  it('deletes with a certificate when the time is over, and never under a legal hold', async () => {
    for (const callId of ['g1', 'held']) await recorded(callId)
    const vault = plainVault()
    const hold = { path: pathOf('held'), reason: 'court', placedBy: 'admin', placedAt: NOON }
    await placeLegalHold(database.db, hold)
    const keeping = keeper(vault)
    await keeping.look()
    expect(existsSync(fileOf('g1'))).toBe(true)
    clock.advance(731 * DAY_MS)
    await keeping.look()
    expect([existsSync(fileOf('g1')), existsSync(fileOf('held'))]).toEqual([false, true])
    expect(await listCertificates(database.db)).toMatchObject([
      { path: pathOf('g1'), deletedBy: 'system', rule: 'retention' },
    ])
    expect((await findRecording(database.db, pathOf('g1')))?.deletedAt).not.toBeNull()
    expect(await verdicts(vault)).toEqual([])
  })

  it('makes room before the disk is full, the oldest that may go first', async () => {
    await recorded('g1')
    const keeping = keeper(plainVault())
    freeMb = 500
    await keeping.look()
    expect([keeping.status().isDiskLow, existsSync(fileOf('g1'))]).toEqual([true, true])
    clock.advance(181 * DAY_MS)
    await keeping.look()
    expect(existsSync(fileOf('g1'))).toBe(false)
    expect(await listCertificates(database.db)).toMatchObject([{ rule: 'disk_low' }])
    freeMb = 10_000
    await keeping.look()
    expect(keeping.status().isDiskLow).toBe(false)
  })

  /** Citizen and agent as two tones, for three seconds. */
  const talk = (): Buffer => {
    const [left, right] = [tone(440, 8_000, 3), tone(880, 8_000, 3)]
    const samples = Int16Array.from({ length: left.length * 2 }, (_, i) =>
      Number((i % 2 === 0 ? left : right)[i >> 1]),
    )
    return wavOf({ channels: 2, framesPerSecond: 8_000, bits: 16 }, samples)
  }

  /** The real one, which says that it has begun and waits for a word to go on. */
  const slowFfmpeg = async (): Promise<string> => {
    const [program, begun, go] = ['ffmpeg.sh', 'begun', 'go'].map((name) =>
      join(recordingsDir, name),
    )
    const wait = `: > '${begun}'\nuntil [ -e '${go}' ]; do sleep 0.05; done\n`
    await writeFile(String(program), `#!/bin/sh\n${wait}exec ffmpeg "$@"\n`, { mode: 0o755 })
    return String(program)
  }

  describe.skipIf(!hasFfmpeg)(`compressed copies${hasFfmpeg ? '' : ' (no ffmpeg here)'}`, () => {
    it.each(['opus', 'mp3'] as const)(
      '%s beside: both are kept, archived, proved, and deleted together',
      async (codec) => {
        const vault = plainVault(bucket)
        await recorded('g1', false, talk())
        const keeping = keeper(vault, `${codec}_beside`)
        await keeping.look()
        expect(keeping.status()).toMatchObject({ copyingFault: null, archivingFault: null })
        const names = [...server.objects.keys()].map((name) => name.split('/').at(-1))
        expect(names.sort()).toEqual(['g1.wav', `g1.${codec}`].sort())
        const copy = await findCopy(database.db, pathOf('g1'))
        expect(copy?.durationMs).toBeGreaterThan(2_900)
        expect(copy?.sizeBytes).toBeLessThan(talk().length / 2)
        expect(await verdicts(vault)).toEqual([])
        const [name = ''] = [...server.objects.keys()].filter((one) => one.endsWith(codec))
        const whole = server.objects.get(name) ?? Buffer.alloc(0)
        server.objects.set(name, Buffer.concat([whole.subarray(0, -1), Buffer.from([1])]))
        expect(await verdicts(vault)).toEqual(['g1 altered'])
        clock.advance(731 * DAY_MS)
        await keeping.look()
        expect(server.objects.size).toBe(0)
        expect(await verdicts(vault)).toEqual([])
      },
    )

    it('instead: the WAV file goes once its copy is proved, and what is left sounds the same', async () => {
      const vault = plainVault()
      await recorded('g1', false, talk())
      await keeper(vault, 'opus_instead').look()
      expect(existsSync(fileOf('g1'))).toBe(false)
      expect(await verdicts(vault)).toEqual([])
      const recording = await findRecording(database.db, pathOf('g1'))
      const bytes = recording === null ? null : await soundBytesOf(database.db, recording)
      const sound = bytes === null ? null : await vault.open(bytes.stored)
      if (sound === null) throw new Error('nothing left')
      const wav = await new Compressor('ffmpeg').decoded(sound)
      const { caller, agent, windowMs } = await waveformOf(wav)
      await wav.dispose()
      expect(caller.length * windowMs).toBeGreaterThan(2_900)
      expect(Math.min(...caller.slice(1, -1), ...agent.slice(1, -1))).toBeGreaterThan(0.1)
      await rm(join(recordingsDir, '2026/11/23/g1.opus'))
      expect(await verdicts(vault)).toEqual(['g1 file_missing local'])
    })

    it('makes no room by deleting what lies in the bucket and takes none here', async () => {
      const vault = plainVault(bucket)
      await recorded('away', false, talk())
      const keeping = keeper(vault, 'opus_instead')
      await keeping.look()
      expect((await findCopy(database.db, pathOf('away')))?.place).toBe('bucket')
      freeMb = 500
      clock.advance(181 * DAY_MS)
      await keeping.look()
      expect(keeping.status().isDiskLow).toBe(true)
      expect(await listCertificates(database.db)).toEqual([])
      expect(server.objects.size).toBe(1)
    })

    it('seals the copy as it would the recording', async () => {
      const keys = masterKeysIn(`k1:${'s'.repeat(32)}`)
      const vault = new Vault({ recordingsDir, bucket: null, keys, cipher: 'aes-256-gcm' })
      await recorded('g1', false, talk())
      await keeper(vault, 'mp3_instead').look()
      const files = await readdir(join(recordingsDir, '2026/11/23'))
      expect(files).toEqual(['g1.mp3.sealed'])
      expect(await verdicts(vault)).toEqual([])
    })

    it('leaves alone what a court wants as it is', async () => {
      await recorded('held', false, talk())
      const hold = { path: pathOf('held'), reason: 'court', placedBy: 'admin', placedAt: NOON }
      await placeLegalHold(database.db, hold)
      await keeper(plainVault(), 'opus_instead').look()
      expect(existsSync(fileOf('held'))).toBe(true)
    })

    it('removes a WAV file that a crash left beside the copy in its place', async () => {
      const vault = plainVault()
      await recorded('g1', false, talk())
      const recording = await findRecording(database.db, pathOf('g1'))
      if (recording === null) throw new Error('no recording')
      const name = pathOf('g1').replace('.wav', '.opus')
      const made = await new Compressor('ffmpeg').make(
        fileOf('g1'),
        join(recordingsDir, name),
        'opus',
      )
      await addCopy(database.db, recording, { name, codec: 'opus', ...made, madeAt: NOON }, true)
      expect(existsSync(fileOf('g1'))).toBe(true)
      await keeper(vault).look()
      expect(existsSync(fileOf('g1'))).toBe(false)
      expect(await verdicts(vault)).toEqual([])
    })

    it('keeps the WAV file when a court asks for it while its copy is made', async () => {
      const vault = plainVault()
      await recorded('asked', false, talk())
      const keeping = keeper(vault, 'opus_instead', await slowFfmpeg())
      const looking = keeping.look()
      await expect.poll(() => existsSync(join(recordingsDir, 'begun'))).toBe(true)
      const hold = { path: pathOf('asked'), reason: 'court', placedBy: 'admin', placedAt: NOON }
      await placeLegalHold(database.db, hold)
      await writeFile(join(recordingsDir, 'go'), '')
      await looking
      expect(keeping.status().copyingFault).toBeNull()
      expect(existsSync(fileOf('asked'))).toBe(true)
      expect((await findRecording(database.db, pathOf('asked')))?.place).toBe('local')
      expect(await findCopy(database.db, pathOf('asked'))).not.toBeNull()
      expect(await verdicts(vault)).toEqual([])
    })
  })

  it('keeps and archives the recording where it cannot be compressed, and says why', async () => {
    const vault = plainVault(bucket)
    await recorded('g1', false, talk())
    const keeping = keeper(vault, 'opus_instead', '/nowhere/ffmpeg')
    await keeping.look()
    expect(keeping.status().copyingFault).toContain('/nowhere/ffmpeg')
    expect([...server.objects.keys()].map((name) => name.endsWith('g1.wav'))).toEqual([true])
    expect(await verdicts(vault)).toEqual([])
  })

  it('leaves nothing behind of a copy that went wrong, and says so though others go well', async () => {
    await recorded('g1')
    clock.advance(1_000)
    if (hasFfmpeg) await recorded('well', false, talk())
    const keeping = keeper(plainVault(), 'mp3_beside')
    await keeping.look()
    expect(keeping.status().copyingFault).not.toBeNull()
    const files = await readdir(join(recordingsDir, '2026/11/23'))
    expect(files.sort()).toEqual(['g1.wav', ...(hasFfmpeg ? ['well.mp3', 'well.wav'] : [])])
  })
})
