// The configuration's fields in Chinese and English. A field that has no name here fails a test.

export type Bilingual = readonly [zh: string, en: string]

export const FIELD_LABELS: Readonly<Record<string, Bilingual>> = {
  queueId: ['队列', 'Queue'],
  name: ['名称', 'Name'],
  requiredSkills: ['必备技能', 'Required skills'],
  priority: ['优先级', 'Priority'],
  waitingMax: ['最多排队人数', 'Callers waiting at most'],
  joinWhenEmpty: ['无人签入时仍可排队', 'May wait when no agent is signed in'],
  ringMsMax: ['振铃时限', 'Ring limit'],
  answerMsMax: ['及时应答时限', 'Timely answer limit'],
  holdWarningMs: ['保持预警', 'Hold warning'],
  holdMsMax: ['保持时限', 'Hold limit'],
  wrapUpMsMax: ['话后整理时限', 'Wrap-up limit'],
  number: ['号码', 'Number'],
  skillId: ['技能', 'Skill'],
  skills: ['技能', 'Skills'],
  agentId: ['坐席工号', 'Agent'],
  username: ['用户名', 'User name'],
  role: ['角色', 'Role'],
  password: ['密码', 'Password'],
  isDisabled: ['停用', 'Disabled'],
  disabledAt: ['停用时间', 'Disabled since'],
  trunkId: ['中继', 'Trunk'],
  isEnabled: ['启用', 'Enabled'],
  addresses: ['来源地址', 'Source addresses'],
  callsMax: ['最多并发通话', 'Calls at most'],
  callsPerSecondMax: ['每秒最多呼叫', 'Calls per second at most'],
  reason: ['原因', 'Reason'],
  approvedBy: ['批准人', 'Approved by'],
  grantedBy: ['授权人', 'Granted by'],
  ground: ['依据', 'Ground'],
  expiresAt: ['到期时间', 'Expires'],
  address: ['地址', 'Address'],
  failures: ['失败次数', 'Failures'],
  until: ['截止时间', 'Until'],
  isInForce: ['生效中', 'In force'],
  transport: ['传输', 'Transport'],
  isBrowser: ['网页话机', 'Browser phone'],
  userAgent: ['话机型号', 'Phone'],
  latencyMs: ['时延（毫秒）', 'Latency (ms)'],
  waiting: ['排队体验', 'While waiting'],
  language: ['语言', 'Language'],
  greeting: ['欢迎语', 'Greeting'],
  comfort: ['安抚提示音', 'Comfort prompt'],
  promptEveryMs: ['提示间隔', 'Prompt every'],
  newsEveryMs: ['位置与时间播报间隔', 'Position and estimate every'],
  saysPosition: ['播报排队位置', 'Says the position'],
  saysEstimate: ['播报预计等待', 'Says the estimate'],
  keysAfterMs: ['何时提示按键', 'Offers keys after'],
  keys: ['按键', 'Keys'],
  digit: ['按键', 'Key'],
  action: ['动作', 'Action'],
  prompt: ['提示音', 'Prompt'],
  messageMsMax: ['留言最长', 'Message at most'],
  survey: ['满意度调查', 'Survey'],
  unitId: ['单位', 'Department'],
  phones: ['电话', 'Phones'],
  label: ['说明', 'Label'],
  isEmergency: ['紧急单位', 'Emergency service'],
  retry: ['未接重拨', 'After no answer'],
  afterMs: ['之后', 'After'],
  attemptsMin: ['至少再拨次数', 'Further attempts at least'],
  skillLevels: ['技能等级', 'Skill levels'],
  languages: ['语言等级', 'Languages'],
  routing: ['分配策略', 'Routing'],
  strategy: ['策略', 'Strategy'],
  languageLevelMin: ['语言最低等级', 'Language level at least'],
  preferredSkills: ['优先技能', 'Preferred skills'],
  tiers: ['梯队', 'Tiers'],
  weight: ['权重', 'Weight'],
  ageingMs: ['每等待多久提升一级', 'One step of priority every'],
  steps: ['逐步放宽', 'Widening steps'],
  estimateMsMin: ['预计等待达到', 'From this expected wait'],
  serviceLevelMin: ['及时率低于', 'Below this service level'],
  expiresMs: ['有效时长', 'Lasts'],
  dropSkills: ['不再要求的技能', 'Skills no longer asked for'],
  levelMax: ['等级要求上限', 'Levels asked for at most'],
  isAnyLanguage: ['不限语言', 'Any language'],
  addSkills: ['增加具备这些技能的坐席', 'Agents with these skills join'],
  addQueueIds: ['增加这些队列的坐席', 'Agents of these queues join'],
  ringAllMax: ['同时振铃上限', 'Phones rung at once'],
  hold: ['保持', 'Hold'],
  beginPromptBy: ['开始语由谁说', 'Who says the begin phrase'],
  endPromptBy: ['结束语由谁说', 'Who says the end phrase'],
  music: ['音乐', 'Music'],
  reassuranceMs: ['安抚提示间隔', 'Reassurance every'],
  prolongedMs: ['过长保持', 'Prolonged after'],
  prolongedAction: ['过长时的处理', 'When prolonged'],
  wrapUp: ['话后整理', 'Wrap-up'],
  mode: ['方式', 'Mode'],
  extensionMs: ['每次延长', 'One extension'],
  extensionsMax: ['最多延长次数', 'Extensions at most'],
  offering: ['派话', 'Offering'],
  missedOffersMax: ['未接几次后示忙', 'Not ready after this many missed'],
  allowReject: ['允许拒接', 'May reject'],
  autoAnswer: ['自动应答', 'Auto-answer'],
  whisperPrompt: ['接通前耳语提示', 'Whisper before the call'],
  at: ['时间', 'At'],
  actor: ['操作人', 'Who'],
  entity: ['对象', 'What'],
  entityId: ['对象编号', 'Id'],
  ip: ['来源地址', 'Address'],
  details: ['详情', 'Details'],
  isOn: ['开启', 'On'],
  scale: ['评分档位', 'Scale'],
}

export const FIELD_HINTS: Readonly<Record<string, Bilingual>> = {
  ringMsMax: ['规范：铃响三声（每声 5 秒）内应答', 'The norms: answer within three rings of 5 s'],
  answerMsMax: ['规范：15 秒内应答计为及时', 'The norms: an answer within 15 s is timely'],
  holdMsMax: ['规范：不得让来电人等待超过 30 秒', 'The norms: no caller waits above 30 s'],
}

/** By field and value, or by the value alone where it means the same everywhere. */
export const VALUE_LABELS: Readonly<Record<string, Bilingual>> = {
  'role.agent': ['话务员', 'Agent'],
  'role.shift_leader': ['班长', 'Shift leader'],
  'role.qa_inspector': ['质检员', 'QA inspector'],
  'role.wallboard': ['大屏账号', 'Wallboard'],
  'role.admin': ['管理员', 'Administrator'],
  'strategy.longest_idle': ['最长空闲', 'Longest idle'],
  'strategy.most_skilled': ['最高技能', 'Most skilled'],
  'strategy.fewest_calls': ['接话最少', 'Fewest calls'],
  'strategy.least_talk_time': ['通话时间最短', 'Least talk time'],
  'strategy.round_robin': ['轮流', 'Round robin'],
  'strategy.top_down': ['按梯队', 'Top down'],
  'strategy.random': ['随机', 'Random'],
  'strategy.ring_all': ['同时振铃', 'Ring all'],
  'strategy.last_agent': ['上次坐席优先', 'Last agent'],
  true: ['是', 'Yes'],
  false: ['否', 'No'],
}

/** The text of a field's path, the most exact name first. */
export function namedIn(
  path: readonly string[],
  texts: Readonly<Record<string, Bilingual>>,
): Bilingual | null {
  // The numbers of a list's rows say nothing about the field.
  const names = path.filter((name) => !/^\d+$/.test(name))
  for (let from = 0; from < names.length; from += 1) {
    const text = texts[names.slice(from).join('.')]
    if (text !== undefined) return text
  }
  return null
}

/** Whether the field has a name for people; a test asks this of every field that a form can show. */
export function hasLabel(path: readonly string[]): boolean {
  return namedIn(path, FIELD_LABELS) !== null
}
