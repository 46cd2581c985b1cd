// The language of the pages: Chinese until somebody chooses English, then what was chosen last on this
// browser. Where the browser forbids storage the choice lasts as long as the page.
import { ref, watchEffect } from 'vue'
import { type Language, type MessageKey, text } from './messages.ts'

const STORAGE_KEY = 'yingda.language'

function remembered(): Language {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

export const language = ref<Language>(remembered())

watchEffect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en'
})

export function toggleLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh'
  try {
    localStorage.setItem(STORAGE_KEY, language.value)
  } catch {
    // Nothing is lost but the memory of the choice.
  }
}

/** The text in the language of the page; re-renders with it. */
export function t(key: MessageKey, values?: Readonly<Record<string, string | number>>): string {
  return text(language.value, key, values)
}
