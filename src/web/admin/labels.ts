// Names of the configuration's fields and of their values. A field is looked up by its path from the
// form's top, the most exact name first: `routing.strategy`, then `strategy`.
import { language } from '../language.ts'
import { FIELD_HINTS, FIELD_LABELS, VALUE_LABELS } from './field-labels.ts'

type Bilingual = readonly [zh: string, en: string]

function inLanguage([zh, en]: Bilingual): string {
  return language.value === 'zh' ? zh : en
}

function found(path: readonly string[], texts: Readonly<Record<string, Bilingual>>) {
  // The numbers of a list's rows say nothing about the field.
  const names = path.filter((name) => !/^\d+$/.test(name))
  for (let from = 0; from < names.length; from += 1) {
    const text = texts[names.slice(from).join('.')]
    if (text !== undefined) return text
  }
  return null
}

export function fieldLabel(path: readonly string[]): string {
  const text = found(path, FIELD_LABELS)
  const last = path.at(-1) ?? ''
  return text === null ? last : inLanguage(text)
}

export function fieldHint(path: readonly string[]): string | null {
  const text = found(path, FIELD_HINTS)
  return text === null ? null : inLanguage(text)
}

/** Whether the field has a name for people; a test asks this of every field that a form can show. */
export function hasLabel(path: readonly string[]): boolean {
  return found(path, FIELD_LABELS) !== null
}

export function valueLabel(field: string, value: string | number): string {
  const text = VALUE_LABELS[`${field}.${value}`] ?? VALUE_LABELS[String(value)]
  return text === undefined ? String(value) : inLanguage(text)
}
