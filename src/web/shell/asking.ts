// Asking before what cannot be taken back, and for the reason that the audit log keeps.
import { ElMessageBox } from 'element-plus'
import { t } from '../language.ts'

export async function asked(question: string): Promise<boolean> {
  return ElMessageBox.confirm(question, {
    confirmButtonText: t('word.confirm'),
    cancelButtonText: t('word.cancel'),
    type: 'warning',
  }).then(
    () => true,
    () => false,
  )
}

/** Null where somebody thought better of it. */
export async function reasonFor(
  title: string,
  question = t('floor.reason'),
): Promise<string | null> {
  const answer = await ElMessageBox.prompt(question, title, {
    confirmButtonText: t('word.confirm'),
    cancelButtonText: t('word.cancel'),
    inputValidator: (text: string) => text.trim() !== '' && text.length <= 200,
    inputErrorMessage: t('floor.reason.missing'),
  }).catch(() => null)
  return answer === null ? null : answer.value.trim()
}
