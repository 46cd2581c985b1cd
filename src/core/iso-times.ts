// Instants as people outside read them: ISO 8601 with the offset of the hotline's time zone, so that
// the local day and hour stand in the text itself and no reader has to know the zone.

const formats = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()
/** Zones change their offset on whole quarters of an hour, so one answer serves all of a quarter. */
const QUARTER_MS = 900_000
const OFFSETS_KEPT = 1_000

/** `2026-11-23T09:00:00.000+08:00` of an instant (epoch ms); a RangeError for an unknown zone. */
export function isoTime(at: number, timeZone: string): string {
  const offsetMs = offsetMsOf(at, timeZone)
  const minutes = Math.abs(offsetMs) / 60_000
  const sign = offsetMs < 0 ? '-' : '+'
  const local = new Date(at + offsetMs).toISOString().slice(0, -1)
  return `${local}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`
}

export function isoTimeOrNull(at: number | null, timeZone: string): string | null {
  return at === null ? null : isoTime(at, timeZone)
}

function offsetMsOf(at: number, timeZone: string): number {
  const key = `${timeZone}/${Math.floor(at / QUARTER_MS)}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  const text = formatOf(timeZone).format(at)
  const [, sign, hours = 0, minutes = 0] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? []
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  if (offsets.size >= OFFSETS_KEPT) offsets.clear()
  offsets.set(key, offsetMs)
  return offsetMs
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    formats.set(timeZone, format)
  }
  return format
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
