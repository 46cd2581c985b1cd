// What a settings form makes of the service's schemas.
import { expect, it } from 'vitest'
import { alternativeOf, blankOf, type Schema } from '../../src/web/admin/schema.ts'

it('a new entry starts with what its schema allows', () => {
  expect(blankOf({ type: 'boolean' })).toBe(false)
  expect(blankOf({ type: 'integer', minimum: 5 })).toBe(5)
  expect(blankOf({ type: 'array', items: { type: 'string' } })).toEqual([])
  expect(blankOf({ type: 'string', enum: ['a', 'b'] })).toBe('a')
  expect(blankOf({ anyOf: [{ type: 'string' }, { type: 'null' }] })).toBeNull()
  expect(blankOf({ type: ['integer', 'null'] })).toBeNull()
  expect(blankOf({ type: 'integer', default: 7 })).toBe(7)
  const union: Schema = {
    anyOf: [
      { type: 'object', properties: { kind: { const: 'x' } }, required: ['kind'] },
      {
        type: 'object',
        properties: { kind: { const: 'y' }, n: { type: 'integer' } },
        required: ['kind', 'n'],
      },
    ],
  }
  expect(blankOf(union)).toEqual({ kind: 'x' })
  expect(alternativeOf(union, { kind: 'y', n: 1 })).toBe(1)
})
