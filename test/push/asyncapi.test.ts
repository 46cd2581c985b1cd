// The description of the sockets for those who bring their own console says what the service does: every
// reference leads somewhere, and what is sent has the fields and kinds that are written there.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { until } from '../support/until.ts'
import { PushService, type Watcher } from './viewers.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly allOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}
interface Message {
  readonly name: string
  readonly payload: Schema
}

const document = parse(
  readFileSync(new URL('../../docs/asyncapi.yaml', import.meta.url), 'utf8'),
) as {
  asyncapi: string
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>
}

function resolved<Found>(ref: string): Found {
  const found = ref
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>(
      (node, name) => (node as Record<string, unknown> | undefined)?.[name],
      document,
    )
  if (found === undefined) throw new Error(`${ref} leads nowhere`)
  return found as Found
}

/** Every reference anywhere below. */
function refsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) =>
    name === '$ref' ? [String(value)] : refsIn(value),
  )
}

/** What is wrong with a value by the parts of JSON Schema that the document uses. */
function faultsOf(value: unknown, schema: Schema, path = ''): string[] {
  if (schema.$ref !== undefined) return faultsOf(value, resolved<Schema>(schema.$ref), path)
  const { type, allOf = [], required = [], properties = {}, items } = schema
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  const kinds = type === undefined ? [] : [type].flat()
  const isKind =
    kinds.length === 0 || kinds.some((one) => (one === 'integer' ? 'number' : one) === kind)
  const record = kind === 'object' ? (value as Record<string, unknown>) : {}
  return [
    ...(isKind ? [] : [`${path}: ${kind} instead of ${kinds.join(' or ')}`]),
    ...allOf.flatMap((part) => faultsOf(value, part, path)),
    ...required.filter((name) => !(name in record)).map((name) => `${path}.${name} is missing`),
    ...Object.entries(properties).flatMap(([name, part]) =>
      name in record ? faultsOf(record[name], part, `${path}.${name}`) : [],
    ),
    ...(items !== undefined && Array.isArray(value)
      ? value.flatMap((item, n) => faultsOf(item, items, `${path}[${n}]`))
      : []),
  ]
}

describe('the AsyncAPI document', () => {
  let service: PushService
  beforeEach(async () => {
    service = new PushService()
    await service.start()
  })
  afterEach(() => service.stop())

  it('leads every reference somewhere', () => {
    expect(document.asyncapi).toBe('3.0.0')
    for (const ref of refsIn(document)) expect(resolved(ref)).toBeTypeOf('object')
  })

  it('has every namespace, and each message as it is sent', async () => {
    const { floor } = service
    const watchers: Record<string, Watcher> = {
      '/agent': await service.watch('/agent', 'agent').joined(),
      '/supervisor': await service.watch('/supervisor', 'admin').joined(),
      '/wallboard': await service.watch('/wallboard', 'wallboard').joined(),
    }
    floor.ready('a1')
    floor.park('c1')
    floor.answer('c1')
    floor.engine.submit({ type: 'agent.hold_requested', at: floor.clock.now(), agentId: 'a1' })
    floor.held('c1')
    floor.clock.advance(31_000)
    expect(
      Object.values(document.channels)
        .map(({ address }) => address)
        .sort(),
    ).toEqual(Object.keys(watchers).sort())
    for (const { address, messages } of Object.values(document.channels)) {
      const watcher = watchers[address]
      await until(() => (watcher?.of('tick').length ?? 0) > 0, `a tick of ${address}`)
      if (address !== '/wallboard')
        await until(() => (watcher?.of('alert').length ?? 0) > 0, 'an alert')
      const described = new Map(
        Object.values(messages).map(({ $ref }) => {
          const message = resolved<Message>($ref)
          return [message.name, message.payload] as const
        }),
      )
      const sent = new Set(watcher?.messages.map(({ event }) => event))
      expect([...described.keys()]).toEqual(expect.arrayContaining([...sent]))
      expect(sent).toContain('delta')
      for (const { event, payload } of watcher?.messages ?? []) {
        expect(faultsOf(payload, described.get(event) ?? {}, `${address} ${event}`)).toEqual([])
      }
    }
  })
})
