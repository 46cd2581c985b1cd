// What the robots write about calls: a disposition and a sentence in Chinese, as clerks of a city hotline
// would put it. The mix is that of a service that answers most questions itself.
import type { Disposition } from '../core/inputs.ts'
import type { Random } from './random.ts'

const ANSWERED = [
  '咨询社保缴费年限，已告知查询方式。',
  '咨询居住证办理所需材料，已答复。',
  '咨询公积金提取流程，已答复并说明办理地点。',
  '询问公交线路调整情况，已告知最新公告。',
  '咨询新生儿落户手续，已答复。',
  '咨询老年人优待证办理条件，已答复。',
  '询问停水通知，已告知预计恢复时间。',
  '咨询医保异地就医备案，已指导线上办理。',
] as const

const WORK_ORDERS = [
  '反映小区夜间施工噪音扰民，已登记派单。',
  '反映路灯不亮影响出行，已登记派单。',
  '投诉餐饮店油烟直排，已登记派单。',
  '反映路面井盖破损，存在安全隐患，已派单。',
  '反映垃圾清运不及时，已登记派单。',
  '求助拖欠工资问题，已登记转人社部门。',
] as const

const OTHERS = {
  transferred: ['涉及专业业务，已转接专席。'],
  out_of_scope_referred: [
    '不属于受理范围，已告知拨打相应热线。',
    '涉及司法途径，已告知法律援助电话。',
  ],
  declined_with_explanation: ['诉求已多次答复，已作解释说明。'],
} as const

const RARE = ['transferred', 'out_of_scope_referred', 'declined_with_explanation'] as const

export interface WriteUp {
  readonly disposition: Disposition
  readonly summary: string
}

/** Short talks are wrong numbers and broken connections; nobody is made to invent more. */
export function writeUp(random: Random, talkMs: number, isMuteCaller: boolean): WriteUp {
  if (isMuteCaller) return { disposition: 'silent', summary: '来电无声，礼貌结束通话。' }
  if (talkMs < 4_000) return { disposition: 'dropped', summary: '通话中断，未能了解诉求。' }
  if (talkMs < 16_000) return { disposition: 'wrong_number', summary: '市民拨错号码。' }
  const draw = random.next()
  if (draw < 0.58) return { disposition: 'answered', summary: random.pick(ANSWERED) }
  if (draw < 0.9) return { disposition: 'work_order', summary: random.pick(WORK_ORDERS) }
  const disposition = random.pick(RARE)
  return { disposition, summary: random.pick(OTHERS[disposition]) }
}
