// A number made from a text, evenly spread, for choices that must look random and yet come out the same
// for the same inputs. Not for secrets.

/** FNV-1a, then murmur3's finish, since near texts must lead to far numbers. 0 … 2³² − 1. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
