// The description of the API, made from the very schemas that check it: as OpenAPI for programs and as
// one plain page for people, without a script and without anything from elsewhere.
import { createHash } from 'node:crypto'
import swagger from '@fastify/swagger'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Access } from './access.ts'
import { API_HEADERS } from './browser-headers.ts'
import type { Api } from './context.ts'
import { FAULTS } from './errors.ts'
import { COOKIE } from './sign-ins.ts'

const ABOUT = `Times are ISO 8601 with the offset of the hotline's time zone, durations integer
milliseconds (names end in \`Ms\`), rates unrounded numbers or null where the denominator is 0. Sign in
with \`POST /api/v1/session\`; the cookie does the rest. Whatever is not fulfilled is answered with
\`{ error: { code, message, details? } }\`: 400 wrong input with the path of each fault, 401 not signed
in, 403 not allowed, 404 not there, 409 refused with a code of a closed list.`

/** Before any route. */
export async function describeApi(app: Api): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Yingda', version: '1', description: ABOUT },
      components: {
        securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: COOKIE } },
      },
    },
    transform: (document) => {
      const { permission } = document.route.config ?? {}
      const described = jsonSchemaTransform(document)
      const security = permission === 'public' ? [] : [{ session: [] }]
      const needs = { 'x-permission': permission, security, description: needsOf(permission) }
      return { ...described, schema: { ...needs, ...described.schema } }
    },
  })
}

export function docsRoutes(app: Api): void {
  const config = { permission: 'public' } as const
  const tags = ['operation']
  let page: string | null = null

  app.get(
    '/api/openapi.json',
    {
      config,
      schema: {
        tags,
        summary: 'This API as an OpenAPI 3.1 document.',
        response: { 200: z.looseObject({}), ...FAULTS },
      },
    },
    async () => ({ ...app.swagger() }),
  )
  app.get(
    '/api/docs',
    {
      config,
      schema: {
        tags,
        summary: 'This API as a page to read.',
        response: { 200: { content: { 'text/html': { schema: z.string() } } }, ...FAULTS },
      },
    },
    async (_request, reply) => {
      page ??= pageOf(app.swagger() as unknown as Document)
      void reply.headers({ ...API_HEADERS, 'content-security-policy': POLICY })
      void reply.type('text/html; charset=utf-8').serializer((text) => text)
      return page
    },
  )
}

function needsOf(permission: Access | undefined): string {
  if (permission === 'public') return 'Open to anybody.'
  return permission === 'signed_in' ? 'For every user.' : `Needs the permission \`${permission}\`.`
}

interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema: object }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: object }>> }
  readonly responses?: Readonly<Record<string, { content?: Record<string, { schema?: object }> }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #999 }
summary { cursor: pointer; padding: .3rem 0 } code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { background: #f4f4f4; padding: .8rem; overflow: auto } b { display: inline-block; width: 4.5rem }
table { border-collapse: collapse } td { padding: .1rem 1rem .1rem 0; vertical-align: top }`
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'`

function pageOf(document: Document): string {
  const byTag = new Map<string, string[]>()
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other'
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationOf(method, path, operation)])
    }
  }
  const sections = [...byTag].map(([tag, items]) => `<h2>${html(tag)}</h2>${items.join('')}`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Yingda API</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>Yingda API</h1><p>${html(ABOUT).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>
<p><a href="/api/openapi.json">OpenAPI document</a></p>${sections.join('')}</body></html>`
}

function operationOf(method: string, path: string, operation: Operation): string {
  const { summary = '', description = '', parameters = [], requestBody, responses = {} } = operation
  const rows = parameters.map(
    (field) =>
      `<tr><td><code>${html(field.name)}</code></td><td>${html(field.in)}</td>` +
      `<td>${field.required ? 'required' : ''}</td>` +
      `<td><code>${html(JSON.stringify(field.schema))}</code></td></tr>`,
  )
  const body = requestBody === undefined ? '' : `<p>Body</p>${contentOf(requestBody.content)}`
  const replies = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content = {} }]) => `<p>Reply ${html(status)}</p>${contentOf(content)}`)
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${html(path)}</code> – ${html(
    summary,
  )}</summary><p>${html(description)}</p><table>${rows.join('')}</table>${body}${replies.join('')}</details>`
}

function contentOf(content: Readonly<Record<string, { schema?: object }>>): string {
  return Object.entries(content)
    .map(([type, { schema = {} }]) => {
      return `<pre>${html(type)}\n${html(JSON.stringify(schema, null, 2))}</pre>`
    })
    .join('')
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
