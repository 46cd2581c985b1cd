// Callers and agents' phones: sipp speaks SIP by the scenarios of `sip/sipp`, our own RTP end speaks and
// listens at the port that sipp names in its SDP, and the wire between them and the switch tells both
// what to do and the test what was done.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { endWithUs, freePort, sippProgram } from './freeswitch.ts'
import { RtpEnd } from './rtp.ts'
import { until } from './until.ts'
import type { SipMessage, Wire } from './wire.ts'

const SCENARIOS = fileURLToPath(new URL('../../sip/sipp', import.meta.url))

export type PhoneScenario =
  | 'agent-phone-answers-when-told'
  | 'agent-phone-holds-and-retrieves-when-told'
  | 'agent-phone-never-answers'
  | 'agent-phone-is-busy'
  | 'agent-phone-rejects'

class Sipp {
  readonly #process: ChildProcess
  readonly #folder = mkdtempSync(join(tmpdir(), 'yingda-sipp-'))

  constructor(scenario: string, port: number, keys: Record<string, string>, target: string[]) {
    const pairs = Object.entries(keys).flatMap(([name, value]) => ['-key', name, value])
    this.#process = spawn(
      sippProgram() ?? 'sipp',
      [
        ...['-sf', join(SCENARIOS, `${scenario}.xml`), '-i', '127.0.0.1', '-p', String(port)],
        ...['-nostdin', '-trace_err', '-error_file', join(this.#folder, 'errors.log')],
        ...pairs,
        ...target,
      ],
      { cwd: this.#folder, stdio: 'ignore' },
    )
    endWithUs(this.#process)
  }

  /** What sipp found wrong with its peer; empty if nothing. */
  errors(): string {
    try {
      return readFileSync(join(this.#folder, 'errors.log'), 'utf8')
    } catch {
      return ''
    }
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    }
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Lets the RTP end talk to wherever the switch says it listens. */
function followMedia(
  wire: Wire,
  rtp: RtpEnd,
  isOurs: (message: SipMessage) => boolean,
): () => void {
  return wire.watch((message) => {
    if (message.from !== 'switch' || !isOurs(message)) return
    const port = /^m=audio (\d+) /m.exec(message.text)?.[1]
    if (port !== undefined) rtp.talkTo(Number(port))
  })
}

export interface CallOptions {
  readonly to: string
  readonly from?: string
  /** As the edge would give it: the X-CC-Call-Id header. */
  readonly callId?: string
  readonly hertz: number
}

/** One citizen on the line. */
export class SippCaller {
  readonly rtp: RtpEnd
  /** SIP's Call-ID, for the wire. */
  readonly sipCallId: string
  readonly #wire: Wire
  readonly #sipp: Sipp
  readonly #unwatch: () => void

  private constructor(
    parts: { rtp: RtpEnd; wire: Wire; sipp: Sipp; unwatch: () => void },
    sipCallId: string,
  ) {
    this.rtp = parts.rtp
    this.#wire = parts.wire
    this.#sipp = parts.sipp
    this.#unwatch = parts.unwatch
    this.sipCallId = sipCallId
  }

  /** Resolves with the INVITE on the wire; whether the switch answers is the test's to see. */
  static async dial(wire: Wire, options: CallOptions): Promise<SippCaller> {
    const rtp = await RtpEnd.open(options.hertz)
    const port = await freePort()
    const sipCallId = `${port}-${Date.now()}@caller`
    const unwatch = followMedia(wire, rtp, (message) => message.callId === sipCallId)
    const sipp = new Sipp(
      'caller-stays-until-told-to-hang-up',
      port,
      {
        rtp_port: String(rtp.port),
        wire_port: String(wire.port),
        caller: options.from ?? '13800001234',
        cc_header:
          options.callId === undefined ? 'Subject: call' : `X-CC-Call-Id: ${options.callId}`,
      },
      ['-s', options.to, '-m', '1', '-cid_str', sipCallId, `127.0.0.1:${wire.port}`],
    )
    const caller = new SippCaller({ rtp, wire, sipp, unwatch }, sipCallId)
    await wire.message(sipCallId, 'INVITE')
    return caller
  }

  /** The moment of the BYE on the wire. */
  async hangUp(): Promise<number> {
    this.#wire.tell(this.sipCallId)
    return (await this.#wire.message(this.sipCallId, 'BYE')).at
  }

  /** Presses a key, as RTP carries it. */
  press(digit: string): void {
    this.rtp.press(digit)
  }

  errors(): string {
    return this.#sipp.errors()
  }

  async close(): Promise<void> {
    this.#unwatch()
    this.rtp.close()
    await this.#sipp.stop()
  }
}

/** One agent's phone, for one call after another. */
export class SippPhone {
  readonly user: string
  readonly rtp: RtpEnd
  readonly #wire: Wire
  readonly #sipp: Sipp
  readonly #unwatch: () => void
  /** Messages on the wire from before this phone was there. */
  readonly #before: number

  private constructor(
    parts: { rtp: RtpEnd; wire: Wire; sipp: Sipp; unwatch: () => void },
    user: string,
  ) {
    this.#before = parts.wire.messages.length
    this.rtp = parts.rtp
    this.#wire = parts.wire
    this.#sipp = parts.sipp
    this.#unwatch = parts.unwatch
    this.user = user
  }

  static async plugIn(
    wire: Wire,
    user: string,
    scenario: PhoneScenario,
    hertz: number,
  ): Promise<SippPhone> {
    const rtp = await RtpEnd.open(hertz)
    const port = await freePort()
    const calls = new Set<string>()
    const unwatch = followMedia(wire, rtp, (message) => {
      if (message.what === 'INVITE' && message.text.startsWith(`INVITE sip:${user}@`)) {
        calls.add(message.callId)
      }
      return calls.has(message.callId)
    })
    const sipp = new Sipp(
      scenario,
      port,
      { rtp_port: String(rtp.port), wire_port: String(wire.port) },
      [],
    )
    wire.connect(user, port)
    return new SippPhone({ rtp, wire, sipp, unwatch }, user)
  }

  /** The INVITEs that reached this phone since it was plugged in, oldest first. */
  rings(): readonly SipMessage[] {
    return this.#wire.messages
      .slice(this.#before)
      .filter(
        (message) =>
          message.from === 'switch' &&
          message.what === 'INVITE' &&
          message.text.startsWith(`INVITE sip:${this.user}@`),
      )
  }

  /** The `count`-th ring since the phone was plugged in, from 1. */
  ring(count = 1, msMax = 10_000): Promise<SipMessage> {
    return until(() => this.rings()[count - 1], `ring ${count} at ${this.user}`, msMax)
  }

  /** Presses the phone's next button in that call: answer, then whatever the scenario says. */
  async press(ring: SipMessage): Promise<void> {
    await this.#wire.message(ring.callId, '180 INVITE')
    this.#wire.tell(ring.callId)
  }

  errors(): string {
    return this.#sipp.errors()
  }

  async close(): Promise<void> {
    this.#wire.disconnect(this.user)
    this.#unwatch()
    this.rtp.close()
    await this.#sipp.stop()
  }
}
