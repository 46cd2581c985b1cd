// What the routes work with: the records, the engine, the clock and the few things main.ts decides.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Clock } from '../clock.ts'
import type { Input } from '../core/inputs.ts'
import type { Rejection } from '../core/rejections.ts'
import type { State } from '../core/state.ts'
import type { SystemStatus } from '../core/system-status.ts'
import type { Log } from '../log.ts'
import type { Database } from '../store/database.ts'

/** One thing the service cannot do without, and whether it is there. */
export interface HealthCheck {
  /** `database`, `switch:fs1`, … */
  readonly name: string
  readonly isUp: boolean
  /** Why not, for whoever looks after the service. */
  readonly reason?: string
}

/** What only the process knows of itself. */
export interface Gauges {
  /** Facts since the very first, i.e. the number of the last one. */
  readonly facts: number
  /** Facts not yet in the database, and bytes of them spooled on disk. */
  readonly journalPending: number
  readonly journalSpooledBytes: number
  /** Age of the oldest of them. */
  readonly journalLagMs?: number
  readonly factsLost?: number
  /** Of the last nightly check; null before the first. */
  readonly figuresDifferences?: number | null
}

/** What routes see of the engine. */
export interface EngineDoor {
  readonly state: Readonly<State>
  submit(input: Input): Rejection | null
}

export interface StoredSound {
  readonly path: string
  readonly place: 'local' | 'bucket'
  readonly storedAs: string | null
}

export interface Sound {
  readonly sizeBytes: number
  /** Both ends included. */
  read(first: number, last: number): Readable
}

export interface ArchiveStatus {
  readonly isDiskLow: boolean
  readonly archivingFault: string | null
  readonly copyingFault: string | null
}

export interface AppOptions {
  readonly db: Database
  readonly engine: EngineDoor
  readonly clock: Clock
  readonly log: Log
  /** The sound of a recording, wherever it lies; null if it is not there. */
  readonly openSound: (stored: StoredSound) => Promise<Sound | null>
  /** How it goes with keeping recordings; absent where nobody looks after them. */
  readonly archive?: () => ArchiveStatus
  /** A compressed copy as a WAV file, until it is disposed of. */
  readonly decodeSound: (copy: Sound) => Promise<Sound & { dispose(): Promise<void> }>
  /** Of recorded prompts. */
  readonly promptsDir: string
  /** Of the prompts that ship, with their texts. */
  readonly shippedPromptsDir: string
  readonly sessionSecret: string
  /** IANA name of the hotline's time zone. */
  readonly timeZone: string
  /** Hands the configuration in the records to the engine; called after every change of it. */
  readonly reloadConfig: () => Promise<void>
  readonly health: () => Promise<readonly HealthCheck[]> | readonly HealthCheck[]
  readonly gauges?: () => Gauges
  /** How the parts of the service are; absent where there is only the HTTP side. */
  readonly system?: () => SystemStatus
  /** Whether phones register with a SIP edge of ours. */
  readonly hasSipEdge?: boolean
  /** Where browsers reach that edge, if it is not where they would look for it. */
  readonly browserPhoneUrl?: string | undefined
  /** Whether anybody may read aggregates that name nobody. */
  readonly publicFigures?: boolean
  /** Folder of the built pages. */
  readonly webDir?: string | undefined
}

/** Fastify with requests and replies typed by their zod schemas. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>
