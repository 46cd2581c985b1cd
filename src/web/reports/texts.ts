// What the reports page says.

export const reportsZh = {
  'reports.day': '日期',
  'reports.total': '全热线',
  'reports.asOf': '统计时间 {time}',
} as const

export const reportsEn: Record<keyof typeof reportsZh, string> = {
  'reports.day': 'Day',
  'reports.total': 'Whole hotline',
  'reports.asOf': 'Worked out {time}',
}
