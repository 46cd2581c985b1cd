// What agents are told of those who watch them; the administrators decide it per queue.

export interface SupervisionPolicy {
  /** Whether an agent sees that somebody only listens. Who whispers or joins in is always shown. */
  readonly showsListeners: boolean
}

export const SUPERVISION_DEFAULTS: SupervisionPolicy = { showsListeners: false }
