// Times as people read them on the consoles.

/** `m:ss`, or `h:mm:ss` from an hour on; never negative. */
export function timerOf(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / 1_000)
  const pad = (value: number): string => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3_600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = pad(seconds % 60)
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`
}

/** How long since an ISO time, at `now` (epoch ms); null where there is none. */
export function sinceMs(iso: string | null | undefined, now: number): number | null {
  return iso === null || iso === undefined ? null : Math.max(0, now - Date.parse(iso))
}

/** An ISO time with offset as the hotline's own wall clock shows it: `MM-DD HH:mm:ss`. */
export function clockTextOf(iso: string | null | undefined): string {
  if (iso === null || iso === undefined) return '—'
  return iso.slice(5, 19).replace('T', ' ')
}
