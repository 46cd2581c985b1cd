// Which events one connection has asked for. CUSTOM comes last in the list: every word after it is a
// subclass. Filters are answered but not applied; nothing of ours sets any.

/** What FreeSWITCH knows as events, as far as anything here or its clients could name them. */
const EVENT_NAMES = new Set(
  [
    'CUSTOM CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER',
    'CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD',
    'CHANNEL_UNHOLD CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA',
    'CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK CHANNEL_APPLICATION CHANNEL_ORIGINATE CHANNEL_UUID',
    'CHANNEL_DATA API LOG BACKGROUND_JOB MESSAGE DTMF HEARTBEAT SHUTDOWN CALL_UPDATE CODEC',
    'PLAYBACK_START PLAYBACK_STOP RECORD_START RECORD_STOP MEDIA_BUG_START MEDIA_BUG_STOP',
    'PRIVATE_COMMAND RE_SCHEDULE PRESENCE_IN',
  ].flatMap((line) => line.split(' ')),
)

export class Subscription {
  format: 'json' | 'plain' = 'plain'
  #isAll = false
  readonly #names = new Set<string>()
  readonly #subclasses = new Set<string>()

  includes(name: string, subclass: string | null): boolean {
    if (this.#isAll) return true
    if (!this.#names.has(name)) return false
    return name !== 'CUSTOM' || (subclass !== null && this.#subclasses.has(subclass))
  }

  /** `json NAME NAME CUSTOM subclass subclass`; answers what the command answers. */
  add(args: string): string {
    const words = args.split(/\s+/).filter((word) => word !== '')
    const [format] = words
    const isFormat = format === 'json' || format === 'plain'
    if (format === 'xml') return '-ERR xml is not simulated'
    const added = this.#each(isFormat ? words.slice(1) : words, (names, name) => names.add(name))
    if (!added) return '-ERR no keywords supplied'
    if (isFormat) this.format = format
    return `+OK event listener enabled ${this.format}`
  }

  remove(args: string): string {
    const words = args.split(/\s+/).filter((word) => word !== '')
    return this.#each(words, (names, name) => names.delete(name))
      ? '+OK events removed'
      : '-ERR no keywords supplied'
  }

  clear(): void {
    this.#isAll = false
    this.#names.clear()
    this.#subclasses.clear()
  }

  #each(words: readonly string[], change: (names: Set<string>, name: string) => void): boolean {
    let isCustom = false
    let isAny = false
    for (const word of words) {
      if (isCustom) change(this.#subclasses, word)
      else if (word === 'ALL' || word === 'all') this.#isAll = true
      else if (EVENT_NAMES.has(word)) change(this.#names, word)
      else continue
      isAny = true
      if (word === 'CUSTOM') isCustom = true
    }
    return isAny
  }
}
