// What went wrong, in the reader's language, and where it is said: as a message that goes away by itself,
// or as text beside what was tried.
import { ElMessage } from 'element-plus'
import { CONFLICTS, type ConflictCode } from '../../core/conflicts.ts'
import { REJECTIONS } from '../../core/rejections.ts'
import { ApiFault } from '../api.ts'
import { language, t } from '../language.ts'
import { CONFLICTS_ZH, REJECTIONS_ZH } from './rejections-zh.ts'

const KNOWN = {
  unreachable: 'fault.unreachable',
  forbidden: 'fault.forbidden',
  internal_error: 'fault.internal_error',
  wrong_password: 'fault.wrong_password',
  too_many_attempts: 'fault.too_many_attempts',
  changed_since: 'fault.changed_since',
  cannot_roll_back: 'fault.cannot_roll_back',
} as const

/** The closed list's own words where it has some, the service's message otherwise. */
export function faultText(error: unknown): string {
  if (!(error instanceof ApiFault)) return t('fault.internal_error')
  const { code, details, message } = error
  if (code in REJECTIONS) {
    const rejected = code as keyof typeof REJECTIONS
    return language.value === 'zh' ? REJECTIONS_ZH[rejected] : REJECTIONS[rejected]
  }
  if (code in CONFLICTS) {
    const conflict = code as ConflictCode
    const text = language.value === 'zh' ? CONFLICTS_ZH[conflict] : CONFLICTS[conflict]
    // Which numbers, queues or agents they are.
    const ids = details.map(({ path }) => path).join('、')
    return ids === '' ? text : `${text}（${ids}）`
  }
  if (code === 'invalid_request' && details.length > 0) {
    const list = details.map((detail) => `${detail.path} ${detail.message}`).join('；')
    return t('fault.invalid_request', { details: list })
  }
  const key = KNOWN[code as keyof typeof KNOWN]
  return key === undefined ? t('fault.other', { message }) : t(key)
}

export function showFault(error: unknown): void {
  ElMessage({ type: 'error', message: faultText(error), duration: 6_000, showClose: true })
}

export function showDone(message: string): void {
  ElMessage({ type: 'success', message, duration: 2_500 })
}

/** Does it, says so where it went wrong, and returns whether it went well. */
export async function attempt(deed: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await deed()
    if (done !== undefined) showDone(done)
    return true
  } catch (error) {
    showFault(error)
    return false
  }
}
