// The API's own description: whoever writes another console finds every action there, and every way in
// which it can be refused.
import { beforeEach, expect, it } from 'vitest'
import { REJECTIONS } from '../../src/core/rejections.ts'
import { testService } from '../support/service.ts'

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly responses: Record<string, { readonly content?: Record<string, { schema: unknown }> }>
}

const test = testService()
let operations: [string, Operation][] = []

beforeEach(() => {
  const { paths } = test.service.app.swagger() as unknown as {
    paths: Record<string, Record<string, Operation>>
  }
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
})

it('has a line for every action', () => {
  const silent = operations.filter(([, { summary = '' }]) => summary.length < 8)
  expect(silent.map(([name]) => name)).toEqual([])
})

/** What an agent or a shift leader does with calls and agents as they stand. */
const ACTION = /^(POST|PUT|PATCH|DELETE) \/api\/v1\/(me\/agent|floor|callbacks|off-seat-requests)\b/

it('names the codes with which an action may be refused as things stand', () => {
  const actions = operations.filter(([name]) => ACTION.test(name))
  expect(actions.length).toBeGreaterThan(50)
  const codes = Object.keys(REJECTIONS)
  const unnamed = actions.filter(([, { responses }]) => {
    const text = JSON.stringify(responses['409'] ?? {})
    return codes.some((code) => !text.includes(`"${code}"`))
  })
  expect(unnamed.map(([name]) => name)).toEqual([])
})
