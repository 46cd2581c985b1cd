// The forecast as the service gives it.
import type { CalendarKind } from '../../core/forecast.ts'

export interface HalfHour {
  readonly startAt: string
  readonly calls: number
  readonly low: number
  readonly high: number
  readonly agentsErlangC: number | null
  readonly agentsErlangA: number | null
}

export interface Forecast {
  readonly days: readonly {
    readonly day: string
    readonly kind: CalendarKind | null
    readonly calls: number | null
    readonly basedOn: readonly string[]
    readonly halfHours: readonly HalfHour[] | null
  }[]
  readonly basis: {
    readonly handleMs: number
    readonly patienceMs: number
    readonly answerMsMax: number
  } | null
  readonly pastError: {
    readonly days: readonly {
      readonly day: string
      readonly forecast: number
      readonly actual: number
      readonly error: number
    }[]
    readonly error: number | null
    readonly bias: number | null
  }
}
