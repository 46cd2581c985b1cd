// Every text of the pages, in both languages. The Chinese words are those of the norms' glossary; the
// compiler refuses a text that is missing in English. `{name}` marks what `text` fills in. The larger
// pages keep their texts beside them.
import { healthEn, healthZh } from './admin/health-texts.ts'
import { adminEn, adminZh } from './admin/texts.ts'
import { callsEn, callsZh } from './calls/texts.ts'
import { consoleEn, consoleZh } from './console/texts.ts'
import { floorEn, floorZh } from './floor/texts.ts'
import { recordingsEn, recordingsZh } from './recordings/texts.ts'
import { reportsEn, reportsZh } from './reports/texts.ts'
import { shellEn, shellZh } from './shell/texts.ts'

const zh = {
  'app.name': '应答',
  'app.line': '12345 政务服务便民热线',
  'language.other': 'English',
  'language.switch': '切换到英文（快捷键 L）',

  'wallboard.title': '热线实时大屏',
  'wallboard.today': '今日',
  'wallboard.fullScreen': '全屏（快捷键 F）',
  'wallboard.signOut': '退出登录',
  'wallboard.live': '实时',
  'wallboard.stopped': '已停止',
  'wallboard.clock': '热线时间',
  'wallboard.asOf': '数据时间 {time}',
  'wallboard.noDataYet': '暂无数据',
  'wallboard.curve': '{day} 每小时来电与接通率',

  'notice.connecting': '正在连接服务…',
  'notice.never': '尚未收到数据',
  'notice.stale': '数据已停止更新',
  'notice.figuresOf': '以下数字截至 {time}',
  'notice.signedOut': '登录已失效',
  'notice.signIn': '重新登录',
  'notice.forbidden': '此账号无权查看大屏',
  'notice.tokenRevoked': '此大屏的访问令牌已被撤销',
  'notice.tokenUnknown': '访问令牌无效',
  'notice.tokenDetail': '请向管理员索取新的大屏地址',
  'notice.switchesLost': '交换机失联：{names}',
  'notice.switchesLostDetail': '数字可能不完整',

  'age.seconds': '{n} 秒前',
  'age.minutes': '{n} 分钟前',
  'age.hours': '{n} 小时前',
  'age.days': '{n} 天前',

  'rate.connectRate': '人工接通率',
  'rate.connectRate.numerator': '接通',
  'rate.connectRate.denominator': '来电',
  'rate.timelyAnswerRate': '人工应答及时率',
  'rate.timelyAnswerRate.numerator': '及时应答',
  'rate.timelyAnswerRate.denominator': '应答',
  'rate.serviceLevel': '服务水平',
  'rate.target': '目标 ≥ {target}',
  'rate.met': '达标',
  'rate.missed': '未达标',
  'rate.none': '暂无',

  'figure.waiting': '排队等待',
  'figure.waiting.unit': '位来电人',
  'figure.waiting.nobody': '无人等待',
  'figure.longestWait': '最长等待',
  'figure.longestWait.calm': '正常',
  'figure.longestWait.warning': '已达 15 秒',
  'figure.longestWait.alarm': '超过 30 秒',
  'figure.avgSpeedOfAnswer': '平均应答速度',
  'figure.abandoned': '放弃',
  'figure.seconds': '{n} 秒',

  'agents.title': '坐席',
  'agents.ready': '就绪',
  'agents.offered': '振铃',
  'agents.onCall': '通话',
  'agents.onHold': '保持',
  'agents.wrapUp': '话后整理',
  'agents.notReady': '示忙',

  'queues.title': '各队列',
  'queues.queue': '队列',
  'queues.waiting': '等待',
  'queues.longestWait': '最长等待',
  'queues.connectRate': '人工接通率',
  'queues.timelyAnswerRate': '应答及时率',
  'queues.serviceLevel': '服务水平',
  'queues.avgSpeedOfAnswer': '平均应答',
  'queues.abandoned': '放弃',
  'queues.wrapUp': '话后',
  'queues.page': '第 {page} / {pages} 页',
  'queues.none': '尚未设置队列',

  'signIn.title': '登录',
  'signIn.username': '用户名',
  'signIn.password': '密码',
  'signIn.submit': '登录',
  'signIn.busy': '正在登录…',
  'signIn.blank': '请输入用户名和密码。',
  'signIn.wrong': '用户名或密码不正确。',
  'signIn.locked': '尝试次数过多，请稍后再试。',
  'signIn.refused': '服务拒绝了此请求，请从服务自身的网址打开本页。',
  'signIn.unreachable': '无法连接服务，请检查网络后重试。',
  'signIn.failed': '服务暂时出错，请稍后重试。',
  ...shellZh,
  ...consoleZh,
  ...floorZh,
  ...callsZh,
  ...recordingsZh,
  ...reportsZh,
  ...adminZh,
  ...healthZh,
} as const

export type MessageKey = keyof typeof zh

const en: Record<MessageKey, string> = {
  'app.name': 'Yingda',
  'app.line': '12345 government service hotline',
  'language.other': '中文',
  'language.switch': 'Switch to Chinese (key L)',

  'wallboard.title': 'Live hotline wallboard',
  'wallboard.today': 'Today',
  'wallboard.fullScreen': 'Full screen (key F)',
  'wallboard.signOut': 'Sign out',
  'wallboard.live': 'Live',
  'wallboard.stopped': 'Stopped',
  'wallboard.clock': 'Hotline time',
  'wallboard.asOf': 'Data of {time}',
  'wallboard.noDataYet': 'No data yet',
  'wallboard.curve': 'Calls and rates of {day} by the hour',

  'notice.connecting': 'Connecting to the service…',
  'notice.never': 'No data received yet',
  'notice.stale': 'Data stopped updating',
  'notice.figuresOf': 'As of {time}',
  'notice.signedOut': 'You have been signed out',
  'notice.signIn': 'Sign in again',
  'notice.forbidden': 'This account may not see the wallboard',
  'notice.tokenRevoked': 'This wallboard’s token was revoked',
  'notice.tokenUnknown': 'This token is not valid',
  'notice.tokenDetail': 'Ask an administrator for a new address',
  'notice.switchesLost': 'Switch lost: {names}',
  'notice.switchesLostDetail': 'Figures incomplete',

  'age.seconds': '{n} s ago',
  'age.minutes': '{n} min ago',
  'age.hours': '{n} h ago',
  'age.days': '{n} d ago',

  'rate.connectRate': 'Connect rate',
  'rate.connectRate.numerator': 'Answered',
  'rate.connectRate.denominator': 'Inbound',
  'rate.timelyAnswerRate': 'Timely answer rate',
  'rate.timelyAnswerRate.numerator': 'In time',
  'rate.timelyAnswerRate.denominator': 'Answered',
  'rate.serviceLevel': 'Service level',
  'rate.target': 'Target ≥ {target}',
  'rate.met': 'Met',
  'rate.missed': 'Missed',
  'rate.none': 'None yet',

  'figure.waiting': 'Waiting',
  'figure.waiting.unit': 'callers',
  'figure.waiting.nobody': 'Nobody waits',
  'figure.longestWait': 'Longest wait',
  'figure.longestWait.calm': 'Normal',
  'figure.longestWait.warning': '15 s reached',
  'figure.longestWait.alarm': 'Above 30 s',
  'figure.avgSpeedOfAnswer': 'Avg answer speed',
  'figure.abandoned': 'Abandoned',
  'figure.seconds': '{n} s',

  'agents.title': 'Agents',
  'agents.ready': 'Ready',
  'agents.offered': 'Ringing',
  'agents.onCall': 'On call',
  'agents.onHold': 'On hold',
  'agents.wrapUp': 'Wrap-up',
  'agents.notReady': 'Not ready',

  'queues.title': 'Queues',
  'queues.queue': 'Queue',
  'queues.waiting': 'Waiting',
  'queues.longestWait': 'Longest',
  'queues.connectRate': 'Connect rate',
  'queues.timelyAnswerRate': 'Timely answer',
  'queues.serviceLevel': 'Service lvl',
  'queues.avgSpeedOfAnswer': 'ASA',
  'queues.abandoned': 'Aband.',
  'queues.wrapUp': 'Wrap-up',
  'queues.page': 'Page {page} of {pages}',
  'queues.none': 'No queues set up yet',

  'signIn.title': 'Sign in',
  'signIn.username': 'Username',
  'signIn.password': 'Password',
  'signIn.submit': 'Sign in',
  'signIn.busy': 'Signing in…',
  'signIn.blank': 'Enter a username and a password.',
  'signIn.wrong': 'Wrong username or password.',
  'signIn.locked': 'Too many attempts. Try again later.',
  'signIn.refused': 'The service refused this request. Open the page at the service’s own address.',
  'signIn.unreachable': 'The service cannot be reached. Check the network and try again.',
  'signIn.failed': 'The service had a fault. Try again later.',
  ...shellEn,
  ...consoleEn,
  ...floorEn,
  ...callsEn,
  ...recordingsEn,
  ...reportsEn,
  ...adminEn,
  ...healthEn,
}

export const MESSAGES = { zh, en } as const
export type Language = keyof typeof MESSAGES

/** The text with its `{name}` marks filled; a mark without a value stays, so that it is seen. */
export function text(
  language: Language,
  key: MessageKey,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return MESSAGES[language][key].replace(/\{(\w+)\}/g, (mark, name: string) =>
    String(values[name] ?? mark),
  )
}
