// What a caller has been told while waiting, as the call remembers it.

import type { Digit } from './inputs.ts'

export interface Told {
  /** When the last prompt began. */
  readonly promptedAt: number | null
  /** When place, estimate or keys were last said. */
  readonly newsAt: number | null
  /** Begun, and as far as we know not over. */
  readonly speakingSince: number | null
  readonly comforts: number
  /** How many were last said to be ahead. */
  readonly ahead: number | null
  /** The last key that means something to the queue. */
  readonly wish: Digit | null
}

export const NOTHING_TOLD: Told = {
  promptedAt: null,
  newsAt: null,
  speakingSince: null,
  comforts: 0,
  ahead: null,
  wish: null,
}
