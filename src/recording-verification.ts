// Proves recordings again, years later: every link of the chain, every file against its hash, its size and
// its length, and every answered call that should have one. What is wrong is named, one line each.
import { createHash } from 'node:crypto'
import type { Vault } from './archive/vault.ts'
import type { Database } from './store/database.ts'
import {
  copyBytesOf,
  findCopyByName,
  type SoundBytes,
  soundBytesOf,
} from './store/recording-copies.ts'
import { findCertificate, listUnrecorded } from './store/recording-keeping.ts'
import { linkOf, listProofs, type RecordingProof } from './store/recording-proofs.ts'
import { findRecording } from './store/recordings.ts'
import { reasonOf } from './store/sql-errors.ts'

export type FindingCode =
  | 'chain_broken'
  | 'file_missing'
  | 'truncated'
  | 'altered'
  | 'unreadable'
  | 'row_missing'
  | 'row_altered'
  | 'unrecorded'
  | 'flawed'

export interface Finding {
  readonly code: FindingCode
  readonly callId: string
  readonly path: string | null
  readonly details: string
}

export interface Verification {
  readonly checked: number
  /** Gone by rule, with a certificate. */
  readonly deleted: number
  readonly findings: readonly Finding[]
}

/** Days of arrival, both included. */
export async function verifyRecordings(
  db: Database,
  vault: Vault,
  days: { readonly from: string; readonly to: string; readonly timeZone: string },
): Promise<Verification> {
  const findings: Finding[] = []
  let checked = 0
  let deleted = 0
  let before: RecordingProof | null = null
  for (const proof of await listProofs(db, days)) {
    const isFirst: boolean = before === null || before.day !== proof.day
    const { hash, ...rest } = proof
    const place: number = isFirst ? 1 : (before?.place ?? 0) + 1
    const isLinked = linkOf(isFirst ? null : (before?.hash ?? null), rest) === hash
    if (!isLinked || proof.place !== place) {
      findings.push(findingOf(proof, 'chain_broken', `link ${proof.place} of ${proof.day}`))
    }
    before = proof
    const copy = proof.path.endsWith('.wav') ? null : await findCopyByName(db, proof.path)
    if ((await findCertificate(db, copy?.path ?? proof.path)) !== null) {
      deleted += 1
      continue
    }
    checked += 1
    findings.push(
      ...(copy === null
        ? await checkRecording(db, vault, proof)
        : await checkBytes(vault, proof, copyBytesOf(copy))),
    )
  }
  for (const { callId, path, reason } of await listUnrecorded(db, days)) {
    findings.push({ code: 'unrecorded', callId, path, details: reason })
  }
  return { checked, deleted, findings }
}

async function checkRecording(
  db: Database,
  vault: Vault,
  proof: RecordingProof,
): Promise<readonly Finding[]> {
  const recording = await findRecording(db, proof.path)
  if (recording === null) return [findingOf(proof, 'row_missing', 'no row of this path')]
  const findings: Finding[] = []
  if (recording.flaws.length > 0) {
    findings.push(findingOf(proof, 'flawed', recording.flaws.join(', ')))
  }
  const bytes = await soundBytesOf(db, recording)
  // The copy that took its place has a link of its own.
  if (bytes !== null && bytes.form !== 'wav') return findings
  return [...findings, ...(await checkBytes(vault, proof, bytes))]
}

async function checkBytes(
  vault: Vault,
  proof: RecordingProof,
  bytes: SoundBytes | null,
): Promise<readonly Finding[]> {
  if (bytes === null) return [findingOf(proof, 'file_missing', 'no row of its copy')]
  if (bytes.sha256 !== proof.sha256) return [findingOf(proof, 'row_altered', 'its hash')]
  try {
    const sound = await vault.open(bytes.stored)
    if (sound === null) return [findingOf(proof, 'file_missing', bytes.stored.place)]
    if (sound.sizeBytes < proof.sizeBytes) {
      const details = `${sound.sizeBytes} of ${proof.sizeBytes} bytes`
      return [findingOf(proof, 'truncated', details)]
    }
    const hash = createHash('sha256')
    for await (const chunk of sound.read(0, sound.sizeBytes - 1)) hash.update(chunk as Buffer)
    const sha256 = hash.digest('hex')
    return sha256 === proof.sha256 ? [] : [findingOf(proof, 'altered', `its hash is ${sha256}`)]
  } catch (cause) {
    return [findingOf(proof, 'unreadable', reasonOf(cause))]
  }
}

function findingOf({ callId, path }: RecordingProof, code: FindingCode, details: string): Finding {
  return { code, callId, path, details }
}
