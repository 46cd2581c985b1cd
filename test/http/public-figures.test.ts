// Figures for the public: not there unless wanted, nobody's data, nothing small, and no load on the records.
import { describe, expect, it } from 'vitest'
import { EMPTY_FIELDS } from '../../src/core/contact-records.ts'
import { contactRecords } from '../../src/store/agent-schema.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { abandonedCall, MORNING, numbered, servedCall } from '../support/facts.ts'
import { testService } from '../support/service.ts'

const url = '/public/figures'
const DAY_MS = 86_400_000

describe('where nobody wants them', () => {
  const test = testService()

  it('they are not there', async () => {
    const reply = await test.service.ask(null, 'GET', url)
    expect([reply.statusCode, reply.json().error.code]).toEqual([404, 'not_found'])
  })
})

describe('where they are wanted', () => {
  const test = testService({ publicFigures: true })
  const ask = (query = '') => test.service.ask(null, 'GET', `${url}${query}`)

  /** Twelve calls, seven of them answered, and what twelve were about. */
  async function aDay(): Promise<void> {
    const { db } = test.service
    const facts = [
      ...Array.from({ length: 7 }, (_, n) =>
        servedCall({ callId: `c${n}`, queueId: 'city', waitMs: n < 6 ? 3_000 : 20_000 }),
      ),
      ...Array.from({ length: 5 }, (_, n) =>
        abandonedCall({ callId: `g${n}`, queueId: 'city', waitMs: 4_000 }),
      ),
    ].flat()
    await db.transaction((tx) => recordFacts(tx, numbered(facts)))
    await db.insert(contactRecords).values(
      Array.from({ length: 12 }, (_, n) => ({
        callId: `c${n}`,
        agentId: 'a1',
        categoryId: n < 6 ? 'city' : n < 9 ? 'health' : 'labour',
        status: 'saved' as const,
        version: 1,
        calledAt: MORNING,
        createdAt: MORNING,
        updatedAt: MORNING,
        categoryVersion: 0,
        contactPhone: '13800138000',
        callerName: '张三',
        fields: EMPTY_FIELDS,
      })),
    )
  }

  it('tell anybody of complete days, and hide what is small and what would give it away', async () => {
    await aDay()
    expect((await ask()).json().periods).toEqual([])
    test.service.floor.clock.advance(DAY_MS)
    const reply = await ask()
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['cache-control']).toBe('public, max-age=600')
    const [day, ...others] = reply.json().periods
    expect(others).toEqual([])
    expect(day).toMatchObject({
      period: '2026-11-23',
      calls: { value: 12, withheld: false },
      connectRate: { value: 0.58, withheld: false },
      // One answer was late.
      timelyAnswerRate: { value: null, withheld: true },
      averageWaitMs: { value: Math.round((6 * 3_000 + 20_000) / 7), withheld: false },
    })
    const categories = day.categories.map((one: { categoryId: string; value: number | null }) => [
      one.categoryId,
      one.value,
    ])
    expect(categories).toContainEqual(['city', 6])
    expect(categories).toContainEqual(['health', null])
    for (const secret of ['13800138000', '张三', 'a1', 'c1', '1001']) {
      expect(reply.body).not.toContain(`"${secret}"`)
    }
    // A month that is not over says nothing yet.
    expect((await ask('?by=month')).json().periods).toEqual([])
  })

  it('are read from the records once in ten minutes, and not by who asks too often', async () => {
    await ask()
    await aDay()
    expect((await ask()).json().periods).toEqual([])
    for (let n = 2; n < 60; n += 1) expect((await ask()).statusCode).toBe(200)
    const refused = await ask()
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '60'])
    test.service.floor.clock.advance(8 * DAY_MS)
    const { periods } = (await ask('?by=month&from=2026-11-01')).json()
    expect(periods).toMatchObject([{ period: '2026-11', calls: { value: 12 } }])
  })

  it.each([
    ['?by=year', 'query.by'],
    ['?from=2020-01-01', 'query.from'],
    ['?from=2030-01-01', 'query.from'],
    ['?callerNumber=1', 'query.callerNumber'],
  ])('%s is refused', async (query, path) => {
    const reply = await ask(query)
    expect([reply.statusCode, reply.json().error.details[0].path]).toEqual([400, path])
  })
})
