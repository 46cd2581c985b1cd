// The settings' forms follow the service's own description. Every field that one of them can show has a
// name in both languages, and every section leads to a route that is there.
import { expect, it } from 'vitest'
import { hasLabel } from '../../src/web/admin/field-labels.ts'
import { bodySchemaIn, type Schema, withoutNull } from '../../src/web/admin/schema.ts'
import { SECTIONS } from '../../src/web/admin/sections.ts'
import { testService } from '../support/service.ts'

const test = testService()
const described = async () => (await test.service.app.inject({ url: '/api/openapi.json' })).json()

/** Every field below the schema, as names from the top down. */
function pathsIn(schema: Schema, path: readonly string[] = []): (readonly string[])[] {
  const { schema: inner } = withoutNull(schema)
  const below = (name: string, field: Schema): (readonly string[])[] => [
    [...path, name],
    ...pathsIn(field, [...path, name]),
  ]
  return [
    ...Object.entries(inner.properties ?? {}).flatMap(([name, field]) => below(name, field)),
    ...(inner.items === undefined ? [] : pathsIn(inner.items, path)),
    ...(inner.anyOf ?? inner.oneOf ?? []).flatMap((one) => pathsIn(one, path)),
  ]
}

it('every field of every form has a name for people', async () => {
  const document = await described()
  const nameless = SECTIONS.flatMap((section) => {
    const schemas = [
      bodySchemaIn(document, 'POST', section.path),
      bodySchemaIn(document, 'PATCH', `${section.path}/{${section.idField}}`),
      ...(section.isPut
        ? [bodySchemaIn(document, 'PUT', `${section.path}/{${section.idField}}`)]
        : []),
      ...(section.panel === 'policy' ? [bodySchemaIn(document, 'PATCH', section.path)] : []),
    ]
    const paths = schemas.flatMap((schema) => (schema === null ? [] : pathsIn(schema)))
    const columns = section.columns.map((column) => [column])
    return [...paths, ...columns]
      .filter((path) => !hasLabel(path))
      .map((path) => `${section.id}: ${path.join('.')}`)
  })
  expect([...new Set(nameless)]).toEqual([])
})

it('every section lists, adds, changes and deletes where the service says', async () => {
  const { paths } = await described()
  const missing = SECTIONS.flatMap((section) => {
    const one = `/api/v1${section.path}/{${section.idField}}`
    const wanted = [
      [`/api/v1${section.path}`, 'get'],
      ...(section.isPut ? [[one, 'put']] : []),
      ...(section.can.includes('create') && !section.isPut
        ? [[`/api/v1${section.path}`, 'post']]
        : []),
      ...(section.can.includes('change') && !section.isPut ? [[one, 'patch']] : []),
      ...(section.can.includes('delete') ? [[one, 'delete']] : []),
    ] as [string, string][]
    return wanted.filter(([path, method]) => paths[path]?.[method] === undefined)
  })
  expect(missing).toEqual([])
})
