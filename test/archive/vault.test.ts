// Recordings in the folder and in a bucket, plain and sealed: what comes out is what was put in, from any
// place, and what was tampered with comes out not at all.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bucket } from '../../src/archive/bucket.ts'
import { type Cipher, masterKeysIn } from '../../src/archive/envelope.ts'
import { type Sound, Vault } from '../../src/archive/vault.ts'
import { BucketServer } from '../support/bucket-server.ts'

const PATH = '2026/11/23/c1.wav'
const BYTES = randomBytes(200_001)
const OLD = `old:${'a'.repeat(32)}`
const NEW = `new:${'b'.repeat(32)}`

let recordingsDir: string
let server: BucketServer
let bucket: Bucket

beforeEach(async () => {
  recordingsDir = await mkdtemp(join(tmpdir(), 'yingda-vault-'))
  await mkdir(join(recordingsDir, '2026/11/23'), { recursive: true })
  await writeFile(join(recordingsDir, PATH), BYTES)
  server = await BucketServer.start()
  bucket = new Bucket(server.url)
})

afterEach(async () => {
  bucket.close()
  await server.stop()
  await rm(recordingsDir, { recursive: true })
})

function vault(keys: string | null, more: { bucket?: Bucket; cipher?: Cipher } = {}): Vault {
  return new Vault({
    recordingsDir,
    bucket: more.bucket ?? null,
    keys: keys === null ? [] : masterKeysIn(keys),
    cipher: more.cipher ?? 'aes-256-gcm',
  })
}

async function bytesOf(sound: Sound | null, first: number, last: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of sound?.read(first, last) ?? []) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const RANGES = [
  [0, BYTES.length - 1],
  [0, 0],
  [65_535, 65_536],
  [131_072, 131_071 + 65_536],
  [100_000, 199_999],
  [BYTES.length - 1, BYTES.length - 1],
] as const

describe.each([
  ['in the folder, sealed', OLD, false, 'aes-256-gcm'],
  ['in the folder, sealed by SM4', OLD, false, 'sm4-ctr'],
  ['in the bucket', null, true, 'aes-256-gcm'],
  ['in the bucket, sealed', OLD, true, 'aes-256-gcm'],
] as const)('%s', (_, keys, isBucket, cipher) => {
  it('every stretch is as it was, also once the keys were rotated', async () => {
    const more = { cipher, ...(isBucket && { bucket }) }
    const first = vault(keys, more)
    const where = await first.archive(PATH)
    await first.removeOriginal(PATH)
    const rotated = vault(keys === null ? null : `${NEW},${keys}`, more)
    for (const reader of [first, rotated]) {
      const sound = await reader.open({ path: PATH, ...where })
      expect(sound?.sizeBytes).toBe(BYTES.length)
      for (const [from, to] of RANGES) {
        const part = await bytesOf(sound, from, to)
        expect(part.equals(BYTES.subarray(from, to + 1)), `${from}-${to}`).toBe(true)
      }
    }
  })
})

describe('what is sealed', () => {
  it.each(['aes-256-gcm', 'sm4-ctr'] as const)(
    'by %s does not open once altered',
    async (cipher) => {
      const sealing = vault(OLD, { cipher })
      const where = await sealing.archive(PATH)
      const file = join(recordingsDir, where.storedAs ?? '')
      const sealed = await readFile(file)
      expect(sealed.includes(BYTES.subarray(0, 32))).toBe(false)
      sealed[sealed.length - 100] = (sealed[sealed.length - 100] ?? 0) ^ 1
      await writeFile(file, sealed)
      const sound = await sealing.open({ path: PATH, ...where })
      await expect(bytesOf(sound, 0, BYTES.length - 1)).rejects.toThrow()
      expect((await bytesOf(sound, 0, 9)).equals(BYTES.subarray(0, 10))).toBe(true)
    },
  )

  it('does not open without its key', async () => {
    const where = await vault(OLD).archive(PATH)
    await expect(vault(NEW).open({ path: PATH, ...where })).rejects.toThrow('old')
  })
})

describe('a bucket that is away', () => {
  it('takes nothing, and nothing is lost', async () => {
    server.isAway = true
    await expect(vault(null, { bucket }).archive(PATH)).rejects.toThrow()
    expect(await readdir(join(recordingsDir, '2026/11/23'))).toEqual(['c1.wav'])
  })
})

it('is null for what is not there, and for what lies outside', async () => {
  const plain = vault(null, { bucket })
  expect(await plain.open({ path: 'none.wav', place: 'local', storedAs: null })).toBeNull()
  expect(
    await plain.open({ path: '../../etc/hostname', place: 'local', storedAs: null }),
  ).toBeNull()
  expect(await plain.open({ path: 'none.wav', place: 'bucket', storedAs: null })).toBeNull()
})
