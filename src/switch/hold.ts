// Hold in FreeSWITCH's words: each command as the texts of the requests that carry it out, in order.
import type { SwitchCommand } from '../core/commands.ts'
import type { PromptId } from '../core/prompts.ts'
import { requireId, UnsafeText } from './encoding.ts'

type HoldCommand = Extract<
  SwitchCommand,
  { type: 'hold' | 'retrieve' | 'hold_in_bridge' | 'retrieve_in_bridge' }
>

/** `fileOf` finds the file of a prompt, in the language of the call. */
export function holdTexts(
  command: HoldCommand,
  fileOf: (prompt: PromptId) => string,
): readonly string[] {
  const leg = requireId(command.legId)
  const file = command.prompt === null ? null : fileOf(command.prompt)
  const playback = file === null ? '' : `playback:${file},`
  const broadcast = file === null ? [] : [`uuid_broadcast ${leg} ${file} aleg`]
  switch (command.type) {
    case 'hold': {
      const apps = `${playback}endless_playback:${streamOf(command.music)},park:`
      return [`uuid_transfer ${leg} '${apps}' inline`]
    }
    case 'retrieve':
      return [`uuid_transfer ${leg} '${playback}park:' inline`]
    case 'hold_in_bridge':
      return [
        // Music that plays already would keep the prompt waiting for ever. A break with nothing to
        // break, before the first prompt, is left out.
        ...(command.prompt === 'hold_reassurance' ? [`uuid_break ${leg} all`] : []),
        ...broadcast,
        // Not endless_playback: within a bridge nothing can stop that.
        `uuid_broadcast ${leg} ${streamOf(command.music)} aleg`,
      ]
    case 'retrieve_in_bridge':
      return [`uuid_break ${leg} all`, ...broadcast]
  }
}

/** The switch would act on other characters. */
function streamOf(music: string): string {
  if (!/^[a-z0-9][a-z0-9_-]{0,39}$/.test(music)) throw new UnsafeText('name of a stream of music')
  return `local_stream://${music}`
}
