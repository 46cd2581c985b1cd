// Passwords for SIP: made here, never chosen by people, shown once, and kept as the hashes that digest
// authentication computes with.
import { createHash, randomBytes } from 'node:crypto'
import { SIP_REALM } from '../core/sip-names.ts'
import type { DigestHashes } from '../store/trunks.ts'

/** 120 bits in letters and digits that a desk phone's keypad menu can take. */
export function newSipPassword(): string {
  return randomBytes(15).toString('hex')
}

export function digestHashes(username: string, password: string): DigestHashes {
  const text = `${username}:${SIP_REALM}:${password}`
  const hash = (algorithm: string) => createHash(algorithm).update(text).digest('hex')
  return { md5: hash('md5'), sha256: hash('sha256') }
}
