// For those who run the service and those who write against it: health, metrics, the API's description,
// the built pages, and answers to requests that are no requests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Service, testService } from '../support/service.ts'

const test = testService()
const get = (url: string) => test.service.app.inject({ url })

describe('health', () => {
  it('alive as long as it answers', async () => {
    const reply = await get('/health/live')
    expect([reply.statusCode, reply.json()]).toEqual([200, { status: 'live' }])
  })

  it('ready while everything is there, and 503 with what is not', async () => {
    expect((await get('/health/ready')).json()).toEqual({ status: 'ready', checks: ['database'] })
    test.service.checks = [
      { name: 'database', isUp: false, reason: 'connection refused' },
      { name: 'switch:fs1', isUp: false },
      { name: 'switch:fs2', isUp: true },
    ]
    const reply = await get('/health/ready')
    expect(reply.statusCode).toBe(503)
    expect(reply.json().error).toEqual({
      code: 'not_ready',
      message: 'Not ready.',
      details: [
        { path: 'database', message: 'connection refused' },
        { path: 'switch:fs1', message: 'Not there.' },
      ],
    })
    expect((await get('/health/live')).statusCode).toBe(200)
  })
})

describe('metrics', () => {
  it('the process, the floor, the journal and the requests', async () => {
    const { floor } = test.service
    floor.ready('a1')
    floor.park('c1')
    floor.park('c2')
    await get('/api/v1/calls/whatever')
    const reply = await get('/metrics')
    expect(reply.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
    const lines = reply.body.split('\n')
    for (const line of [
      'yingda_calls_waiting 2',
      'yingda_rate_target{code="connectRate"} 0.95',
      'yingda_rate{code="connectRate",period="rolling"} 0',
      'yingda_calls_today{outcome="inbound"} 2',
      'yingda_calls_live 2',
      'yingda_agents{phase="offered"} 1',
      'yingda_agents{phase="signed_out"} 3',
      'yingda_agents{phase="ready"} 0',
      'yingda_switch_connected{node="fs1"} 1',
      `yingda_facts_total ${floor.facts.length}`,
      'yingda_journal_pending 3',
      'yingda_http_request_duration_seconds_count{method="GET",route="/api/v1/calls/:callId",status="401"} 1',
    ]) {
      expect(lines).toContain(line)
    }
    expect(reply.body).toContain('process_cpu_seconds_total')
    floor.engine.submit({ type: 'switch.lost', at: floor.clock.now(), nodeId: 'fs1' })
    expect((await get('/metrics')).body).toContain('yingda_switch_connected{node="fs1"} 0')
  })

  it('what keeps recordings from being kept, where somebody looks after them', async () => {
    expect((await get('/metrics')).body).not.toContain('yingda_recordings_trouble')
    const archive = { isDiskLow: true, archivingFault: 'no bucket', copyingFault: null }
    await test.service.start({ archive: () => archive })
    const lines = (await get('/metrics')).body.split('\n')
    for (const [what, value] of [
      ['disk_low', 1],
      ['archiving', 1],
      ['copying', 0],
    ]) {
      expect(lines).toContain(`yingda_recordings_trouble{what="${what}"} ${value}`)
    }
  })
})

describe('the API describes itself', () => {
  interface Operation {
    readonly parameters?: readonly { name: string; in: string; required?: boolean }[]
    readonly responses: Record<string, { content?: Record<string, { schema: object }> }>
    readonly security: readonly object[]
    readonly summary: string
  }
  const operations = async () => {
    const document = (await get('/api/openapi.json')).json()
    const paths: Record<string, Record<string, Operation>> = document.paths
    return Object.entries(paths).flatMap(([path, byMethod]) =>
      Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
    )
  }

  it('every route of the service is in the document', async () => {
    const listed = (await operations()).map(({ path, method }) => `${method} ${path}`)
    expect(routesOf(test.service).length).toBeGreaterThan(40)
    for (const { method, url } of routesOf(test.service)) {
      if (method === 'HEAD' || method === 'OPTIONS') continue
      expect(listed).toContain(`${method.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`)
    }
  })

  it('every operation says what it does, who may, what it takes and what it replies', async () => {
    for (const { path, method, operation } of await operations()) {
      const where = `${method} ${path}`
      expect(operation.summary, where).toMatch(/^[A-Z].*\.$/)
      expect(operation.security, where).toBeInstanceOf(Array)
      const replies = Object.entries(operation.responses)
      expect(
        replies.some(([status]) => status === '4XX'),
        where,
      ).toBe(true)
      const good = replies.filter(([status]) => status.startsWith('2'))
      expect(good.length, where).toBeGreaterThan(0)
      for (const [status, { content }] of good) {
        if (status === '204') continue
        const [schema] = Object.values(content ?? {})
        expect(schema?.schema, where).toBeTypeOf('object')
      }
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        expect(operation.parameters, where).toContainEqual(
          expect.objectContaining({ name, in: 'path', required: true }),
        )
      }
    }
  })

  it('as OpenAPI 3.1 whose references all lead somewhere', async () => {
    const document = (await get('/api/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    expect(document.components.securitySchemes.session).toMatchObject({ name: 'yingda_session' })
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)]
    for (const [, reference = ''] of references) {
      const target = reference
        .split('/')
        .reduce<unknown>((node, key) => (node as Record<string, unknown>)?.[key], document)
      expect(target, reference).toBeDefined()
    }
    const { schema } = document.paths['/api/v1/queues'].post.requestBody.content['application/json']
    expect(schema).toMatchObject({
      required: ['queueId', 'name'],
      additionalProperties: false,
      properties: { ringMsMax: { type: 'integer', minimum: 1_000, maximum: 120_000 } },
    })
  })

  it('and as a page that loads nothing from anywhere', async () => {
    const reply = await get('/api/docs')
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(reply.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-/,
    )
    expect(reply.body).toContain('/api/v1/recordings/{recordingId}/audio')
    expect(reply.body).toContain('Needs the permission')
    expect(reply.body).not.toMatch(/<script|https?:\/\/|src=/)
  })
})

describe('browsers', () => {
  it.each(['/health/live', '/api/v1/session', '/nowhere'])(
    '%s: nothing from elsewhere',
    async (url) => {
      const { headers } = await get(url)
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      })
      expect(headers['content-security-policy']).toContain("default-src 'self'")
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    },
  )

  it('keep nothing of the API', async () => {
    expect((await get('/api/v1/session')).headers['cache-control']).toBe('no-store')
  })
})

describe('requests that are none', () => {
  const post = (headers: Record<string, string>, payload: string) =>
    test.service.app.inject({ method: 'POST', url: '/api/v1/session', headers, payload })

  it.each([
    ['application/json', '{"username":', 400, 'invalid_request'],
    ['application/json', '', 400, 'invalid_request'],
    ['text/plain', '{"username":"a","password":"b"}', 415, 'unsupported_media_type'],
    ['application/x-www-form-urlencoded', 'username=a', 415, 'unsupported_media_type'],
    ['application/json', JSON.stringify('x'.repeat(70_000)), 413, 'body_too_large'],
    ['application/json', '{"__proto__":{"x":1}}', 400, 'invalid_request'],
    ['application/json', '[]', 400, 'invalid_request'],
    ['application/json', 'null', 400, 'invalid_request'],
  ])('%s %s: %i', async (type, payload, status, code) => {
    const reply = await post({ 'content-type': type }, payload)
    expect(reply.statusCode).toBe(status)
    expect(reply.json().error.code).toBe(code)
    expect(reply.body).not.toMatch(/node_modules|\bat \w+.*:\d+/)
  })

  it.each([
    ['/api/nowhere', 404],
    ['/api/v1/calls/%E0%A4%A', 400],
    [`/api/v1/calls/${'x'.repeat(500)}`, 414],
    ['/api/v1/../../etc/passwd', 404],
    ['/health', 404],
  ])('%s: %i', async (url, status) => {
    const reply = await get(url)
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toEqual({
      error: { code: expect.any(String), message: expect.any(String) },
    })
  })

  it('what breaks within is logged and not told', async () => {
    const service = new Service(test.service.db)
    const cause = new Error('connection refused')
    await service.start({
      health: () => {
        throw new Error('Failed query: select … params: 13800138000', { cause })
      },
    })
    const reply = await service.app.inject({ url: '/health/ready?number=13800138000' })
    expect(reply.statusCode).toBe(500)
    expect(reply.json()).toEqual({
      error: { code: 'internal_error', message: 'Something went wrong on our side.' },
    })
    const [line] = service.log.lines()
    expect(line).toMatchObject({ level: 50, route: '/health/ready', reason: 'connection refused' })
    expect(JSON.stringify(line?.stack)).toContain('operation.test.ts')
    expect(JSON.stringify(line)).not.toContain('13800138000')
    await service.stop()
  })

  it.each([
    ['GET / HTTP/9.9\r\n\r\n', 400],
    ['\u0000\u0001\u0002\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ])('no HTTP at all: %j', async (bytes, status) => {
    const { app } = test.service
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', reject)
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    const [, body = ''] = answer.split('\r\n\r\n')
    expect(JSON.parse(body).error.code).toBe('invalid_request')
    expect((await get('/health/live')).statusCode).toBe(200)
  })
})

describe('pages', () => {
  let webDir = ''
  let service: Service
  beforeEach(async () => {
    webDir = mkdtempSync(join(tmpdir(), 'yingda-web-'))
    mkdirSync(join(webDir, 'assets'))
    writeFileSync(join(webDir, 'index.html'), '<!doctype html><title>应答</title>')
    writeFileSync(join(webDir, 'assets', 'app-1234.js'), 'run()')
    writeFileSync(join(webDir, '.secret'), 'hidden')
    service = new Service(test.service.db)
    await service.start({ webDir })
  })
  afterEach(async () => {
    await service.stop()
    rmSync(webDir, { recursive: true })
  })
  const page = (url: string, method: 'GET' | 'POST' = 'GET') => service.app.inject({ url, method })

  it.each(['/', '/index.html', '/wallboard', '/sign-in?next=%2F', '/a/b/c'])(
    '%s is the first page',
    async (url) => {
      const reply = await page(url)
      expect(reply.statusCode).toBe(200)
      expect(reply.headers['content-type']).toMatch(/^text\/html/)
      expect(reply.headers['cache-control']).toBe('no-cache')
      expect(reply.body).toContain('应答')
    },
  )

  it('files are kept, since their names change with what is in them', async () => {
    const reply = await page('/assets/app-1234.js')
    expect(reply.body).toBe('run()')
    expect(reply.headers['content-type']).toMatch(/javascript/)
    expect(reply.headers['cache-control']).toContain('immutable')
  })

  it.each([
    '/assets/gone.js',
    '/favicon.ico',
    '/.secret',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/api/v1/nowhere',
    '/api',
    '/socket.io/nothing',
    '/health/nothing',
  ])('%s is not there', async (url) => {
    const reply = await page(url)
    expect(reply.statusCode).toBeGreaterThanOrEqual(400)
    expect(reply.statusCode).toBeLessThan(500)
    expect(reply.body).not.toContain('应答')
    expect(reply.body).not.toContain('hidden')
    expect(reply.json().error).toBeDefined()
  })

  it('are only to be read', async () => {
    expect((await page('/wallboard', 'POST')).statusCode).toBe(404)
  })

  it('say so when they were never built', async () => {
    const reply = await get('/wallboard')
    expect(reply.statusCode).toBe(404)
    expect(reply.json().error).toMatchObject({
      code: 'pages_not_built',
      message: expect.stringContaining('npm run build'),
    })
  })
})

/** From Fastify's own table of routes. */
function routesOf({ app }: Service): { method: string; url: string }[] {
  const lines = app.printRoutes({ commonPrefix: false }).split('\n')
  const path: string[] = []
  return lines.flatMap((line) => {
    const [, indent = '', name = '', methods] = /^(.*?)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? []
    if (name === '') return []
    const depth = indent.length / 4
    path.length = depth
    path[depth] = name
    const url = path.join('')
    return (methods ?? '').split(', ').flatMap((method) => (method === '' ? [] : { method, url }))
  })
}
