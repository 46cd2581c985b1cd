// A simulator on a virtual clock with one client that hears everything: time passes only when a test says
// so, and only once every byte under way has arrived.
import { VirtualClock } from '../../src/simulator/clock.ts'
import { Simulator, type SimulatorOptions } from '../../src/simulator/server.ts'
import { EslClient, type EventHeaders } from './esl-client.ts'

export const START_AT = Date.parse('2026-11-23T09:00:00.250+08:00')

/** Prompts of the tests: a second each, music a minute; some are missing. */
function promptMs(path: string): number | null {
  if (path.includes('missing')) return null
  return path.includes('moh') ? 60_000 : 1_000
}

export class SimulatedSwitch {
  readonly clock = new VirtualClock(START_AT)
  readonly simulator: Simulator
  #client: EslClient | null = null

  private constructor(options: Partial<SimulatorOptions>) {
    this.simulator = new Simulator({
      clock: this.clock,
      seed: 'test',
      audio: 'silence',
      promptMs,
      ...options,
    })
  }

  static async start(options: Partial<SimulatorOptions> = {}): Promise<SimulatedSwitch> {
    const world = new SimulatedSwitch(options)
    await world.simulator.start()
    world.#client = await EslClient.signIn(world.simulator.port, world.simulator.password)
    await world.client.command('event json ALL')
    return world
  }

  get client(): EslClient {
    if (this.#client === null) throw new Error('not started')
    return this.#client
  }

  get events(): readonly EventHeaders[] {
    return this.client.events
  }

  async settle(): Promise<void> {
    const { client, simulator } = this
    while (
      !simulator.isQuiet() ||
      client.bytesRead !== simulator.bytesWritten ||
      client.bytesWritten !== simulator.bytesRead
    ) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  pass(ms: number): Promise<void> {
    return this.clock.run(this.clock.now() + ms, () => this.settle())
  }

  /** Lets time pass until an event of this name has come for the leg; returns that event. */
  async event(name: string, legId: string, since = 0): Promise<EventHeaders> {
    const giveUpAt = this.clock.now() + 120_000
    for (let seen = since; ; ) {
      await this.settle()
      const found = this.events
        .slice(seen)
        .find((event) => event['Event-Name'] === name && event['Unique-ID'] === legId)
      if (found !== undefined) return found
      seen = this.events.length
      const next = this.clock.nextAt()
      if (next === null || next > giveUpAt) throw new Error(`no ${name} of ${legId}`)
      this.clock.advanceTo(next)
    }
  }

  api(text: string): Promise<string> {
    return this.client.api(text)
  }

  /** A caller who has just been parked and claimed. */
  async parkedCaller(plan: { isMute?: boolean; talkMs?: number; patienceMs?: number } = {}) {
    const since = this.events.length
    const call = this.simulator.call({ to: '12345', from: '13800000000', ...plan })
    await this.event('CHANNEL_PARK', call.legId, since)
    await this.api(`sched_del ${call.legId}`)
    return call
  }

  /** Rings an agent's phone; `variables` are added to those that every offer has. */
  async offer(agentId: string, legId: string, variables = ''): Promise<void> {
    const all = `origination_uuid=${legId},originate_timeout=15,park_after_bridge=true${variables}`
    await this.client.bgapi(`originate {${all}}sofia/gateway/edge/agent-${agentId} &park()`, legId)
  }

  /** A leg of an agent who has answered after 400 ms and is parked. */
  async parkedAgent(agentId: string, legId: string, variables = ''): Promise<void> {
    const phone = this.simulator.phones.phone(agentId)
    phone.register()
    phone.behave({ kind: 'answer', afterMs: 400 })
    await this.offer(agentId, legId, variables)
    await this.event('CHANNEL_PARK', legId)
  }

  /** A caller in talk with agent 7 on leg `a7`. */
  async talk(variables = '', plan: { isMute?: boolean; talkMs?: number } = {}) {
    const call = await this.parkedCaller(plan)
    await this.parkedAgent('7', 'a7', variables)
    await this.bridge(call.legId, 'a7')
    return call
  }

  async bridge(first: string, second: string): Promise<void> {
    const since = this.events.length
    await this.api(`uuid_break ${first} all`)
    await this.api(`uuid_bridge ${first} ${second}`)
    await this.event('CHANNEL_BRIDGE', first, since)
  }

  async stop(): Promise<void> {
    this.#client?.close()
    await this.simulator.stop()
  }
}
