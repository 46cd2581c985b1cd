// Reading what the edge needs from SIP headers. What cannot be understood is null or left out; nothing
// here throws, whatever the network sends.
import { type OfferedContact, TRANSPORTS, type Transport } from '../core/bindings.ts'
import type { SipHeaders, SipMessage } from './connection.ts'

const CONTACTS_MAX = 10
const URI_LENGTH_MAX = 500

/** User part of a URI or of a header with one, percent-decoded; empty if there is none. */
export function userOf(text: string | undefined): string {
  const user = /(?:sips?:([^@<>\s]*)@)|(?:tel:([^;<>\s]+))/i.exec(text ?? '')
  const raw = (user?.[1] ?? user?.[2] ?? '').split(/[:;]/)[0] ?? ''
  try {
    return decodeURIComponent(raw)
  } catch {
    return ''
  }
}

/** How the request reached us. drachtio itself calls a WebSocket `tcp`; the Via does not. */
export function transportOf(message: SipMessage): Transport | null {
  const name = /^SIP\s*\/\s*2\.0\s*\/\s*(\w+)/i.exec(message.get('Via') ?? '')?.[1]?.toLowerCase()
  return TRANSPORTS.find((transport) => transport === name) ?? null
}

/** Null: no contact list at all, or one that cannot be read. */
export function contactsOf(header: string | undefined): OfferedContact[] | '*' | null {
  if (header === undefined) return []
  if (header.trim() === '*') return '*'
  const contacts: OfferedContact[] = []
  const each = /<([^<>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,]*))?)*)/g
  for (const [, uri = '', text = ''] of header.matchAll(each)) {
    if (/^urn:/i.test(uri)) continue
    const parameters = parametersOf(text)
    const expires = parameters.get('expires')
    const instance = parameters.get('+sip.instance')
    const regId = parameters.get('reg-id')
    if (!isUri(uri) || (expires !== undefined && !/^\d{1,9}$/.test(expires))) return null
    contacts.push({
      uri,
      device: instance === undefined || regId === undefined ? null : `${instance};${regId}`,
      expiresSeconds: expires === undefined ? null : Number(expires),
    })
  }
  if (contacts.length === 0) {
    const bare = /^\s*([^\s;,<>]+)\s*(?:;.*)?$/.exec(header)?.[1]
    if (bare === undefined || !isUri(bare)) return null
    const expires = parametersOf(header).get('expires')
    const expiresSeconds = /^\d{1,9}$/.test(expires ?? '') ? Number(expires) : null
    contacts.push({ uri: bare, device: null, expiresSeconds })
  }
  return contacts.length > CONTACTS_MAX ? null : contacts
}

function parametersOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/;\s*([^\s=;,]+)\s*=\s*(?:"([^"]*)"|([^\s;,]*))/g)].map(
      ([, name = '', quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ''],
    ),
  )
}

function isUri(text: string): boolean {
  return text.length <= URI_LENGTH_MAX && /^sips?:[^\s<>",]+$/i.test(text)
}

/** Null: absent or no number. */
export function secondsOf(header: string | undefined): number | null {
  return header !== undefined && /^\s*\d{1,9}\s*$/.test(header) ? Number(header) : null
}

export function cseqOf(message: SipMessage): number {
  return Number(/^\s*(\d{1,10})/.exec(message.get('CSeq') ?? '')?.[1] ?? 0)
}

/** The headers of that list which the message has. */
export function copied(message: SipMessage, names: readonly string[]): SipHeaders {
  const headers: SipHeaders = {}
  for (const name of names) {
    const value = message.get(name)
    if (value !== undefined && value !== '') headers[name] = value
  }
  return headers
}

/** A From or To without its tag, for the other side's own dialog. */
export function withoutTag(header: string | undefined): string {
  return (header ?? '').replace(/;\s*tag=[^;>]*/i, '')
}
