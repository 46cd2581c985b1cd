// An agent's own day as the service counts it, as far as the console shows it.

export interface OwnFigures {
  readonly handled: number
  readonly averageHandleMs: number | null
  readonly holds: number
  readonly holdsExceeded: number
  readonly offers: { readonly missed: number; readonly late: number }
}
