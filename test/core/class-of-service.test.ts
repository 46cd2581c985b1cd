// What agents' phones may dial on their own.
import { describe, expect, it } from 'vitest'
import { type DialPermit, mayDial } from '../../src/core/class-of-service.ts'

const permit = (changes: Partial<DialPermit>): DialPermit => ({
  ...{ permitId: 1, agentId: null, number: '110', ground: 'directory', grantedBy: 'admin' },
  expiresAt: null,
  ...changes,
})
const PERMITS = [
  permit({}),
  permit({ permitId: 2, number: '8001', ground: 'shift_leader' }),
  permit({ permitId: 3, agentId: 'a1', number: '13900009999', ground: 'callback', expiresAt: 500 }),
]

describe('mayDial', () => {
  it.each([
    ['the directory', 'a2', '110', 499, 'directory'],
    ['the shift leader', 'a2', '8001', 499, 'shift_leader'],
    ['a callback of one’s own', 'a1', '13900009999', 499, 'callback'],
    ['the same number in another spelling', 'a1', '+86 139-0000-9999', 499, 'callback'],
  ])('allows %s', (_, agentId, dialled, at, ground) => {
    expect(mayDial({ agentId, dialled, at }, PERMITS)).toMatchObject({
      isAllowed: true,
      permit: { ground },
    })
  })

  it.each([
    ['anything else', 'a1', '13811112222', 0, 'not_permitted'],
    ['the callback of a colleague', 'a2', '13900009999', 0, 'not_permitted'],
    ['a callback that is over', 'a1', '13900009999', 500, 'permit_expired'],
    ['a colleague', 'a1', 'agent-a2', 0, 'agent_to_agent'],
    ['words', 'a1', 'mother', 0, 'not_a_number'],
    ['nothing', 'a1', '', 0, 'not_a_number'],
    ['a number with a longer tail', 'a1', '1101', 0, 'not_permitted'],
  ])('refuses %s', (_, agentId, dialled, at, code) => {
    expect(mayDial({ agentId, dialled, at }, PERMITS)).toEqual({ isAllowed: false, code })
  })

  it('refuses a colleague even with a permit for the name', () => {
    const permits = [permit({ number: 'agent-a2' })]
    expect(mayDial({ agentId: 'a1', dialled: 'agent-a2', at: 0 }, permits)).toMatchObject({
      code: 'agent_to_agent',
    })
  })

  it('takes the permit that lasts where another has expired', () => {
    const permits = [permit({ expiresAt: 1 }), permit({ permitId: 9 })]
    expect(mayDial({ agentId: 'a1', dialled: '110', at: 5 }, permits)).toMatchObject({
      permit: { permitId: 9 },
    })
  })
})
