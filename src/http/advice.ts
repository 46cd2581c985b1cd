// Makes the advice on staffing anew after what it rests on was changed.
import { dayOf } from '../core/days.ts'
import { adviseStaffing } from '../store/forecasts.ts'
import type { AppOptions } from './context.ts'

export async function adviseToday({
  db,
  clock,
  timeZone,
  reloadConfig,
}: Pick<AppOptions, 'db' | 'clock' | 'timeZone' | 'reloadConfig'>): Promise<void> {
  const at = clock.now()
  await adviseStaffing(db, { today: dayOf(at, timeZone), timeZone, at })
  await reloadConfig()
}
