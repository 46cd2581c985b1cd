// All the FreeSWITCHes of one hotline, and the recordings they write. Commands go to the node they name;
// inputs come from all of them. A node that is down costs the others nothing: what is asked of it is
// answered at once with `command.failed`, and it is looked at whole when it comes back.
import { resolve } from 'node:path'
import type { Clock } from '../clock.ts'
import type { RecordingCommand, SwitchCommand } from '../core/commands.ts'
import type { AgentId } from '../core/config.ts'
import type { Input, NodeId } from '../core/inputs.ts'
import type { Language, PromptId } from '../core/prompts.ts'
import type { Log } from '../log.ts'
import { type NodeStatus, type SwitchAddress, SwitchNode } from './node.ts'
import { RecordingVerifier } from './recordings.ts'

export interface PoolOptions {
  readonly nodes: readonly SwitchAddress[]
  readonly clock: Clock
  /** In [0, 1): spreads reconnects. */
  readonly random: () => number
  /** May be called from within `execute`. */
  readonly submit: (input: Input) => void
  readonly log: Log
  /** The switches write here under the same name, and we read. */
  readonly recordingsDir: string
  /** Whether the phone that would ring for this agent now is a browser. */
  readonly isBrowser: (agentId: AgentId) => boolean
  /** See `Site`. */
  readonly fileOf?: (prompt: PromptId, language: Language) => string
}

export class SwitchPool {
  readonly #options: PoolOptions
  readonly #nodes: ReadonlyMap<NodeId, SwitchNode>
  readonly #verifier: RecordingVerifier

  constructor(options: PoolOptions) {
    this.#options = options
    const { clock, random, submit, log } = options
    const recordingsDir = resolve(options.recordingsDir)
    const { isBrowser, fileOf } = options
    const site = { recordingsDir, isBrowser, ...(fileOf !== undefined && { fileOf }) }
    this.#nodes = new Map(
      options.nodes.map((address) => [
        address.nodeId,
        new SwitchNode({ address, clock, random, submit, log, site }),
      ]),
    )
    this.#verifier = new RecordingVerifier({ recordingsDir, clock, submit })
  }

  start(): void {
    for (const node of this.#nodes.values()) node.start()
  }

  /** Never throws; what cannot be done is reported as an input. */
  execute(command: SwitchCommand | RecordingCommand): void {
    if (command.type === 'verify_recording') {
      this.#verifier.verify(command)
      return
    }
    const node = this.#nodes.get(command.nodeId)
    if (node !== undefined) node.run(command)
    else {
      // A call from before the list of switches was changed.
      const { type, legId } = command
      const at = this.#options.clock.now()
      const reason = 'switch_unavailable'
      this.#options.submit({ type: 'command.failed', at, command: type, legId, reason })
    }
  }

  status(): NodeStatus[] {
    return [...this.#nodes.values()].map((node) => node.status())
  }

  /**
   * False while bytes or files are under way that will lead to inputs by themselves. A clock that is
   * moved by hand should stand still then; waits that end by the clock do not count.
   */
  isQuiet(): boolean {
    return this.#verifier.isQuiet && [...this.#nodes.values()].every((node) => node.isQuiet)
  }

  /** Calls on the switches go on. No input is submitted after this. */
  async stop(): Promise<void> {
    this.#verifier.stop()
    await Promise.all([...this.#nodes.values()].map((node) => node.stop()))
  }
}

const SWITCH_URL = 'esl://:password@host:port'

/** `esl://:password@host:port`; the port may be left out (8021). The node is named `host:port`. */
export function parseSwitchUrl(text: string): SwitchAddress {
  let url: URL
  let password: string
  try {
    url = new URL(text)
    password = decodeURIComponent(url.password)
  } catch (cause) {
    throw new Error(`not a switch's URL (${SWITCH_URL})`, { cause })
  }
  if (url.protocol !== 'esl:' || url.hostname === '' || url.username !== '') {
    throw new Error(`not a switch's URL (${SWITCH_URL})`)
  }
  if (!['', '/'].includes(url.pathname) || url.search !== '' || url.hash !== '') {
    throw new Error(`nothing may follow the port in a switch's URL (${SWITCH_URL})`)
  }
  if (password === '' || /[\r\n\0]/.test(password)) {
    throw new Error('a switch needs a password, without line breaks')
  }
  const port = url.port === '' ? 8021 : Number(url.port)
  if (port === 0) throw new Error('port 0 is no port of a switch')
  // Brackets are the URL's way to write IPv6 addresses, not the socket's.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { nodeId: `${url.hostname}:${port}`, host, port, password }
}
