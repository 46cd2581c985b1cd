// What is written down of calls: drafts, what a whole record must have, saving while the call lives,
// corrections with both values, and the calls that nobody wrote up.
import { expect, it } from 'vitest'
import { testService } from '../support/service.ts'

const test = testService()
const MINE = '/api/v1/me/contact-records/c1'
const asAgent = (method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown) =>
  test.service.ask('agent', method, url, body)
const WHOLE = {
  callerSurname: '王',
  salutation: 'ms',
  callerUnitOrAddress: '解放路 12 号',
  content: '反映路灯不亮',
  appealType: 'report',
  categoryId: 'city',
  disposition: 'answered',
  answerBasis: 'kb',
}

/** Agent a1 talks on call c1. */
function talk(callId = 'c1'): void {
  const { floor } = test.service
  if (callId === 'c1') floor.ready('a1')
  floor.park(callId)
  floor.answer(callId)
}

it('a record grows during the call, is saved when whole, and ends the wrap-up', async () => {
  const { service } = test
  const { floor } = service
  talk()
  // Before anything is written: the caller's number is there, masked for one without `pii.read`.
  expect((await asAgent('GET', MINE)).json()).toMatchObject({
    record: { version: 0, status: 'draft', contactPhone: '138****8000' },
    corrections: [],
  })
  const draft = await asAgent('PUT', `${MINE}/draft`, {
    version: 0,
    changes: { content: '反映路灯' },
  })
  expect(draft.json().record).toMatchObject({ version: 1, status: 'draft', savedAt: null })

  const missing = await asAgent('POST', `${MINE}/save`, {
    version: 1,
    changes: { disposition: 'answered', questions: [{ question: '何时修好' }] },
  })
  expect(missing.statusCode).toBe(422)
  expect(missing.json().error.code).toBe('record_incomplete')
  expect(missing.json().error.details.map(({ path }: { path: string }) => path)).toEqual([
    'body.changes.callerName',
    'body.changes.callerUnitOrAddress',
    'body.changes.appealType',
    'body.changes.categoryId',
    'body.changes.questions.0.status',
    'body.changes.answerBasis',
  ])

  const saved = await asAgent('POST', `${MINE}/save`, { version: 1, changes: WHOLE })
  expect(saved.json().record).toMatchObject({ version: 2, status: 'saved', saveDelayMs: null })
  expect(saved.json()).toMatchObject({
    categoryPath: ['城市管理'],
    handling: { mode: 'work_order' },
  })
  floor.hangUp('c1')
  await service.record()
  expect(floor.facts.filter(({ type }) => type === 'call.written_up')).toHaveLength(1)
  // The agent added nothing: the record says it all.
  const done = await asAgent('POST', '/api/v1/me/agent/wrap-up-done', { disposition: null })
  expect(done.json().agent.phase).toBe('ready')
  expect(floor.facts.some(({ type }) => type === 'call.left_unrecorded')).toBe(false)
  expect((await asAgent('GET', MINE)).json().record).toMatchObject({
    ...WHOLE,
    contactPhone: '138****8000',
    saveDelayMs: 0,
  })
})

it('the agent sees what the caller has called about before, page by page, and nobody else’s calls', async () => {
  const { service } = test
  const { floor } = service
  talk()
  const saved = await asAgent('POST', `${MINE}/save`, { version: 0, changes: WHOLE })
  expect(saved.statusCode).toBe(200)
  floor.hangUp('c1')
  await asAgent('POST', '/api/v1/me/agent/wrap-up-done', { disposition: null })
  floor.clock.advance(60_000)
  talk('c2')
  floor.hangUp('c2')
  await asAgent('POST', '/api/v1/me/agent/wrap-up-done', { disposition: 'answered' })
  floor.clock.advance(60_000)
  talk('c3')
  await service.record()
  const earlier = (query: string) =>
    asAgent('GET', `/api/v1/me/contact-records/c3/earlier?limit=1${query}`)
  const newest = (await earlier('')).json()
  expect(newest.contacts).toMatchObject([{ callId: 'c2', agentId: 'a1', ending: 'served' }])
  const oldest = (await earlier(`&cursor=${newest.nextCursor}`)).json()
  expect(oldest).toMatchObject({
    contacts: [{ callId: 'c1', disposition: 'answered', summary: '反映路灯不亮' }],
    nextCursor: null,
  })
  expect((await asAgent('GET', '/api/v1/me/contact-records/other/earlier')).statusCode).toBe(404)
})

it('the time from the end of the call to the first save is measured', async () => {
  const { service } = test
  talk()
  service.floor.hangUp('c1')
  service.floor.clock.advance(21_500)
  await service.record()
  const saved = await asAgent('POST', `${MINE}/save`, {
    version: 0,
    changes: WHOLE,
    endWrapUp: true,
  })
  expect(saved.json().record.saveDelayMs).toBe(21_500)
  expect((await asAgent('GET', '/api/v1/me/agent')).json().agent.phase).toBe('ready')
})

it.each([
  [{ disposition: 'refused' }, ['body.changes.referredDepartment']],
  [
    { disposition: 'out_of_scope_referred' },
    ['body.changes.questionSummary', 'body.changes.referredDepartment'],
  ],
  [{ disposition: 'declined_with_explanation' }, ['body.changes.explanation']],
  [{ disposition: 'work_order' }, ['body.changes.promiseTold']],
  [{ appealType: 'complaint' }, ['body.changes.promiseTold']],
  [{ categoryId: 'nothing' }, ['body.changes.categoryId']],
  [{ content: '  ' }, ['body.changes.content']],
])('%j asks for more before it can be saved', async (changes, paths) => {
  talk()
  const body = { version: 0, changes: { ...WHOLE, ...changes } }
  const reply = await asAgent('POST', `${MINE}/save`, body)
  expect(reply.statusCode).toBe(422)
  expect(reply.json().error.details.map(({ path }: { path: string }) => path)).toEqual(paths)
  expect((await asAgent('GET', MINE)).json().record.version).toBe(0)
})

it.each([
  [{ disposition: 'refused', referredDepartment: '市公积金中心' }],
  [{ disposition: 'out_of_scope_referred', questionSummary: '公积金', advice: '拨打 12329' }],
  [{ disposition: 'declined_with_explanation', explanation: '已三次答复' }],
  [{ callerSurname: null, nameRefusedReason: '不愿透露' }],
])('%j is enough', async (changes) => {
  talk()
  const body = { version: 0, changes: { ...WHOLE, ...changes } }
  expect((await asAgent('POST', `${MINE}/save`, body)).statusCode).toBe(200)
})

it('a call that served nobody needs its disposition alone', async () => {
  talk()
  const body = { version: 0, changes: { disposition: 'silent' } }
  expect((await asAgent('POST', `${MINE}/save`, body)).json().record.status).toBe('saved')
})

it('who wrote first wins, and a saved record is only put right with a reason', async () => {
  const { service } = test
  talk()
  await asAgent('POST', `${MINE}/save`, { version: 0, changes: WHOLE })
  // During the call it may still be saved again, on the newest version.
  const stale = await asAgent('POST', `${MINE}/save`, { version: 0, changes: { content: '甲' } })
  expect([stale.statusCode, stale.json().error.code]).toEqual([409, 'version_conflict'])
  const again = await asAgent('POST', `${MINE}/save`, { version: 1, changes: { content: '乙' } })
  expect(again.json().record.version).toBe(2)
  const draft = await asAgent('PUT', `${MINE}/draft`, { version: 2, changes: { content: '丙' } })
  expect([draft.statusCode, draft.json().error.code]).toEqual([409, 'record_saved'])

  service.floor.hangUp('c1')
  await service.record()
  await asAgent('POST', '/api/v1/me/agent/wrap-up-done', { disposition: null })
  const late = await asAgent('POST', `${MINE}/save`, { version: 2, changes: { content: '丁' } })
  expect(late.json().error.code).toBe('record_saved')
  const noReason = await asAgent('POST', `${MINE}/corrections`, { version: 2, changes: {} })
  expect(noReason.statusCode).toBe(400)
  const corrected = await asAgent('POST', `${MINE}/corrections`, {
    version: 2,
    reason: '地址听错',
    apologyGiven: true,
    changes: { callerUnitOrAddress: '解放路 21 号' },
  })
  expect(corrected.json().corrections).toEqual([
    {
      version: 3,
      at: '2026-11-23T12:00:00.000+08:00',
      by: 'agent',
      reason: '地址听错',
      apologyGiven: true,
      before: { callerUnitOrAddress: '解放路 12 号' },
      after: { callerUnitOrAddress: '解放路 21 号' },
    },
  ])
  const nothing = await asAgent('POST', `${MINE}/corrections`, {
    version: 3,
    reason: '无',
    changes: {},
  })
  expect(nothing.json().error.code).toBe('nothing_changed')
  const audit = await service.ask('admin', 'GET', '/api/v1/audit?entity=contact_record&entityId=c1')
  const actions = audit.json().entries.map(({ action }: { action: string }) => action)
  expect(actions).toEqual([
    'contact_record.corrected',
    'contact_record.saved',
    'contact_record.saved',
  ])
})

it('an agent sees and writes no records of other agents’ calls', async () => {
  const { floor } = test.service
  floor.ready('a2')
  floor.park('c1')
  floor.answer('c1')
  await test.service.record()
  const body = { version: 0, changes: WHOLE }
  for (const reply of [await asAgent('GET', MINE), await asAgent('POST', `${MINE}/save`, body)]) {
    expect(reply.statusCode).toBe(404)
  }
})

it('an answered call without a record is listed for the agent and for QA', async () => {
  const { service } = test
  talk()
  service.floor.hangUp('c1')
  service.floor.clock.advance(60_000)
  await service.record()
  const day = 'missing?day=2026-11-23'
  for (const reply of [
    await asAgent('GET', `/api/v1/me/contact-records/${day}`),
    await service.ask('qa_inspector', 'GET', `/api/v1/contact-records/${day}`),
  ]) {
    expect(reply.json().calls).toMatchObject([{ callId: 'c1', agentId: 'a1' }])
  }
  await asAgent('POST', `${MINE}/save`, { version: 0, changes: WHOLE })
  const after = await service.ask('qa_inspector', 'GET', `/api/v1/contact-records/${day}`)
  expect(after.json().calls).toEqual([])
})

it('the same phone and category within thirty days is hinted at', async () => {
  const { service } = test
  talk()
  await asAgent('POST', `${MINE}/save`, { version: 0, changes: WHOLE })
  service.floor.hangUp('c1')
  await asAgent('POST', '/api/v1/me/agent/wrap-up-done', { disposition: null })
  service.floor.clock.advance(5_000)
  talk('c2')
  const second = await asAgent('PUT', '/api/v1/me/contact-records/c2/draft', {
    version: 0,
    changes: { categoryId: 'city' },
  })
  expect(second.json().repeats).toMatchObject([{ callId: 'c1', content: '反映路灯不亮' }])
})

it('records are listed page by page; who may see numbers sees them, and is in the audit log', async () => {
  const { service } = test
  talk()
  await asAgent('POST', `${MINE}/save`, { version: 0, changes: { ...WHOLE, answerBasis: 'none' } })
  await service.record()
  const list = await service.ask('qa_inspector', 'GET', '/api/v1/contact-records?limit=1')
  expect(list.json()).toMatchObject({
    records: [{ callId: 'c1', contactPhone: '13800138000', lacksBasis: true }],
    nextCursor: null,
  })
  const one = await service.ask('shift_leader', 'GET', '/api/v1/contact-records/c1')
  expect(one.json().record.contactPhone).toBe('13800138000')
  const audit = await service.ask('admin', 'GET', '/api/v1/audit?action=contact_record.read')
  expect(audit.json().entries).toMatchObject([{ actor: 'shift_leader', entityId: 'c1' }])
})

it.each([
  [{ version: 0, changes: { contactPhone: '138****8000' } }, ['body.changes.contactPhone']],
  [{ version: -1, changes: { mood: 'bad' } }, ['body.version', 'body.changes.mood']],
  [
    { version: 0, changes: { questions: [{ question: '' }] } },
    ['body.changes.questions.0.question'],
  ],
])('%j is bad input', async (body, paths) => {
  talk()
  const reply = await asAgent('PUT', `${MINE}/draft`, body)
  expect(reply.statusCode).toBe(400)
  expect(reply.json().error.details.map(({ path }: { path: string }) => path)).toEqual(paths)
})

it('categories are published as versions; records keep theirs', async () => {
  const { service } = test
  talk()
  await asAgent('POST', `${MINE}/save`, { version: 0, changes: WHOLE })
  const node = (categoryId: string, parentId: string | null) => {
    const rest = { unit: null, handlingMode: 'answer', deadlineClass: 'consult' }
    return { categoryId, parentId, name: categoryId, ...rest }
  }
  const publish = (baseVersion: number, nodes: unknown) =>
    service.ask('admin', 'PUT', '/api/v1/categories', { baseVersion, nodes })
  const circle = await publish(0, [node('a', 'b'), node('b', 'a'), node('c', 'x'), node('c', null)])
  expect(circle.statusCode).toBe(400)
  expect(circle.json().error.details.map(({ path }: { path: string }) => path)).toEqual([
    'body.nodes.0.parentId',
    'body.nodes.1.parentId',
    'body.nodes.2.parentId',
    'body.nodes.3.categoryId',
  ])
  expect((await publish(0, [node('a', null), node('b', 'a')])).json().version).toBe(1)
  expect((await publish(0, [node('z', null)])).json().error.code).toBe('stale_version')
  const tree = await service.ask('agent', 'GET', '/api/v1/categories')
  expect(tree.json()).toMatchObject({
    version: 1,
    nodes: [{ categoryId: 'a' }, { categoryId: 'b' }],
  })
  expect((await asAgent('GET', MINE)).json().categoryPath).toEqual(['城市管理'])
})
