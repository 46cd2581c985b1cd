// Who is signed in and what they may do. Asked for once, before the first page that needs it; pages hide
// what is not allowed, and the service refuses it all the same.
import { ref } from 'vue'
import type { Permission, Role } from '../core/permissions.ts'
import { ApiFault, get } from './api.ts'

export interface Session {
  readonly userId: number
  readonly username: string
  readonly name: string
  readonly role: Role
  readonly permissions: readonly Permission[]
  readonly agentId: string | null
}

/** Null until `loadSession` has found somebody signed in. */
export const session = ref<Session | null>(null)

/** `signed_out` where nobody is; `unreachable` while the service cannot be asked. */
export async function loadSession(): Promise<'signed_in' | 'signed_out' | 'unreachable'> {
  try {
    session.value = await get<Session>('/session')
    return 'signed_in'
  } catch (error) {
    if (!(error instanceof ApiFault)) throw error
    session.value = null
    return error.status === 401 ? 'signed_out' : 'unreachable'
  }
}

export function may(permission: Permission): boolean {
  return session.value?.permissions.includes(permission) === true
}
