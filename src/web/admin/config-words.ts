// Changes of the configuration in words: where a field stands, and what it holds.
import type { Json } from '../../core/config-history.ts'
import { t } from '../language.ts'
import { fieldLabel, valueLabel } from './labels.ts'

/** `hold.prolongedMs`: the name of the policy, then the field's. */
export function placeText(field: string): string {
  const names = field.split('.')
  return names.map((_name, at) => fieldLabel(names.slice(0, at + 1))).join(' › ')
}

export function valueText(field: string, value: Json): string {
  if (value === null || value === '') return '—'
  if (typeof value === 'boolean') return t(value ? 'word.yes' : 'word.no')
  const name = field.split('.').at(-1) ?? ''
  if (typeof value === 'string') return valueLabel(name, value)
  if (typeof value === 'number') {
    const isMs = /Ms(Max|Min)?$/.test(name)
    return isMs ? `${value / 1_000} ${t('admin.seconds')}` : valueLabel(name, value)
  }
  if (Array.isArray(value)) {
    return value.map((one: Json) => valueText(field, one)).join('、') || '—'
  }
  const parts = Object.entries(value).map(
    ([part, held]) => `${fieldLabel([part])} ${valueText(part, held)}`,
  )
  return `（${parts.join('，')}）`
}
