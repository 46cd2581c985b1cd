// Who listened to what: one line in the log for every time the sound of a call was asked for.
import type { Log } from '../log.ts'
import type { SignedIn } from './sign-ins.ts'

export interface Play {
  readonly by: SignedIn
  readonly address: string
  readonly callId: string
  readonly path: string
  /** The Range header, where only a part was asked for. */
  readonly range: string | null
}

export function auditPlay(log: Log, { by, address, callId, path, range }: Play): void {
  const { userId, username } = by
  log.info({ userId, username, address, callId, path, range }, 'recording.played')
}
