// As much of an S3-compatible server as recordings need, in memory, on a port of its own: objects are put,
// looked at, read in part and deleted. It can be away, which it shows by refusing everything.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export class BucketServer {
  readonly objects = new Map<string, Buffer>()
  isAway = false
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  static async start(): Promise<BucketServer> {
    const server = createServer()
    const bucket = new BucketServer(server)
    server.on('request', (request, response) => {
      const name = decodeURIComponent((request.url ?? '').split('?')[0] ?? '')
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        if (bucket.isAway) return void response.writeHead(503).end()
        const object = bucket.objects.get(name)
        if (request.method === 'PUT') {
          bucket.objects.set(name, Buffer.concat(chunks))
          return void response.writeHead(200, { etag: '"x"' }).end()
        }
        if (request.method === 'DELETE') {
          bucket.objects.delete(name)
          return void response.writeHead(204).end()
        }
        if (object === undefined) return void response.writeHead(404).end()
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
        const part = first === undefined ? object : object.subarray(Number(first), Number(last) + 1)
        response.writeHead(first === undefined ? 200 : 206, { 'content-length': part.length })
        response.end(request.method === 'HEAD' ? undefined : part)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return bucket
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return `http://key:secret@127.0.0.1:${port}/hotline/calls`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
