// How many calls the days to come will bring, half hour by half hour: from days like them that have passed,
// the latest weighing most, with what such forecasts have been wrong by before. Plain enough to be checked
// by hand, and silent where there is too little to go by.

/** What a day of the calendar is instead of what its weekday says. An `event` is like no other day. */
export const CALENDAR_KINDS = ['holiday', 'workday', 'event'] as const
export type CalendarKind = (typeof CALENDAR_KINDS)[number]

export const SLOTS = 48
/** Calls by half hour of the day, local time; 48 of them. */
export type DayCalls = readonly number[]

export interface Past {
  /** Days that have passed and had calls, by `YYYY-MM-DD`. */
  readonly days: ReadonlyMap<string, DayCalls>
  readonly calendar: ReadonlyMap<string, CalendarKind>
}

/** Days of the same weekday are looked for this far back; holidays, which are rare, further. */
export const LIKE_DAYS_BACK = 42
export const HOLIDAYS_BACK = 400
/** Fewer days to go by give no forecast. */
const LIKE_DAYS_MIN = 2
const LIKE_DAYS_MAX = 6
/** Each day weighs so much of the one after it. */
const WEIGHT = 0.8
/** The forecasts of as many days are held against what came. */
export const CHECKED_DAYS = 28
/** Of a normal distribution: four of five outcomes lie within so many deviations of the mean. */
const P90 = 1.2816
const DAY_MS = 86_400_000

/** Mean calls by half hour, and the days that they were taken from, the latest first. */
export interface DayForecast {
  readonly calls: DayCalls
  readonly basedOn: readonly string[]
}

/** Null where there is too little to go by. Only days before `before` are looked at. */
export function forecastOf(past: Past, day: string, before: string = day): DayForecast | null {
  const basedOn = daysLike(past, day, before)
  if (basedOn.length < LIKE_DAYS_MIN) return null
  const calls = new Array<number>(SLOTS).fill(0)
  let weights = 0
  for (const [place, like] of basedOn.entries()) {
    const weight = WEIGHT ** place
    weights += weight
    for (const [slot, count] of (past.days.get(like) ?? []).entries())
      calls[slot] = (calls[slot] ?? 0) + weight * count
  }
  return { calls: calls.map((sum) => sum / weights), basedOn }
}

function daysLike({ days, calendar }: Past, day: string, before: string): string[] {
  const kind = calendar.get(day) ?? null
  const back = kind === 'holiday' ? HOLIDAYS_BACK : LIKE_DAYS_BACK
  const first = dayAfter(before, -back)
  const known = [...days.keys()]
    .filter((one) => one >= first && one < before)
    .sort()
    .reverse()
  const ordinary = known.filter((one) => !calendar.has(one))
  const like = (isLike: (one: string) => boolean, among: readonly string[] = ordinary) =>
    among.filter(isLike).slice(0, LIKE_DAYS_MAX)
  switch (kind) {
    case 'holiday': {
      const holidays = like((one) => calendar.get(one) === 'holiday', known)
      return holidays.length >= LIKE_DAYS_MIN ? holidays : like((one) => weekdayOf(one) === 0)
    }
    // A weekend day that is worked: like the working days before it.
    case 'workday':
      return like((one) => weekdayOf(one) >= 1 && weekdayOf(one) <= 5)
    default:
      return like((one) => weekdayOf(one) === weekdayOf(day))
  }
}

/** 0 is Sunday. */
function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

export function dayAfter(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

export interface CheckedDay {
  readonly day: string
  readonly forecast: number
  readonly actual: number
  /** Calls by which the half hours were off, over the calls that came. */
  readonly error: number
}

export interface PastError {
  /** Forecasts as they would have been made on the day before, the latest first. */
  readonly days: readonly CheckedDay[]
  /** Over all of them; null where there is none. */
  readonly error: number | null
  /** How much more was forecast than came, over what came; below 0: less. */
  readonly bias: number | null
  /** How far a day's total is off, relative, as a standard deviation. */
  readonly spread: number
}

/** Days of the calendar are left out: nobody would have gone by a forecast of an event. */
export function pastErrorOf(past: Past, today: string): PastError {
  const days: CheckedDay[] = []
  let off = 0
  for (let back = 1; back <= CHECKED_DAYS; back += 1) {
    const day = dayAfter(today, -back)
    const came = past.days.get(day)
    const forecast = came === undefined || past.calendar.has(day) ? null : forecastOf(past, day)
    if (came === undefined || forecast === null) continue
    const wrong = came.reduce(
      (sum, count, slot) => sum + Math.abs(count - (forecast.calls[slot] ?? 0)),
      0,
    )
    const [expected, actual] = [sumOf(forecast.calls), sumOf(came)]
    off += wrong
    days.push({ day, forecast: expected, actual, error: wrong / actual })
  }
  const actual = days.reduce((sum, one) => sum + one.actual, 0)
  const forecast = days.reduce((sum, one) => sum + one.forecast, 0)
  const squares = days.reduce((sum, one) => sum + (one.actual / one.forecast - 1) ** 2, 0)
  return {
    days,
    error: actual === 0 ? null : off / actual,
    bias: actual === 0 ? null : forecast / actual - 1,
    spread: days.length === 0 ? 0 : Math.sqrt(squares / days.length),
  }
}

/** Between these bounds four of five half hours should lie: chance in the half hour, and the day's own error. */
export function bandOf(
  calls: number,
  spread: number,
): { readonly low: number; readonly high: number } {
  const deviation = P90 * Math.sqrt(calls + (calls * spread) ** 2)
  return { low: Math.max(0, calls - deviation), high: calls + deviation }
}

export function sumOf(calls: DayCalls): number {
  return calls.reduce((sum, count) => sum + count, 0)
}
