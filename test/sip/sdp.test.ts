import { expect, it } from 'vitest'
import { silentAnswer } from '../../src/sip/sdp.ts'

const PHONE = [
  ...['v=0', 'o=phone 7 3 IN IP4 192.0.2.7', 's=-', 'c=IN IP4 192.0.2.7', 't=0 0'],
  ...['m=audio 4000 RTP/AVP 8 0 101', 'a=rtpmap:8 PCMA/8000', 'a=rtpmap:101 telephone-event/8000'],
  ...['a=fmtp:101 0-16', 'a=sendrecv', 'm=video 4002 RTP/AVP 96', 'a=rtpmap:96 VP8/90000', ''],
].join('\r\n')
const SWITCH = 'v=0\r\no=FreeSWITCH 1700000000 1700000001 IN IP4 192.0.2.1\r\ns=FreeSWITCH\r\n'

it('takes the first stream without sound, declines the rest, and names the session to come', () => {
  expect(silentAnswer(PHONE, SWITCH).split('\r\n')).toEqual([
    ...['v=0', 'o=FreeSWITCH 1700000000 1700000000 IN IP4 192.0.2.1', 's=-'],
    ...['c=IN IP4 0.0.0.0', 't=0 0', 'm=audio 9 RTP/AVP 8 0 101', 'a=rtpmap:8 PCMA/8000'],
    ...['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16', 'a=inactive'],
    ...['m=video 0 RTP/AVP 96', ''],
  ])
})

it('answers even what is hardly SDP', () => {
  expect(silentAnswer('', 'nonsense')).toBe(
    'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n',
  )
})
