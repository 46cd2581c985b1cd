// What becomes of a message that a caller left: somebody takes it, and somebody has done what was asked.
import type { AgentId } from './config.ts'
import { type Rejection, rejection } from './rejections.ts'

export const MESSAGE_STATUSES = ['new', 'assigned', 'done'] as const
export type MessageStatus = (typeof MESSAGE_STATUSES)[number]

export interface MessageTask {
  readonly status: MessageStatus
  readonly assignedTo: AgentId | null
  readonly doneAt: number | null
  /** A username. */
  readonly doneBy: string | null
  readonly note: string | null
}

export type MessageAction =
  /** Null: nobody in particular. */
  | { readonly type: 'assign'; readonly agentId: AgentId | null }
  | { readonly type: 'finish'; readonly at: number; readonly by: string; readonly note: string }
  /** It was not done after all. */
  | { readonly type: 'reopen' }

export function messageTransition<Task extends MessageTask>(
  task: Task,
  action: MessageAction,
): Task | Rejection {
  const isDone = task.status === 'done'
  switch (action.type) {
    case 'assign': {
      if (isDone) return rejection('message_done')
      const status = action.agentId === null ? 'new' : 'assigned'
      return { ...task, status, assignedTo: action.agentId }
    }
    case 'finish': {
      if (isDone) return rejection('message_done')
      return { ...task, status: 'done', doneAt: action.at, doneBy: action.by, note: action.note }
    }
    case 'reopen': {
      if (!isDone) return rejection('message_not_done')
      const status = task.assignedTo === null ? 'new' : 'assigned'
      return { ...task, status, doneAt: null, doneBy: null }
    }
  }
}
