// Passwords are kept as argon2id hashes only. Checking one takes as long for a user who does not exist
// as for one who does, so that the time of an answer names nobody.
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** The library's defaults: argon2id, 19 MiB, 2 passes, as OWASP recommends at least. */
export async function hashPassword(password: string): Promise<string> {
  return hash(password)
}

let decoy: Promise<string> | null = null

/** `passwordHash` null: nobody of that name; false, after the same work. */
export async function isPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword(randomBytes(32).toString('base64'))
  const isRight = await verify(passwordHash ?? (await decoy), password)
  return isRight && passwordHash !== null
}
