// The service's own description of what may be configured, as its OpenAPI document gives it, so that a form
// always offers just what the service takes, with the same bounds. Pure; openapi.ts reads the document.
/** The part of JSON Schema that the service's requests use. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly enum?: readonly (string | number)[]
  readonly const?: string | number
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly $ref?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxItems?: number
  readonly default?: unknown
  readonly description?: string
  readonly format?: string
}

export interface OpenApi {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { requestBody?: { content?: Body }; summary?: string }>>>
  >
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}
type Body = Readonly<Record<string, { readonly schema?: Schema }>>

export function bodySchemaIn(document: OpenApi, method: string, path: string): Schema | null {
  const operation = document.paths[`/api/v1${path}`]?.[method.toLowerCase()]
  const schema = operation?.requestBody?.content?.['application/json']?.schema
  return schema === undefined ? null : resolved(schema, document)
}

function resolved(schema: Schema, document: OpenApi): Schema {
  if (schema.$ref === undefined) return schema
  const name = schema.$ref.split('/').at(-1) ?? ''
  return document.components?.schemas?.[name] ?? {}
}

/** What a field may hold, with `null` taken apart: JSON Schema says it as a second type or alternative. */
export function withoutNull(schema: Schema): {
  readonly schema: Schema
  readonly isNullable: boolean
} {
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives !== undefined) {
    const rest = alternatives.filter(({ type }) => type !== 'null')
    const isNullable = rest.length < alternatives.length
    if (rest.length === 1 && rest[0] !== undefined) {
      return {
        schema: { ...rest[0], description: schema.description ?? rest[0].description } as Schema,
        isNullable,
      }
    }
    return { schema: { ...schema, anyOf: rest }, isNullable }
  }
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null')
    const type = types.length === 1 ? types[0] : types
    return {
      schema: { ...schema, ...(type === undefined ? {} : { type }) },
      isNullable: types.length < schema.type.length,
    }
  }
  return { schema, isNullable: false }
}

/** What a new field of the schema starts with. */
export function blankOf(schema: Schema): unknown {
  if (schema.default !== undefined) return structuredClone(schema.default)
  const { schema: inner, isNullable } = withoutNull(schema)
  if (isNullable) return null
  if (inner.const !== undefined) return inner.const
  if (inner.enum !== undefined) return inner.enum[0]
  if (inner.anyOf?.[0] !== undefined) return blankOf(inner.anyOf[0])
  if (inner.oneOf?.[0] !== undefined) return blankOf(inner.oneOf[0])
  switch (inner.type) {
    case 'object':
      return Object.fromEntries(
        (inner.required ?? []).map((name) => [name, blankOf(inner.properties?.[name] ?? {})]),
      )
    case 'array':
      return []
    case 'boolean':
      return false
    case 'integer':
    case 'number':
      return Math.max(0, inner.minimum ?? 0)
    default:
      return ''
  }
}

/** The alternative of a union that a value is of, by its literal fields. */
export function alternativeOf(schema: Schema, value: unknown): number {
  const alternatives = schema.anyOf ?? schema.oneOf ?? []
  const found = alternatives.findIndex((alternative) => fits(alternative, value))
  return Math.max(0, found)
}

function fits(schema: Schema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const
  if (schema.enum !== undefined) return schema.enum.includes(value as string)
  switch (schema.type) {
    case 'object': {
      if (typeof value !== 'object' || value === null) return false
      const entries = Object.entries(schema.properties ?? {})
      return entries.every(
        ([name, field]) =>
          field.const === undefined || (value as Record<string, unknown>)[name] === field.const,
      )
    }
    case 'array':
      return Array.isArray(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
    case 'number':
      return typeof value === 'number'
    default:
      return typeof value === 'string'
  }
}
