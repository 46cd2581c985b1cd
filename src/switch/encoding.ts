// Text from outside on its way into commands for the switch. FreeSWITCH splits commands at blanks,
// commas, semicolons and line breaks and expands `${…}`, so nothing but a small alphabet goes in as it
// is: everything else is percent-encoded where the switch only stores it, and refused where the switch
// acts on it.

/** Ids of calls and legs: FreeSWITCH's own, and ours. */
const ID = /^[A-Za-z0-9-]{1,64}$/

/** A command was not sent because some text in it could have meant something to the switch. */
export class UnsafeText extends Error {}

export function isId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text)
}

export function requireId(text: string): string {
  if (!isId(text)) throw new UnsafeText('id with characters that the switch could act on')
  return text
}

/** FreeSWITCH's name of a hangup cause. */
export function requireCause(text: string): string {
  if (!/^[A-Z0-9_]{1,48}$/.test(text)) throw new UnsafeText('no name of a hangup cause')
  return text
}

/** A telephone number as part of an address. */
export function requireNumber(text: string): string {
  if (!/^\+?[0-9*#]{1,32}$/.test(text)) throw new UnsafeText('no telephone number')
  return text
}

/** Keys to be pressed for somebody. */
export function requireDigits(text: string): string {
  if (!/^[0-9A-D*#]{1,32}$/.test(text)) throw new UnsafeText('no keys of a telephone')
  return text
}

/** Letters A to Z, digits and `. _ + -` stand for themselves; the rest becomes UTF-8 bytes as %XX. */
export function encodeText(text: string): string {
  // A half of a surrogate pair has no UTF-8 form.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
    .replaceAll('%2B', '+')
    .replace(/[!'()*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The reverse; text that we did not encode comes back as it is. */
export function decodeText(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A bare percent sign: written by somebody else, and readable as it stands.
    return text
  }
}

/** Whether a file of that name can be played as it is. */
export function isPlayable(path: string): boolean {
  return /^[A-Za-z0-9/._+@=~-]+$/.test(path)
}

/** A sound file within a list of applications: the characters that separate those must not be in it. */
export function requireFile(path: string): string {
  if (!isPlayable(path)) {
    throw new UnsafeText('sound file with characters that the switch could act on')
  }
  return path
}

/** A path as one argument of an API command. Blanks are fine within quotes; the rest could end them. */
export function quotePath(path: string): string {
  if (/^[A-Za-z0-9/._+@:=~-]+$/.test(path)) return path
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be kept out.
  if (/[\u0000-\u001f\u007f'"`\\${};]/.test(path)) {
    throw new UnsafeText('path with characters that the switch could act on')
  }
  return `'${path}'`
}
