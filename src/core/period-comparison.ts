// A period beside an earlier one: what an operation report says of how the hotline's work has changed.
import type { Figures } from './metrics.ts'

export const COMPARED = [
  'inbound',
  'answered',
  'answeredTimely',
  'abandoned',
  'connectRate',
  'timelyAnswerRate',
  'avgSpeedOfAnswerMs',
] as const
export type ComparedFigure = (typeof COMPARED)[number]

export interface Compared {
  readonly figure: ComparedFigure
  readonly now: number | null
  readonly earlier: number | null
  /**
   * Of a rate the difference, of everything else the growth, 0.1 being a tenth more; null where one of the
   * two is missing, or where there was nothing to grow from.
   */
  readonly change: number | null
}

export function comparedWith(now: Figures, earlier: Figures): Compared[] {
  return COMPARED.map((figure) => {
    const [a, b] = [figureOf(now, figure), figureOf(earlier, figure)]
    const isRate = figure === 'connectRate' || figure === 'timelyAnswerRate'
    const isKnown = a !== null && b !== null && (isRate || b !== 0)
    return { figure, now: a, earlier: b, change: isKnown ? (isRate ? a - b : a / b - 1) : null }
  })
}

function figureOf(figures: Figures, figure: ComparedFigure): number | null {
  switch (figure) {
    case 'connectRate':
    case 'timelyAnswerRate':
      return figures[figure].value
    case 'avgSpeedOfAnswerMs':
    case 'abandoned':
      return figures[figure]
    default:
      return figures.counts[figure]
  }
}

/** The same days a year earlier; of 29 February its 28th. */
export function periodOfLastYear({ from, to }: { from: string; to: string }): {
  from: string
  to: string
} {
  return { from: lastYear(from), to: lastYear(to) }
}

function lastYear(day: string): string {
  const year = String(Number(day.slice(0, 4)) - 1).padStart(4, '0')
  const rest = day.slice(4)
  return `${year}${rest === '-02-29' ? '-02-28' : rest}`
}
