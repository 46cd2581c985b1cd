// Why the records would not take a change that somebody asked for: a closed list of codes, each with what
// it says to those who write against the service.
export const CONFLICTS = {
  not_found: 'No such entry.',
  duplicate: 'The id or name is taken already.',
  stale_version: 'There is a newer version; read it again.',
  unknown_skill: 'The skill does not exist.',
  unknown_queue: 'The queue does not exist.',
  unknown_prompt: 'The prompt does not ship, and nobody has recorded it.',
  unknown_agent: 'The agent does not exist.',
  agent_has_user: 'The agent belongs to another user.',
  queue_in_use: 'Numbers lead to the queue.',
  skill_in_use: 'Agents or queues have the skill.',
  agent_in_use: 'A user is linked to the agent.',
  prompt_in_use: 'Callers hear this version; make another one active first.',
  no_default: 'The prompt does not ship, so there is nothing to go back to.',
} as const
export type ConflictCode = keyof typeof CONFLICTS
