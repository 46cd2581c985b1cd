// Instants with the offset of the hotline's own time zone.
import { expect, it } from 'vitest'
import { isoTime, isoTimeOrNull } from '../../src/core/iso-times.ts'

it.each([
  ['Asia/Shanghai', '2026-11-23T04:00:00.125Z', '2026-11-23T12:00:00.125+08:00'],
  ['Asia/Shanghai', '2026-12-31T16:00:00.000Z', '2027-01-01T00:00:00.000+08:00'],
  ['UTC', '2026-11-23T04:00:00.000Z', '2026-11-23T04:00:00.000+00:00'],
  ['Asia/Kathmandu', '2026-11-23T04:00:00.000Z', '2026-11-23T09:45:00.000+05:45'],
  ['America/St_Johns', '2026-11-23T04:00:00.000Z', '2026-11-23T00:30:00.000-03:30'],
  // The clocks of Berlin went back at 01:00 UTC.
  ['Europe/Berlin', '2026-10-25T00:59:59.999Z', '2026-10-25T02:59:59.999+02:00'],
  ['Europe/Berlin', '2026-10-25T01:00:00.000Z', '2026-10-25T02:00:00.000+01:00'],
])('%s at %s is %s', (timeZone, utc, text) => {
  const at = Date.parse(utc)
  expect(isoTime(at, timeZone)).toBe(text)
  expect(Date.parse(text)).toBe(at)
})

it('null stays null, and an unknown zone is an error', () => {
  expect(isoTimeOrNull(null, 'UTC')).toBeNull()
  expect(isoTimeOrNull(0, 'UTC')).toBe('1970-01-01T00:00:00.000+00:00')
  expect(() => isoTime(0, 'Mars/Olympus')).toThrow(RangeError)
})
