// Messages that callers left, as tasks over the API, and the estimates of waits against what came true.
import { expect, it } from 'vitest'
import { testService } from '../support/service.ts'

const test = testService()
const api = (path: string) => `/api/v1${path}`

/** Two callers wait behind a ringing one; the second leaves a message of nine seconds. */
async function leaveMessage(): Promise<void> {
  const { service } = test
  const { engine, clock } = service.floor
  const keys = [{ digit: '2', action: 'message' }]
  await service.ask('admin', 'PATCH', api('/queues/city'), { waiting: { keys } })
  service.floor.ready('a1')
  service.floor.park('c1')
  service.floor.park('c2')
  const at = clock.now()
  engine.submit({ type: 'leg.digit_pressed', at, legId: 'c2-leg', digit: '2' })
  engine.submit({ type: 'leg.parked', at: at + 6_000, legId: 'c2-leg' })
  engine.submit({ type: 'leg.hung_up', at: at + 15_000, legId: 'c2-leg', cause: 'NORMAL_CLEARING' })
  await service.record()
}

it('are listed, taken, done and reopened, each once, and every step is on the audit log', async () => {
  const { service } = test
  await leaveMessage()
  const list = await service.ask('agent', 'GET', api('/messages?status=new'))
  expect(list.statusCode).toBe(200)
  expect(list.json().messages).toMatchObject([
    { callId: 'c2', queueId: 'city', status: 'new', assignedTo: null, isPlayable: false },
  ])
  const post = (verb: string, body?: object) =>
    service.ask('shift_leader', 'POST', api(`/messages/c2/${verb}`), body)
  expect((await post('assign', { agentId: 'nobody' })).statusCode).toBe(404)
  expect((await post('assign', { agentId: 'a2' })).json()).toMatchObject({ status: 'assigned' })
  expect((await post('done', { note: '已回电' })).json()).toMatchObject({
    ...{ status: 'done', doneBy: 'shift_leader', note: '已回电' },
  })
  const again = await post('done', { note: '' })
  expect([again.statusCode, again.json().error.code]).toEqual([409, 'message_done'])
  expect((await post('reopen')).json()).toMatchObject({ status: 'assigned', assignedTo: 'a2' })
  expect((await post('reopen')).json().error.code).toBe('message_not_done')
  const entries = (await service.ask('admin', 'GET', api('/audit?entity=message'))).json().entries
  expect(entries.map(({ action }: { action: string }) => action)).toEqual([
    ...['message.reopened', 'message.done', 'message.assigned'],
  ])
})

it('are for those who handle them, and their sound is played only when it was checked', async () => {
  const { service } = test
  await leaveMessage()
  expect((await service.ask('wallboard', 'GET', api('/messages'))).statusCode).toBe(403)
  const sound = await service.ask('agent', 'GET', api('/messages/c2/audio'))
  expect([sound.statusCode, sound.json().error.code]).toEqual([409, 'recording_not_verified'])
  expect((await service.ask('agent', 'GET', api('/messages/c1/audio'))).statusCode).toBe(404)
})

it('estimates are published by day with their error; who was not answered counts for neither side', async () => {
  const { service } = test
  await leaveMessage()
  const days = api('/estimates/errors?from=2026-11-23&to=2026-11-23')
  const reply = await service.ask('wallboard', 'GET', days)
  expect(reply.statusCode).toBe(200)
  expect(reply.json().days[0]).toMatchObject({
    ...{ day: '2026-11-23', queueId: '*', answered: 0, coverage: null, met: null },
  })
  const wrong = await service.ask(
    'wallboard',
    'GET',
    api('/estimates/errors?from=2026-11-23&to=2026-11-22'),
  )
  expect(wrong.statusCode).toBe(400)
})
