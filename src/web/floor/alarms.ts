// What the service asked somebody to look up for, newest first; the oldest make room.
import type { LiveAlert } from '../live/live-view.ts'

export type Alarm = LiveAlert & { readonly id: number }

const ALARMS_MAX = 100

export function withAlarm(alarms: readonly Alarm[], alert: LiveAlert): readonly Alarm[] {
  const id = (alarms[0]?.id ?? 0) + 1
  return [{ ...alert, id }, ...alarms].slice(0, ALARMS_MAX)
}
