// Types for the little we use of modesl 1.2.1, which ships none. Only connection.ts imports it. What
// the library offers beyond this (its own request queues, event names, `api`, `bgapi`) is left alone:
// it pairs replies with two separate queues and never rejects a request when the socket closes.
declare module 'modesl' {
  import type { Socket } from 'node:net'

  export interface Parser {
    /** Bytes received and not yet consumed. */
    buffer: Buffer
    _parseHeaders(): void
  }

  export class Connection {
    constructor(host: string, port: number, password: string)
    readonly socket: Socket
    /** Exists from `esl::connect` on. */
    readonly parser: Parser
    on(event: 'esl::connect' | 'error', listen: (error: Error) => void): void
    /** Writes a command line, its headers, and the empty line that ends it. */
    send(command: string, headers?: Readonly<Record<string, string>>): void
  }

  const esl: { readonly Connection: typeof Connection }
  export default esl
}
