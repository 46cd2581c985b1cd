// Failures that become bans, and the windows they are counted in.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyBans, isBanned, noteFailure, restoreBans } from '../../src/core/bans.ts'
import { countOf, emptyWindows, note } from '../../src/core/windows.ts'

const RULES = { failuresMax: 3, windowMs: 1_000, banMs: 5_000, banMsMax: 15_000 }
const failure = (at: number, address = '203.0.113.66') => ({
  address,
  reason: 'bad_password' as const,
  at,
})

describe('bans', () => {
  it('come with the third failure in the window and end by themselves', () => {
    const bans = emptyBans(RULES)
    expect(noteFailure(bans, failure(0))).toBeNull()
    expect(noteFailure(bans, failure(400))).toBeNull()
    expect(isBanned(bans, '203.0.113.66', 500)).toBe(false)
    expect(noteFailure(bans, failure(900))).toMatchObject({ failures: 3, expiresAt: 5_900 })
    expect(isBanned(bans, '203.0.113.66', 5_899)).toBe(true)
    expect(isBanned(bans, '203.0.113.66', 5_900)).toBe(false)
    expect(isBanned(bans, '203.0.113.67', 1_000)).toBe(false)
  })

  it('do not come for failures far apart', () => {
    const bans = emptyBans(RULES)
    for (let at = 0; at < 20_000; at += 501) expect(noteFailure(bans, failure(at))).toBeNull()
  })

  it('last twice as long each time, up to the longest', () => {
    const bans = emptyBans(RULES)
    const lengths: number[] = []
    for (let at = 0; lengths.length < 4; at += 1) {
      const ban = noteFailure(bans, failure(at))
      if (ban !== null) lengths.push(ban.expiresAt - ban.bannedAt)
    }
    expect(lengths).toEqual([5_000, 10_000, 15_000, 15_000])
  })

  it('are forgotten a day later', () => {
    const bans = emptyBans(RULES)
    for (let at = 0; at < 3; at += 1) noteFailure(bans, failure(at))
    const nextDay = 25 * 3_600_000
    for (let at = 0; at < 3; at += 1) noteFailure(bans, failure(nextDay + at, '198.51.100.1'))
    expect([...bans.byAddress.keys()]).toEqual(['198.51.100.1'])
  })

  it('are those of the records after they were read', () => {
    const bans = emptyBans(RULES)
    for (let at = 0; at < 3; at += 1) noteFailure(bans, failure(at))
    const other = { address: '192.0.2.1', reason: 'probing' as const, failures: 9 }
    restoreBans(bans, [{ ...other, bannedAt: 0, expiresAt: 100 }])
    expect(isBanned(bans, '203.0.113.66', 10)).toBe(false)
    expect(isBanned(bans, '192.0.2.1', 10)).toBe(true)
  })
})

describe('windows', () => {
  it('count as a plain list would', () => {
    const events = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c'), waitMs: fc.integer({ min: 0, max: 80 }) }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(events, (all) => {
        const windows = emptyWindows(100, 10)
        const twin: { key: string; at: number }[] = []
        let at = 0
        for (const { key, waitMs } of all) {
          at += waitMs
          twin.push({ key, at })
          const inWindow = (one: string) =>
            twin.filter((event) => event.key === one && event.at > at - 100).length
          expect(note(windows, key, at)).toBe(inWindow(key))
          for (const one of ['a', 'b', 'c']) expect(countOf(windows, one, at)).toBe(inWindow(one))
        }
      }),
    )
  })

  it('hold no more keys than they may, whoever invents them', () => {
    const windows = emptyWindows(1_000, 50)
    for (let count = 0; count < 10_000; count += 1) note(windows, `key-${count}`, 0)
    expect(windows.timesByKey.size).toBeLessThanOrEqual(50)
    note(windows, 'later', 5_000)
    expect([...windows.timesByKey.keys()]).toEqual(['later'])
  })
})
