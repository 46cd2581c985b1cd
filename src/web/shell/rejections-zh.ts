// The refusals of the core in Chinese. The compiler misses one that has no text here.
import type { RejectionCode } from '../../core/rejections.ts'

export const REJECTIONS_ZH: Record<RejectionCode, string> = {
  unknown_agent: '没有这个坐席。',
  already_signed_in: '该坐席已经签入。',
  signed_out: '坐席尚未签入。',
  phone_unregistered: '话机尚未注册，请检查话机。',
  already_ready: '坐席已处于就绪状态。',
  offer_pending: '有来电正在振铃。',
  on_call: '坐席正在通话中。',
  in_wrap_up: '正在话后整理，请先保存通话记录。',
  not_on_call: '当前没有通话。',
  not_connected: '来电人与坐席尚未接通。',
  already_held: '通话已在保持中。',
  not_held: '通话不在保持中。',
  held_by_phone: '通话是在话机上保持的，请在话机上取回。',
  not_in_wrap_up: '当前不在话后整理状态。',
  switch_unavailable: '承载通话的交换机暂时无法连接。',
}
