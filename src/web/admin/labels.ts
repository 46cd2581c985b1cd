// Names of the configuration's fields and of their values. A field is looked up by its path from the
// form's top, the most exact name first: `routing.strategy`, then `strategy`.
import { language } from '../language.ts'
import { type Bilingual, FIELD_HINTS, FIELD_LABELS, namedIn, VALUE_LABELS } from './field-labels.ts'

function inLanguage([zh, en]: Bilingual): string {
  return language.value === 'zh' ? zh : en
}

export function fieldLabel(path: readonly string[]): string {
  const text = namedIn(path, FIELD_LABELS)
  const last = path.at(-1) ?? ''
  return text === null ? last : inLanguage(text)
}

export function fieldHint(path: readonly string[]): string | null {
  const text = namedIn(path, FIELD_HINTS)
  return text === null ? null : inLanguage(text)
}

export function valueLabel(field: string, value: string | number): string {
  const text = VALUE_LABELS[`${field}.${value}`] ?? VALUE_LABELS[String(value)]
  return text === undefined ? String(value) : inLanguage(text)
}
