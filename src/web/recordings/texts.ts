// What the recordings page says.

export const recordingsZh = {
  'recordings.begun': '开始时间',
  'recordings.length': '时长',
  'recordings.lengthMin': '最短（秒）',
  'recordings.status': '状态',
  'recordings.play': '播放',
  'recordings.player': '录音播放',
  'recordings.speed': '倍速',
  'recordings.seek': '播放位置',
  'recordings.channels': '左：来电人　右：坐席',
  'recordings.audited': '每次播放都会记入审计日志。',
  'recordings.notPlayable': '该录音未通过校验，无法播放：{reason}',
  'recordings.empty': '没有符合条件的录音。',
  'recordings.empty.next': '可放宽时间范围或清空条件。',
  'recordings.reason': '原因',
  'recordings.marks': '标记',
} as const

export const recordingsEn: Record<keyof typeof recordingsZh, string> = {
  'recordings.begun': 'Begun',
  'recordings.length': 'Length',
  'recordings.lengthMin': 'At least (s)',
  'recordings.status': 'Status',
  'recordings.play': 'Play',
  'recordings.player': 'Recording',
  'recordings.speed': 'Speed',
  'recordings.seek': 'Position',
  'recordings.channels': 'Left: caller. Right: agent.',
  'recordings.audited': 'Every play is kept in the audit log.',
  'recordings.notPlayable': 'This recording was not verified and cannot be played: {reason}',
  'recordings.empty': 'No recordings fit.',
  'recordings.empty.next': 'Widen the period or clear the filters.',
  'recordings.reason': 'Reason',
  'recordings.marks': 'Marks',
}
