// The reasons for being away as the administrators have set them up, asked for once per page. Built-in
// ones that nobody has renamed are shown in the language of the page.
import { computed, onMounted, shallowRef } from 'vue'
import { BUILT_IN_REASONS } from '../../core/agent-policy.ts'
import { get } from '../api.ts'
import { t } from '../language.ts'
import { MESSAGES, type MessageKey } from '../messages.ts'
import { showFault } from '../shell/faults.ts'

export interface Reason {
  readonly reasonId: string
  readonly name: string
  readonly isActive: boolean
}

const known = shallowRef<readonly Reason[]>([])

/** A reason in words, also one that only the system gives; an unknown one as it is. */
export function reasonText(reasonId: string): string {
  const name = known.value.find((reason) => reason.reasonId === reasonId)?.name
  const builtIn = BUILT_IN_REASONS.find((reason) => reason.reasonId === reasonId)?.name
  const key = `reason.${reasonId}`
  if (key in MESSAGES.zh && (name === undefined || name === builtIn)) return t(key as MessageKey)
  return name ?? reasonId
}

/** Those that may be chosen, in the administrators' order. */
export function useReasons() {
  onMounted(async () => {
    try {
      known.value = (await get<{ reasons: Reason[] }>('/not-ready-reasons')).reasons
    } catch (error) {
      showFault(error)
    }
  })
  return { choices: computed(() => known.value.filter(({ isActive }) => isActive)) }
}
