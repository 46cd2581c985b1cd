// What the environment says, read once and checked whole: a bad or misspelled value stops the start,
// and every fault is listed at once. The only file that may read process.env.
import { z } from 'zod'

/** Variables that begin like ours and are none are most likely misspelled. */
const OUR_PREFIXES =
  /^(DATA_|RECORDINGS_|PROMPTS_|DATABASE_|REDIS_|FREESWITCH_|DRACHTIO_|BROWSER_PHONE_|SESSION_|HOTLINE_|PUBLIC_)/
/** For the tests on real servers; the service itself does not use them. */
const FOREIGN_NAMES = new Set(['FREESWITCH_HOME', 'DRACHTIO_HOME'])

const urlOf = (...protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )

const urlsOf = (...protocols: readonly string[]) =>
  z
    .string()
    .transform((text) => text.split(',').map((url) => url.trim()))
    .pipe(z.array(urlOf(...protocols)).min(1))

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('data'),
  /** Where the switch writes and we read; default: `recordings` in DATA_DIR. */
  RECORDINGS_DIR: z.string().min(1).optional(),
  /** Recorded prompts, which we write and the switch reads; default: `prompts` in DATA_DIR. */
  PROMPTS_DIR: z.string().min(1).optional(),
  /** `https://KEY:SECRET@host/bucket[/prefix][?region=…]`: recordings are moved there once checked. */
  RECORDINGS_BUCKET_URL: urlOf('http:', 'https:').optional(),
  /** `id:secret` pairs, the newest first: recordings are kept sealed. Old keys stay as long as their files. */
  RECORDINGS_KEYS: z
    .string()
    .regex(
      /^[\w-]{1,40}:[^,]{32,}(,[\w-]{1,40}:[^,]{32,})*$/,
      'must be id:secret pairs with commas between, each secret of at least 32 characters',
    )
    .optional(),
  RECORDINGS_CIPHER: z.enum(['aes-256-gcm', 'sm4-ctr']).default('aes-256-gcm'),
  /** Free space under which the oldest recordings that may go are deleted, in MB. */
  RECORDINGS_FREE_MB_MIN: z.coerce.number().int().min(0).default(2_048),
  /** By name or path; compressed copies of recordings are made with it. */
  FFMPEG: z.string().min(1).default('ffmpeg'),
  DATABASE_URL: urlOf('postgres:', 'postgresql:').optional(),
  REDIS_URL: urlOf('redis:', 'rediss:').optional(),
  FREESWITCH_URLS: urlsOf('esl:').optional(),
  DRACHTIO_URLS: urlsOf('drachtio:').optional(),
  /** Where agents' browsers reach drachtio's WebSocket. */
  BROWSER_PHONE_URL: urlOf('ws:', 'wss:').optional(),
  SESSION_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
  HOTLINE_TIMEZONE: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone, such as Asia/Shanghai')
    .default('Asia/Shanghai'),
  /** Whether `GET /public/figures` answers anybody, without a sign-in. */
  PUBLIC_FIGURES: z.enum(['true', 'false']).default('false'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
})

export interface ServiceConfig {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly recordingsDir: string
  readonly promptsDir: string
  readonly recordingsBucketUrl?: string | undefined
  readonly recordingsKeys?: string | undefined
  readonly recordingsCipher?: 'aes-256-gcm' | 'sm4-ctr'
  readonly recordingsFreeMbMin?: number
  readonly ffmpeg: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  /** Absent: the built-in simulator. */
  readonly freeswitchUrls: readonly string[] | undefined
  readonly drachtioUrls: readonly string[] | undefined
  readonly browserPhoneUrl: string | undefined
  readonly sessionSecret: string | undefined
  readonly timeZone: string
  readonly publicFigures: boolean
  readonly logLevel: string
}

/** Throws an Error whose message lists every fault, a line each. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): ServiceConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(given)
  const known = new Set([...Object.keys(environment.shape), ...FOREIGN_NAMES])
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`),
    ...Object.keys(given)
      .filter((name) => OUR_PREFIXES.test(name) && !known.has(name))
      .map(
        (name) =>
          `${name}: no such setting; known are ${Object.keys(environment.shape).join(', ')}`,
      ),
  ]
  if (parsed.data === undefined || faults.length > 0) {
    throw new Error(
      `The environment cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
  }
  const { data } = parsed
  if (data.DRACHTIO_URLS !== undefined && data.FREESWITCH_URLS === undefined) {
    throw new Error(
      'DRACHTIO_URLS is of no use without FREESWITCH_URLS: the simulator needs no edge',
    )
  }
  return {
    port: data.PORT,
    host: data.HOST,
    dataDir: data.DATA_DIR,
    recordingsDir: data.RECORDINGS_DIR ?? `${data.DATA_DIR}/recordings`,
    promptsDir: data.PROMPTS_DIR ?? `${data.DATA_DIR}/prompts`,
    recordingsBucketUrl: data.RECORDINGS_BUCKET_URL,
    recordingsKeys: data.RECORDINGS_KEYS,
    recordingsCipher: data.RECORDINGS_CIPHER,
    recordingsFreeMbMin: data.RECORDINGS_FREE_MB_MIN,
    ffmpeg: data.FFMPEG,
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    freeswitchUrls: data.FREESWITCH_URLS,
    drachtioUrls: data.DRACHTIO_URLS,
    browserPhoneUrl: data.BROWSER_PHONE_URL,
    sessionSecret: data.SESSION_SECRET,
    timeZone: data.HOTLINE_TIMEZONE,
    publicFigures: data.PUBLIC_FIGURES === 'true',
    // The simulated city calls without pause; its facts would drown what a newcomer must read.
    logLevel: data.LOG_LEVEL ?? (data.FREESWITCH_URLS === undefined ? 'warn' : 'info'),
  }
}
