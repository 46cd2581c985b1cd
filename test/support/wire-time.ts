// The time stamp of everything the telephony tests measure: epoch milliseconds with fractions, from one
// monotonic source, so that a SIP message, an RTP packet and a command can be subtracted.

export const wireNow = (): number => performance.timeOrigin + performance.now()
