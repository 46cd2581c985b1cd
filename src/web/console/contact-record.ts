// The record of one call while it is being written: kept at the service as a draft a moment after each
// change, so that neither a reload nor a lost connection costs a word; saved when the agent says so.
import { onUnmounted, reactive, ref, shallowRef, watch } from 'vue'
import { type ContactRecordFields, EMPTY_FIELDS } from '../../core/contact-records.ts'
import { ApiFault, get, post, put } from '../api.ts'
import { faultText } from '../shell/faults.ts'

interface Reply {
  readonly record: ContactRecordFields & { readonly version: number; readonly status: string }
  readonly categoryPath: readonly string[]
  readonly handling: { unit: string | null; mode: string; deadlineClass: string } | null
  readonly repeats: readonly {
    callId: string
    calledAt: string
    content: string | null
    disposition: string | null
  }[]
}

/** From the last key to the draft. */
const AUTOSAVE_MS = 1_500
const NAMES = Object.keys(EMPTY_FIELDS) as (keyof ContactRecordFields)[]

export class ContactRecordDraft {
  readonly fields = reactive<ContactRecordFieldsDraft>({ ...EMPTY_FIELDS, questions: [] })
  readonly reply = shallowRef<Reply | null>(null)
  readonly fault = ref<string | null>(null)
  /** What keeps the record from being saved, by field. */
  readonly missing = ref<ReadonlyMap<string, string>>(new Map())
  #callId: string | null = null
  /** Each field as the service has it, as JSON. */
  #kept: Partial<Record<keyof ContactRecordFields, string>> = {}
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What is being sent; each waits for the one before, or it would name a version that is old by then. */
  #sending: Promise<unknown> = Promise.resolve()

  /** Leaves the record before and reads the one of this call; null: there is no call to write about. */
  async open(callId: string | null): Promise<void> {
    this.stop()
    this.#callId = callId
    this.#kept = {}
    this.missing.value = new Map()
    this.fault.value = null
    this.reply.value = null
    Object.assign(this.fields, { ...EMPTY_FIELDS, questions: [] })
    if (callId === null) return
    try {
      this.#take(callId, await get<Reply>(this.#path()))
    } catch (error) {
      this.fault.value = faultText(error)
    }
  }

  /** Something was typed: the draft is kept once the typing pauses. */
  touched(): void {
    this.stop()
    this.#timer = setTimeout(() => void this.#inTurn(() => this.#keep()), AUTOSAVE_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** True once it is saved; otherwise `missing` or `fault` says why not. */
  save(endWrapUp: boolean): Promise<boolean> {
    this.stop()
    return this.#inTurn(() => this.#save(endWrapUp))
  }

  #inTurn<Result>(deed: () => Promise<Result>): Promise<Result> {
    const turn = this.#sending.then(deed)
    this.#sending = turn
    return turn
  }

  async #save(endWrapUp: boolean): Promise<boolean> {
    const callId = this.#callId
    if (callId === null) return false
    try {
      const body = { version: this.#version(), changes: this.#changes(), endWrapUp }
      this.#take(callId, await post<Reply>(this.#path('/save'), body))
      this.missing.value = new Map()
      this.fault.value = null
      return true
    } catch (error) {
      const details = error instanceof ApiFault && error.status === 422 ? error.details : []
      this.missing.value = new Map(details.map(({ path, message }) => [lastOf(path), message]))
      this.fault.value = details.length === 0 ? faultText(error) : null
      return false
    }
  }

  async #keep(): Promise<void> {
    const callId = this.#callId
    const changes = this.#changes()
    const isSaved = this.reply.value?.record.status === 'saved'
    if (callId === null || isSaved || Object.keys(changes).length === 0) return
    try {
      const body = { version: this.#version(), changes }
      this.#take(callId, await put<Reply>(this.#path('/draft'), body))
      this.fault.value = null
    } catch (error) {
      this.fault.value = faultText(error)
    }
  }

  /** An answer about the call before says nothing of this one. */
  #take(callId: string, reply: Reply): void {
    if (callId !== this.#callId) return
    this.reply.value = reply
    for (const name of NAMES) {
      const before = this.#kept[name]
      // What was typed since the draft was sent stays.
      const isTouched = before !== undefined && JSON.stringify(this.fields[name]) !== before
      if (!isTouched) Object.assign(this.fields, { [name]: reply.record[name] })
      this.#kept[name] = JSON.stringify(reply.record[name])
    }
  }

  #changes(): Partial<ContactRecordFields> {
    const changed = NAMES.filter((name) => JSON.stringify(this.fields[name]) !== this.#kept[name])
    return Object.fromEntries(changed.map((name) => [name, emptyToNull(this.fields[name])]))
  }

  #version(): number {
    return this.reply.value?.record.version ?? 0
  }

  #path(action = ''): string {
    return `/me/contact-records/${encodeURIComponent(this.#callId ?? '')}${action}`
  }
}

/** The record of the call that `callId` names at the moment. */
export function useContactRecord(callId: () => string | null): ContactRecordDraft {
  const draft = new ContactRecordDraft()
  watch(callId, (id) => void draft.open(id), { immediate: true })
  watch(draft.fields, () => draft.touched())
  onUnmounted(() => draft.stop())
  return draft
}

type ContactRecordFieldsDraft = {
  -readonly [Name in keyof ContactRecordFields]: ContactRecordFields[Name]
}

function emptyToNull<Value>(value: Value): Value | null {
  return typeof value === 'string' && value.trim() === '' ? null : value
}

function lastOf(path: string): string {
  return path.split('.').at(-1) ?? path
}
