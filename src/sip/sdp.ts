// The little that the edge itself says in SDP; all else passes through untouched.

/**
 * An answer that takes the offer and sends and receives nothing yet. `next` is what will be offered to the
 * same phone afterwards: the origin line is taken from there, one version earlier, so that to the phone it
 * is one session that changes (RFC 3264 §8).
 */
export function silentAnswer(offer: string, next: string): string {
  const lines = offer.split(/\r?\n/)
  const sections = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []))
  const media = sections.flatMap((start, index) => {
    const [, kind = 'audio', rest = 'RTP/AVP 8'] =
      /^m=(\S+) \S+ (.*)$/.exec(lines[start] ?? '') ?? []
    if (index > 0) return [`m=${kind} 0 ${rest}`]
    const section = lines.slice(start, sections[index + 1] ?? lines.length)
    const codecs = section.filter((line) => /^a=(rtpmap|fmtp):/.test(line))
    return [`m=${kind} 9 ${rest}`, ...codecs, 'a=inactive']
  })
  return ['v=0', originBefore(next), 's=-', 'c=IN IP4 0.0.0.0', 't=0 0', ...media, ''].join('\r\n')
}

function originBefore(sdp: string): string {
  const [, user, session, version, where] = /^o=(\S+) (\d+) (\d+) (.*?)\r?$/m.exec(sdp) ?? []
  if (version === undefined) return 'o=- 1 1 IN IP4 0.0.0.0'
  return `o=${user} ${session} ${BigInt(version) - 1n} ${where}`
}
