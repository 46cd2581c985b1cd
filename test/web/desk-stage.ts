// A service for the working pages to talk to: the built web app over HTTP, a shift leader who is signed
// in, and the answers of the API that a test gives itself, so that a page can be seen in states that a
// real service leaves within a moment.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ROLES, type Role } from '../../src/core/permissions.ts'
import { servePages } from './stage.ts'

/** By method and path below `/api/v1`, e.g. `GET /reports`. */
export type Answers = Record<string, () => unknown>

export class DeskStage {
  readonly answers: Answers
  /** What was asked, by method and path. */
  readonly asked: string[] = []
  readonly #session
  readonly #http

  constructor(directory: string, role: Role, answers: Answers) {
    this.answers = answers
    const permissions = ROLES[role]
    this.#session = { userId: 1, username: role, name: role, role, permissions, agentId: null }
    this.#http = createServer((request, response) => {
      this.#serve(directory, request, response).catch(() => response.writeHead(500).end())
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
  }

  async #serve(directory: string, request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '/', 'http://stage')
    if (!pathname.startsWith('/api/v1')) return servePages(directory, request, response)
    const asked = `${request.method} ${pathname.slice('/api/v1'.length)}`
    this.asked.push(asked)
    const answer = asked === 'GET /session' ? () => this.#session : this.answers[asked]
    const [status, body] =
      answer === undefined
        ? [404, { error: { code: 'not_found', message: asked } }]
        : [200, answer()]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}
