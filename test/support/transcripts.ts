// Conversations that a real FreeSWITCH 1.10.12 had with callers and phones, cut down to the headers that
// matter: one event a line, ids shortened, our variables' names put in.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export function transcript(name: string): Record<string, string>[] {
  const file = join(import.meta.dirname, 'transcripts', `${name}.ndjson`)
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
}
