// What people without `pii.read` see of a caller's number.

/** Keeps the first three and the last two digits of a long number, nothing but the last two of a short one. */
export function maskNumber(number: string): string {
  if (number.length <= 4) return '*'.repeat(number.length)
  const head = number.length >= 8 ? number.slice(0, 3) : ''
  return `${head}${'*'.repeat(number.length - head.length - 2)}${number.slice(-2)}`
}
