// The built-in pages, from the folder they were built into. An address that is no file is one of the
// pages' own and gets the first page; addresses of the API and of files never do.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import statics from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './context.ts'
import { errorReply, replyNotFound } from './errors.ts'

const HOUR_S = 3_600
const OURS = /^\/(?:api|health|metrics|public|socket\.io)(?:[/?]|$)/

export async function servePages(app: Api, webDir: string | undefined): Promise<void> {
  const folder = webDir === undefined ? null : resolve(webDir)
  if (folder === null || !existsSync(join(folder, 'index.html'))) {
    app.setNotFoundHandler((request, reply) => {
      if (isPage(request)) replyNotBuilt(reply)
      else replyNotFound(request, reply)
    })
    return
  }
  await app.register(statics, {
    root: folder,
    serve: false,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders: (reply, path) => {
      // Vite names what it puts there by its content.
      const isFixed = path.startsWith(join(folder, 'assets'))
      const policy = isFixed ? `public, max-age=${8_760 * HOUR_S}, immutable` : 'no-cache'
      void reply.header('cache-control', policy)
    },
  })
  app.get('/*', { config: { permission: 'public' }, schema: { hide: true } }, (request, reply) => {
    if (OURS.test(request.url)) return reply.callNotFound()
    const { '*': path } = request.params as { '*': string }
    return reply.sendFile(path === '' ? 'index.html' : path)
  })
  app.setNotFoundHandler((request, reply) => {
    if (isPage(request)) void reply.sendFile('index.html')
    else replyNotFound(request, reply)
  })
}

function isPage({ method, url }: FastifyRequest): boolean {
  const [path = ''] = url.split('?')
  return (method === 'GET' || method === 'HEAD') && !OURS.test(url) && !/\.\w+$/.test(path)
}

function replyNotBuilt(reply: FastifyReply): void {
  const message = 'The pages are not built yet: run `npm run build`. The API is at /api/docs.'
  void reply.code(404).send(errorReply('pages_not_built', message))
}
