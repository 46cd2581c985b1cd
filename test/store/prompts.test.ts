// Versions of prompts in the records: one active at most, no number twice, nothing half done.
import { expect, it } from 'vitest'
import {
  activatePromptVersion,
  addPromptVersion,
  listActivePrompts,
  listPromptVersions,
} from '../../src/store/prompts.ts'
import { testDatabase } from '../support/database.ts'

const database = testDatabase()
const key = { promptId: 'greeting', language: 'cmn' } as const
const sound = { sha256: 'ab', sizeBytes: 44, durationMs: 1, note: null }
const added = { ...key, ...sound, uploadedBy: 'admin', uploadedAt: 1_700_000_000_000 }
const nothing = async (): Promise<void> => {}

it('uploads at the same time are different versions, of which one is active', async () => {
  const { db } = database
  const rows = await Promise.all(
    [1, 2, 3, 4].map(() => addPromptVersion(db, { ...added, isActive: true }, nothing)),
  )
  expect(rows.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4])
  expect(await listActivePrompts(db)).toHaveLength(1)
})

it('languages have versions of their own', async () => {
  const { db } = database
  await addPromptVersion(db, { ...added, isActive: true }, nothing)
  const other = { ...added, language: 'yue', isActive: true } as const
  expect((await addPromptVersion(db, other, nothing)).version).toBe(1)
  expect(await listActivePrompts(db)).toHaveLength(2)
})

it('a file that cannot be kept leaves no version, and the one heard stays', async () => {
  const { db } = database
  await addPromptVersion(db, { ...added, isActive: true }, nothing)
  const full = async (): Promise<void> => {
    throw new Error('disk full')
  }
  const failed = addPromptVersion(db, { ...added, isActive: true }, full)
  await expect(failed).rejects.toThrow('disk full')
  expect(await listPromptVersions(db)).toMatchObject([{ version: 1, isActive: true }])
  const unknown = await activatePromptVersion(db, key, 9, nothing)
  expect(unknown).toMatchObject({ ok: false, conflict: { code: 'not_found' } })
  expect(await listActivePrompts(db)).toMatchObject([{ version: 1 }])
})
