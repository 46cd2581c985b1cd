// An ESL client that can wait: for the first event of a kind, past or to come. For tests that look at a
// switch without the service.
import { EslClient, type EventHeaders } from './esl-client.ts'
import { until } from './until.ts'

export class EslListener {
  readonly #client: EslClient

  private constructor(client: EslClient) {
    this.#client = client
  }

  static async connect(port: number, password: string): Promise<EslListener> {
    return new EslListener(await EslClient.signIn(port, password))
  }

  /** Every event so far. */
  get events(): readonly EventHeaders[] {
    return this.#client.events
  }

  /** Replies as the switch gives them, `-ERR …` included. */
  async api(command: string): Promise<string> {
    return (await this.#client.api(command)).trim()
  }

  /** The result comes as a BACKGROUND_JOB event. */
  bgapi(command: string, jobId: string): Promise<string> {
    return this.#client.bgapi(command, jobId)
  }

  execute(legId: string, app: string, arg: string): Promise<string> {
    return this.#client.execute(legId, app, arg)
  }

  /** An event of one's own, for the leg that it names as `unique-id`. */
  sendEvent(subclass: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    return this.#client.command(
      ['sendevent CUSTOM', `Event-Subclass: ${subclass}`, ...lines].join('\n'),
    )
  }

  listen(names: string): Promise<string> {
    return this.#client.command(`event json ${names}`)
  }

  /** The first event from index `from` on of which `is` holds. */
  event(
    what: string,
    is: (event: EventHeaders) => boolean,
    from = 0,
    msMax?: number,
  ): Promise<EventHeaders> {
    return until(() => this.events.slice(from).find(is), what, msMax)
  }

  /** The first event of that name on that leg, from index `from` on. */
  eventOf(legId: string, name: string, from = 0, msMax?: number): Promise<EventHeaders> {
    return this.event(
      `${name} of ${legId}`,
      (event) => event['Event-Name'] === name && event['Unique-ID'] === legId,
      from,
      msMax,
    )
  }

  close(): void {
    this.#client.close()
  }
}
