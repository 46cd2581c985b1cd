// Whom a third party's leg rings, as it is written on the leg for a later run of the service to read.

import type { LegSnapshot } from '../core/inputs.ts'
import { PARTY_PURPOSES, type PartyTarget } from '../core/party-facts.ts'
import { decodeText, encodeText } from './encoding.ts'

/** `agent:<id>`, `unit:<id>:<number>` or `number:<number>`, each part encoded. */
export function partyMark(target: PartyTarget): string {
  const parts =
    target.kind === 'agent'
      ? [target.agentId]
      : target.kind === 'unit'
        ? [target.unitId, target.number]
        : [target.number]
  return [target.kind, ...parts.map(encodeText)].join(':')
}

/** Null for what no `partyMark` has written. */
export function readPartyMark(
  mark: string,
  purpose: string,
): NonNullable<LegSnapshot['party']> | null {
  const [kind = '', ...encoded] = mark.split(':')
  const [first = '', second = ''] = encoded.map(decodeText)
  const why = PARTY_PURPOSES.find((one) => one === purpose)
  if (why === undefined || first === '') return null
  switch (kind) {
    case 'agent':
      return { target: { kind, agentId: first }, purpose: why }
    case 'unit':
      return { target: { kind, unitId: first, number: second }, purpose: why }
    case 'number':
      return { target: { kind, number: first }, purpose: why }
    default:
      return null
  }
}
