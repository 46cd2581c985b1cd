// What the figures need at fixed times: in the night the forecast of the day with its advice on staffing and
// the check that sums and records agree, at 08:00 the reports that fell due. Looked at once a minute; a service that was down catches up when it is back.
import type { Clock, Timer } from './clock.ts'
import { dayOf } from './core/days.ts'
import { isoTime } from './core/iso-times.ts'
import { dueOn, lastPeriod } from './core/reports.ts'
import type { Log } from './log.ts'
import type { Database } from './store/database.ts'
import { adviseStaffing } from './store/forecasts.ts'
import { differencesOn } from './store/kpi-check.ts'
import { beginReport, findScheduled, makeReport } from './store/reports.ts'

export interface KpiWatchOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly timeZone: string
  /** What has been advised on staffing takes effect. */
  readonly reload: () => Promise<void>
}

const LOOK_MS = 60_000
/** Once the day before is over and its last calls are in the sums. */
const ADVICE_AT = '00:02'
const CHECK_AT = '00:10'
const REPORTS_AT = '08:00'
/** Told in the log; the others are counted. */
const DIFFERENCES_TOLD_MAX = 20

export class KpiWatch {
  readonly #options: KpiWatchOptions
  #timer: Timer
  #checkedDay: string | null = null
  #reportedDay: string | null = null
  #advisedDay: string | null = null
  #isStopped = false
  #looking: Promise<void> = Promise.resolve()
  /** Differences that the last check found, and of which day; null before the first. */
  differences: number | null = null
  checkedDay: string | null = null

  constructor(options: KpiWatchOptions) {
    this.#options = options
    this.#timer = this.#later()
  }

  /** Does what is due now. */
  async look(): Promise<void> {
    const { clock, timeZone } = this.#options
    const at = clock.now()
    const today = dayOf(at, timeZone)
    const time = isoTime(at, timeZone).slice(11, 16)
    if (time >= ADVICE_AT && this.#advisedDay !== today) {
      this.#advisedDay = today
      await this.#advise(today)
    }
    if (time >= CHECK_AT && this.#checkedDay !== today) {
      this.#checkedDay = today
      await this.#check(dayBefore(today))
    }
    if (time >= REPORTS_AT && this.#reportedDay !== today) {
      this.#reportedDay = today
      await this.#report(today)
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#timer.clear()
    await this.#looking
  }

  async #advise(today: string): Promise<void> {
    const { db, clock, log, timeZone, reload } = this.#options
    const halfHours = await adviseStaffing(db, { today, timeZone, at: clock.now() })
    log.info({ today, halfHours }, 'staffing advised')
    await reload()
  }

  async #check(day: string): Promise<void> {
    const { db, log, timeZone } = this.#options
    const found = await differencesOn(db, day, timeZone)
    this.differences = found.length
    this.checkedDay = day
    if (found.length === 0) log.info({ day }, 'sums and records agree')
    else {
      const told = found.slice(0, DIFFERENCES_TOLD_MAX)
      log.error({ day, differences: found.length, told }, 'sums and records differ')
    }
  }

  async #report(today: string): Promise<void> {
    const { db, clock, timeZone, log } = this.#options
    for (const kind of dueOn(today)) {
      const order = { kind, ...lastPeriod(kind, today) }
      if (await findScheduled(db, order)) continue
      const row = await beginReport(db, {
        ...order,
        requestedBy: 'schedule',
        requestedAt: clock.now(),
      })
      const made = await makeReport(db, row, { timeZone, now: () => clock.now() })
      const { reportId } = row
      log.info({ ...order, reportId }, made === null ? 'report cancelled' : 'report made')
    }
  }

  #later(): Timer {
    const { clock, log } = this.#options
    return clock.after(LOOK_MS, () => {
      this.#looking = this.look()
        .catch((error: unknown) =>
          log.error({ err: error }, 'the figures could not be looked after'),
        )
        .finally(() => {
          if (!this.#isStopped) this.#timer = this.#later()
        })
    })
  }
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
}
