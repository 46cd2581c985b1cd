// Calendar days in the hotline's own time zone. The norms count by local day.

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    })
    formats.set(timeZone, format)
  }
  return format
}

/** `YYYY-MM-DD` of an instant (epoch ms) in an IANA time zone; throws a RangeError for an unknown zone. */
export function dayOf(at: number, timeZone: string): string {
  return formatOf(timeZone).format(at)
}
