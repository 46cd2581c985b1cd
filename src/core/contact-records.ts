// What is written down of a call (R-023 … R-027): who called, what about, what they were told and on what
// grounds. A record grows as a draft while the agent listens, is saved once it is whole, and after that is
// only put right with a reason. `transition` decides what is whole; where it is kept is not its business.
import type { CategoryId } from './categories.ts'
import type { Disposition } from './inputs.ts'
import { OF_NOBODY } from './wrap-ups.ts'

export const SALUTATIONS = ['mr', 'ms'] as const
export const APPEAL_TYPES = [
  'consult',
  'help',
  'complaint',
  'suggestion',
  'report',
  'praise',
  'other',
] as const
/** On what an answer rests; `none` on an answered question is looked at by QA. */
export const ANSWER_BASES = ['kb', 'bulletin', 'shift_leader', 'unit', 'none'] as const
export const QUESTION_STATUSES = [
  'answered',
  'referred',
  'declined',
  'work_order',
  'to_be_called_back',
] as const
export const RECORD_STATUSES = ['draft', 'saved'] as const

export type Salutation = (typeof SALUTATIONS)[number]
export type AppealType = (typeof APPEAL_TYPES)[number]
export type AnswerBasis = (typeof ANSWER_BASES)[number]
export type QuestionStatus = (typeof QUESTION_STATUSES)[number]
export type RecordStatus = (typeof RECORD_STATUSES)[number]

/** One thing the caller wanted to know; a call may bring several. */
export interface Question {
  readonly question: string
  readonly answer: string | null
  readonly basis: AnswerBasis | null
  /** Null only in a draft: no question may be left without. */
  readonly status: QuestionStatus | null
}

export interface ContactRecordFields {
  readonly callerName: string | null
  readonly callerSurname: string | null
  readonly salutation: Salutation | null
  /** Why the caller gave no name; an anonymous caller is served like any other. */
  readonly nameRefusedReason: string | null
  readonly callerUnitOrAddress: string | null
  readonly addressRefusedReason: string | null
  readonly contactPhone: string | null
  readonly content: string | null
  readonly appealType: AppealType | null
  readonly categoryId: CategoryId | null
  readonly questions: readonly Question[]
  readonly disposition: Disposition | null
  readonly answerBasis: AnswerBasis | null
  /** The article, the bulletin's number, who was asked. */
  readonly answerSource: string | null
  /** For `out_of_scope_referred` and `refused`: the question in short, and where to turn. */
  readonly questionSummary: string | null
  readonly referredDepartment: string | null
  readonly advice: string | null
  /** For `declined_with_explanation`: what the caller was told. */
  readonly explanation: string | null
  /** The caller was told how the matter is handled and by when. */
  readonly promiseTold: boolean | null
}

export const EMPTY_FIELDS: ContactRecordFields = {
  callerName: null,
  callerSurname: null,
  salutation: null,
  nameRefusedReason: null,
  callerUnitOrAddress: null,
  addressRefusedReason: null,
  contactPhone: null,
  content: null,
  appealType: null,
  categoryId: null,
  questions: [],
  disposition: null,
  answerBasis: null,
  answerSource: null,
  questionSummary: null,
  referredDepartment: null,
  advice: null,
  explanation: null,
  promiseTold: null,
}

export interface ContactRecord {
  readonly status: RecordStatus
  readonly version: number
  readonly fields: ContactRecordFields
}

/** What is left out, or undefined, stays. */
export type RecordChanges = {
  readonly [Name in keyof ContactRecordFields]?: ContactRecordFields[Name] | undefined
}

/** `version` is the one the writer has seen. `isOpen`: the call or its wrap-up is still going on. */
export type RecordAction =
  | {
      readonly type: 'autosave'
      readonly version: number
      readonly changes: RecordChanges
    }
  | {
      readonly type: 'save'
      readonly version: number
      readonly isOpen: boolean
      readonly changes: RecordChanges
    }
  | {
      readonly type: 'correct'
      readonly version: number
      readonly reason: string
      readonly changes: RecordChanges
    }

export const RECORD_REFUSALS = {
  version_conflict: 'The record has been changed meanwhile; read it again.',
  record_saved: 'The record is saved; put it right with a reason.',
  record_not_saved: 'The record is a draft; save it.',
  nothing_changed: 'The correction changes nothing.',
  record_incomplete: 'The record is not complete.',
} as const
export type RecordRefusalCode = keyof typeof RECORD_REFUSALS

export interface RecordFault {
  /** A field, or `questions.0.status`. */
  readonly path: string
  readonly message: string
}

export type RecordOutcome =
  | { readonly ok: true; readonly record: ContactRecord }
  | {
      readonly ok: false
      readonly code: RecordRefusalCode
      /** For `record_incomplete`: every fault. */
      readonly faults: readonly RecordFault[]
    }

export function transition(record: ContactRecord, action: RecordAction): RecordOutcome {
  if (action.version !== record.version) return refused('version_conflict')
  const fields = changed(record.fields, action.changes)
  const version = record.version + 1
  switch (action.type) {
    case 'autosave':
      if (record.status === 'saved') return refused('record_saved')
      return { ok: true, record: { status: 'draft', version, fields } }
    case 'save':
      if (record.status === 'saved' && !action.isOpen) return refused('record_saved')
      return whole(version, fields)
    case 'correct':
      if (record.status !== 'saved') return refused('record_not_saved')
      if (changedFields(record.fields, fields).length === 0) return refused('nothing_changed')
      return whole(version, fields)
  }
}

function changed(fields: ContactRecordFields, changes: RecordChanges): ContactRecordFields {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return { ...fields, ...(Object.fromEntries(given) as Partial<ContactRecordFields>) }
}

function whole(version: number, fields: ContactRecordFields): RecordOutcome {
  const faults = faultsIn(fields)
  if (faults.length > 0) return refused('record_incomplete', faults)
  return { ok: true, record: { status: 'saved', version, fields } }
}

function refused(code: RecordRefusalCode, faults: readonly RecordFault[] = []): RecordOutcome {
  return { ok: false, code, faults }
}

/** What keeps a record from being saved. A call that served nobody needs its disposition alone. */
export function faultsIn(fields: ContactRecordFields): RecordFault[] {
  const { disposition } = fields
  if (disposition === null) return [{ path: 'disposition', message: 'Say how the call came out.' }]
  if (OF_NOBODY.has(disposition)) return []
  const faults: RecordFault[] = []
  const need = (isThere: boolean, path: string, message: string): void => {
    if (!isThere) faults.push({ path, message })
  }
  const { callerName, callerSurname, nameRefusedReason } = fields
  const hasName = isFilled(callerName) || isFilled(callerSurname) || isFilled(nameRefusedReason)
  const { callerUnitOrAddress, addressRefusedReason } = fields
  const hasAddress = isFilled(callerUnitOrAddress) || isFilled(addressRefusedReason)
  need(hasName, 'callerName', 'A name, or why none was given.')
  need(hasAddress, 'callerUnitOrAddress', 'A unit or an address, or why none was given.')
  need(isFilled(fields.contactPhone), 'contactPhone', 'A number to call back.')
  need(isFilled(fields.content), 'content', 'What the call was about.')
  need(fields.appealType !== null, 'appealType', 'What kind of appeal it is.')
  need(isFilled(fields.categoryId), 'categoryId', 'A category.')
  fields.questions.forEach(({ status }, place) => {
    need(status !== null, `questions.${place}.status`, 'No question is left without a status.')
  })
  return [...faults, ...faultsOfDisposition(disposition, fields)]
}

function faultsOfDisposition(disposition: Disposition, fields: ContactRecordFields): RecordFault[] {
  const hasReferral = isFilled(fields.referredDepartment) || isFilled(fields.advice)
  const faults: RecordFault[] = []
  if (disposition === 'out_of_scope_referred' && !isFilled(fields.questionSummary)) {
    faults.push({ path: 'questionSummary', message: 'The question in short.' })
  }
  const refers = disposition === 'out_of_scope_referred' || disposition === 'refused'
  if (refers && !hasReferral) {
    const message = 'Nobody is turned away without a department or advice where to turn.'
    faults.push({ path: 'referredDepartment', message })
  }
  if (disposition === 'declined_with_explanation' && !isFilled(fields.explanation)) {
    faults.push({ path: 'explanation', message: 'What the caller was told.' })
  }
  if (disposition === 'answered' && fields.answerBasis === null) {
    faults.push({ path: 'answerBasis', message: 'What the answer rests on.' })
  }
  const isCase = disposition === 'work_order' || fields.appealType === 'complaint'
  if (isCase && fields.promiseTold === null) {
    faults.push({ path: 'promiseTold', message: 'Whether the caller was told by when.' })
  }
  return faults
}

/** Names of the fields whose values differ. */
export function changedFields(
  before: ContactRecordFields,
  after: ContactRecordFields,
): readonly (keyof ContactRecordFields)[] {
  const names = Object.keys(EMPTY_FIELDS) as (keyof ContactRecordFields)[]
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

/** Answered without saying on what grounds: for QA. */
export function lacksBasis(fields: ContactRecordFields): boolean {
  const isAnswered = fields.disposition === 'answered' && fields.answerBasis === 'none'
  return (
    isAnswered || fields.questions.some((one) => one.status === 'answered' && one.basis === 'none')
  )
}

function isFilled(text: string | null): boolean {
  return text !== null && text.trim() !== ''
}
