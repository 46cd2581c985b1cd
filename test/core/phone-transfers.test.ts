// Whom an agent means by what is dialled at the phone for a transfer.
import { expect, it } from 'vitest'
import { UNIT_DEFAULTS, type UnitSettings } from '../../src/core/config.ts'
import { transferTarget } from '../../src/core/phone-transfers.ts'

function unit(unitId: string, ...numbers: readonly string[]): UnitSettings {
  return {
    unitId,
    name: unitId,
    phones: numbers.map((number) => ({ number, label: '' })),
    ...UNIT_DEFAULTS,
  }
}

const UNITS = [
  unit('water', '+86 571 8800-1111', '57188002222'),
  unit('heating', '57188003333'),
  unit('57188001111', '57188004444'),
  unit('phoneless'),
]

it.each([
  ['agent-1002', { kind: 'agent', agentId: '1002' }],
  ['agent-a b', { kind: 'agent', agentId: 'a b' }],
  ['water', { kind: 'unit', unitId: 'water' }],
  ['phoneless', { kind: 'unit', unitId: 'phoneless' }],
  ['0086-571-8800-3333', { kind: 'unit', unitId: 'heating' }],
  // A department's own name goes before another's number.
  ['57188001111', { kind: 'unit', unitId: '57188001111' }],
  ['+8657188001111', { kind: 'unit', unitId: 'water' }],
  // Only the duty phone stands for the department.
  ['57188002222', { kind: 'number', number: '57188002222' }],
  ['+86 138-0000-1234', { kind: 'number', number: '13800001234' }],
  ['agent-', { kind: 'number', number: 'agent' }],
  ['', { kind: 'number', number: '' }],
])('%s at the phone is %j', (dialled, target) => {
  expect(transferTarget(dialled, UNITS)).toEqual(target)
})
