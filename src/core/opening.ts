// When a queue or a number is served: a week of opening hours, and days that are otherwise, such as
// holidays and the working days that make up for them. Without hours it is open around the clock.
import { dayOf } from './days.ts'

/** Local times of day, `HH:MM`; `24:00` is the end of the day. What crosses midnight is two spans. */
export interface Span {
  readonly from: string
  readonly to: string
}

export interface OpeningHours {
  /** `days`: 1 is Monday, 7 Sunday. */
  readonly week: readonly (Span & { readonly days: readonly number[] })[]
  /** Days that do not follow the week; without spans they are closed. */
  readonly exceptions: readonly {
    /** `YYYY-MM-DD` */
    readonly date: string
    readonly name: string
    readonly spans: readonly Span[]
  }[]
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** `HH:MM` in the zone. */
function timeOf(at: number, timeZone: string): string {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
    clocks.set(timeZone, clock)
  }
  return clock.format(at)
}

export function isOpen(hours: OpeningHours | null, at: number, timeZone: string): boolean {
  if (hours === null) return true
  const date = dayOf(at, timeZone)
  const time = timeOf(at, timeZone)
  const exception = hours.exceptions.find((one) => one.date === date)
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay() || 7
  const spans = exception?.spans ?? hours.week.filter(({ days }) => days.includes(weekday))
  return spans.some(({ from, to }) => from <= time && time < to)
}
