// What people without `pii.read` see of a caller's number.

/** Keeps the first three and the last four digits of a mobile number, less of a shorter one. */
export function maskNumber(number: string): string {
  if (number.length <= 4) return '*'.repeat(number.length)
  const [head, tail] = number.length >= 11 ? [3, 4] : number.length >= 8 ? [3, 2] : [0, 2]
  const hidden = '*'.repeat(number.length - head - tail)
  return `${number.slice(0, head)}${hidden}${number.slice(-tail)}`
}
