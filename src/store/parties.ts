// What facts about third parties change in the rows: the call's own columns, the agents' state log and
// the attempts to reach departments.
import { eq } from 'drizzle-orm'
import type { RecordedFact } from '../core/facts.ts'
import type { PartyFact } from '../core/party-facts.ts'
import { projectAgent } from './agent-states.ts'
import type { Queryable } from './database.ts'
import { calls } from './schema.ts'
import { unitAttempts } from './unit-schema.ts'

type RecordedPartyFact = Extract<RecordedFact, { type: PartyFact['type'] }>
type Of<Type extends PartyFact['type']> = Extract<RecordedPartyFact, { type: Type }>

export async function projectParty(tx: Queryable, fact: RecordedPartyFact): Promise<void> {
  switch (fact.type) {
    case 'party.dialled':
      await partyDialled(tx, fact)
      return projectAgent(tx, fact)
    case 'party.answered':
      return changeAttempt(tx, fact.legId, { result: 'answered', ringMs: fact.ringMs })
    case 'party.ended':
      return partyEnded(tx, fact)
    case 'call.transferred': {
      const { toAgentId } = fact
      const agent = toAgentId === null ? {} : { agentId: toAgentId }
      await changeCall(tx, fact, { transferredAt: fact.at, ...agent })
      return projectAgent(tx, fact)
    }
    case 'call.urgency_flagged':
      return changeCall(tx, fact, { urgentAt: fact.at })
    case 'call.emergency_connected':
      return changeCall(tx, fact, { emergencyConnectedMs: fact.sinceFlaggedMs })
    case 'call.nuisance_flagged':
      return changeCall(tx, fact, { isNuisance: true })
    case 'call.help_requested':
      return changeCall(tx, fact, { helpRequestedAt: fact.at })
    case 'call.help_answered':
      return changeCall(tx, fact, { helpResponseMs: fact.responseMs })
    case 'call.surveyed': {
      const { scale: surveyScale, score: surveyScore, at: surveyedAt } = fact
      return changeCall(tx, fact, { surveyScale, surveyScore, surveyedAt })
    }
    default:
      return
  }
}

async function partyDialled(tx: Queryable, fact: Of<'party.dialled'>): Promise<void> {
  const { legId, callId, target, agentId, at } = fact
  if (target.kind !== 'unit') return
  const { unitId, number } = target
  await tx
    .insert(unitAttempts)
    .values({ attemptId: legId, unitId, callId, agentId, number, startedAt: at })
    .onConflictDoNothing()
}

/** What was answered stays so, however it ended. */
async function partyEnded(tx: Queryable, fact: Of<'party.ended'>): Promise<void> {
  const { legId, outcome, at: endedAt, ringMs, talkMs } = fact
  const result = talkMs === null ? outcome : 'answered'
  await changeAttempt(tx, legId, { result, endedAt, ringMs, talkMs })
}

async function changeAttempt(
  tx: Queryable,
  legId: string,
  change: Partial<typeof unitAttempts.$inferInsert>,
): Promise<void> {
  await tx.update(unitAttempts).set(change).where(eq(unitAttempts.attemptId, legId))
}

async function changeCall(
  tx: Queryable,
  fact: { readonly callId: string },
  change: Partial<typeof calls.$inferInsert>,
): Promise<void> {
  await tx.update(calls).set(change).where(eq(calls.callId, fact.callId))
}
