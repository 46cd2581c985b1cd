// What the pages ask of the records, on a PostgreSQL with ten million calls over three years: the search
// for recordings, the wallboard's and the reports' figures and the calls behind them. The rows are made
// up by SQL, the sums of the last weeks by the product's own counting and those before copied from them.
// `BENCH_CALLS` takes another number of calls.
import pg from 'pg'
import { dayOf } from '../../src/core/days.ts'
import { definitionOn } from '../../src/core/kpi-definitions.ts'
import { sumAgentAggregates } from '../../src/store/agent-aggregates.ts'
import { listCalls } from '../../src/store/calls.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { reportHolds } from '../../src/store/hold-report.ts'
import { recount } from '../../src/store/kpi-aggregates.ts'
import { callsBehind } from '../../src/store/kpi-calls.ts'
import { countsOfPeriod, waitsOfPeriod } from '../../src/store/kpi-periods.ts'
import { migrate } from '../../src/store/migrate.ts'
import { listRecordings } from '../../src/store/recordings.ts'
import { throwawayPostgresql } from '../support/servers.ts'
import { percentile, print } from './figures.ts'

const CALLS = Number(process.env.BENCH_CALLS ?? 10_000_000)
const DAYS = 1_096
const COUNTED_DAYS = 14
const DAY_MS = 86_400_000
const ZONE = 'Asia/Shanghai'
const END = Date.UTC(2026, 10, 22, 16)
const START = END - DAYS * DAY_MS
const RUNS = 40

export function benchRecords(): Promise<void> {
  return ask(() => true)
}

/** What wallboard and reports ask, without the search for recordings. */
export function benchReports(): Promise<void> {
  return ask((name) => !name.startsWith('recordings'))
}

async function ask(isWanted: (name: string) => boolean): Promise<void> {
  const server = await throwawayPostgresql()
  if (server === null) return console.error('left out: no PostgreSQL is installed')
  const db = await openDatabase({ url: server.url, dataDir: '' })
  try {
    await migrate(db)
    await fill(db, server.url)
    for (const [name, question] of Object.entries(questions(db)))
      if (isWanted(name)) await measure(name, question)
  } finally {
    await db.close().finally(server.stop)
  }
}

/** Another agent, number, queue and time at each run, so that no run finds what the one before left. */
type Ask = (run: number) => Promise<unknown>

async function measure(name: string, ask: Ask): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const from = performance.now()
    await ask(run)
    times.push(performance.now() - from)
  }
  const target = name.startsWith('recordings') ? 100 : 50
  for (const [label, share] of Object.entries({ p50: 0.5, p95: 0.95, max: 1 })) {
    print({
      name: `${name}.${label}`,
      value: percentile(times, share),
      unit: 'ms',
      target: label === 'p95' ? target : null,
      isUpperBound: true,
    })
  }
}

function questions(db: Database): Record<string, Ask> {
  const page = { limit: 50 }
  const agentId = (run: number) => `a${(run * 7) % 200}`
  const queueId = (run: number) => `q${run % 8}`
  const number = (run: number) => `138${String((run * 104_729) % 500_000).padStart(8, '0')}`
  /** A stretch of so many days that ends some time in the last two years. */
  const within = (run: number, days: number) => {
    const to = END - ((run * 17) % 700) * DAY_MS
    return { from: to - days * DAY_MS, to }
  }
  const recordings = (filter: (run: number) => Parameters<typeof listRecordings>[1]): Ask => {
    return (run) => listRecordings(db, filter(run), page)
  }
  const sums = (dimension: 'total' | 'queue' | 'number', days: number, raggedMs = 0): Ask => {
    return (run) => {
      const { from, to } = within(run, days)
      const stretch = { from: from + raggedMs, to: to + raggedMs }
      return countsOfPeriod(db, { ...stretch, timeZone: ZONE, dimension, definitions: [] })
    }
  }
  const behind = (part: 'missing' | 'numerator'): Ask => {
    return (run) => {
      const query = {
        code: 'timelyAnswerRate',
        part,
        timeZone: ZONE,
        definitions: [],
        windows: [],
      } as const
      return callsBehind(db, { ...query, ...within(run, 30), queueId: queueId(run) }, page)
    }
  }
  return {
    'recordings.newest': recordings(() => ({})),
    'recordings.agent': recordings((run) => ({ agentId: agentId(run) })),
    'recordings.agent_and_month': recordings((run) => ({
      agentId: agentId(run),
      ...within(run, 30),
    })),
    'recordings.queue_and_day': recordings((run) => ({ queueId: queueId(run), ...within(run, 1) })),
    'recordings.number': recordings((run) => ({ number: number(run) })),
    'recordings.longer_than_10_min': recordings((run) => ({
      durationMsMin: 600_000 + run * 1_000,
    })),
    'recordings.length_in_month': recordings((run) => ({
      durationMsMin: 60_000,
      durationMsMax: 61_000,
      ...within(run, 30),
    })),
    'recordings.disposition': recordings((run) => ({ disposition: 'silent', ...within(run, 30) })),
    'recordings.hold_over_limit': recordings((run) => ({
      isHoldExceeded: true,
      agentId: agentId(run),
    })),
    'recordings.survey_score': recordings((run) => ({
      surveyScoreMin: 4,
      surveyScoreMax: 5,
      queueId: queueId(run),
    })),
    'recordings.sample_of_month': recordings((run) => ({ sample: 50, ...within(run, 30) })),
    'recordings.all_at_once': recordings((run) => ({
      agentId: agentId(run),
      queueId: queueId(run),
      durationMsMin: 30_000,
      surveyScoreMax: 2,
      ...within(run, 365),
    })),
    'wallboard.today_of_queues': sums('queue', 1),
    'wallboard.rolling_day': sums('total', 1, 1_234_567),
    'reports.day_by_number': sums('number', 1),
    'reports.month': sums('total', 30),
    'reports.waits_of_year': (run) =>
      waitsOfPeriod(db, {
        ...within(run, 365),
        timeZone: ZONE,
        dimension: 'total',
        definitions: [],
      }),
    'reports.month_of_queues': sums('queue', 30),
    'reports.year_of_queues': sums('queue', 365),
    'reports.agents_of_month': (run) =>
      sumAgentAggregates(db, { grain: 'day', ...within(run, 30) }),
    'reports.holds_of_day_by_agent': (run) =>
      reportHolds(db, 'agent', { ...within(run, 1), timeZone: ZONE }),
    'reports.calls_behind_a_figure': behind('numerator'),
    'reports.calls_missing_from_a_figure': behind('missing'),
    'calls.of_a_number': (run) => listCalls(db, { number: number(run) }, page),
    'calls.of_an_agent_in_a_month': (run) =>
      listCalls(db, { agentId: agentId(run), ...within(run, 30) }, page),
  }
}

/** Rows without their indexes first, by a connection of its own: the service's own gives up long statements. */
async function fill(db: Database, url: string): Promise<void> {
  const began = performance.now()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows: indexes } = await client.query<{ name: string; text: string }>(`
    select indexname as name, indexdef as text from pg_indexes
    where tablename in ('calls', 'recordings', 'hold_segments') and indexname !~ '_(pkey|pk)$'`)
  for (const { name } of indexes) await client.query(`drop index ${name}`)
  for (const text of [CALLS_SQL, RECORDINGS_SQL, HOLDS_SQL]) await client.query(text)
  for (const { text } of indexes) await client.query(text)
  await client.query('analyze')
  const from = dayOf(END - COUNTED_DAYS * DAY_MS, ZONE)
  const days = { from, to: dayOf(END - 1, ZONE), timeZone: ZONE }
  await db.transaction((tx) => recount(tx, days, definitionOn(from, [])))
  for (const text of [COPIES_SQL, AGENTS_SQL, 'vacuum analyze']) await client.query(text)
  const { rows } = await client.query<{ bytes: string }>(
    'select pg_database_size(current_database()) as bytes',
  )
  await client.end()
  const minutes = (performance.now() - began) / 60_000
  const told = { target: null, isUpperBound: true }
  print({ name: 'records.calls', value: CALLS, unit: 'calls', ...told })
  print({ name: 'records.filling', value: minutes, unit: 'min', ...told })
  print({ name: 'records.size', value: Number(rows[0]?.bytes) / 1e9, unit: 'GB', ...told })
}

/** Nine calls of ten are answered, most in time, by 200 agents in eight queues behind four numbers. */
const CALLS_SQL = `
  insert into calls (call_id, leg_id, node_id, from_number, to_number, arrived_at, queue_id,
    entered_queue_id, priority, queued_at, offered_at, answered_at, connected_at, ended_at, ending,
    hangup_by, cause, agent_id, wait_ms, talk_ms, hold_ms, is_timely, disposition, survey_scale, survey_score)
  select 'c' || i, 'l' || i, 'fs' || i % 2, '138' || lpad((h % 500000)::text, 8, '0'),
    '1234' || i % 4, at, 'q' || h % 8, 'q' || h % 8, 0, at, at,
    case when a then at + w end, case when a then at + w end, at + w + t,
    case when a then 'served' else 'abandoned_waiting' end, 'caller', 'NORMAL_CLEARING',
    case when a then 'a' || h % 200 end, extract(epoch from w) * 1000,
    case when a then extract(epoch from t) * 1000 end, case when a and h % 5 = 0 then 25000 else 0 end,
    case when a then w <= interval '15 s' end,
    case when not a then null when h % 100 = 0 then 'silent' else 'answered' end,
    case when a then 5 end, case when a and h % 3 = 0 then 1 + h % 5 end
  from (
    select i, abs(hashint8(i)::bigint) as h, abs(hashint8(i + 77)::bigint) % 10 > 0 as a,
      to_timestamp(${START / 1_000} + i * ${(DAYS * 86_400) / CALLS}) as at,
      make_interval(secs => 1 + abs(hashint8(i + 7)::bigint) % 180 / 10.0) as w,
      make_interval(secs => 5 + abs(hashint8(i + 9)::bigint) % 900) as t
    from generate_series(1, ${CALLS}) i
  ) made`
const RECORDINGS_SQL = `
  insert into recordings (path, call_id, leg_id, agent_id, status, requested_at, started_at, stopped_at,
    checked_at, duration_ms, size_bytes, sha256, queue_id, from_number, disposition, is_hold_exceeded,
    survey_score, archived_at)
  select to_char(arrived_at at time zone '${ZONE}', 'YYYY/MM/DD/') || call_id || '.wav', call_id, leg_id,
    agent_id, 'verified', answered_at, answered_at, ended_at, ended_at, talk_ms, talk_ms * 32, md5(call_id),
    queue_id, from_number, disposition, hold_ms > 0 and hashtext(call_id) % 4 = 0, survey_score, ended_at
  from calls where answered_at is not null`
const HOLDS_SQL = `
  insert into hold_segments (call_id, seq, segment, agent_id, by, started_at, ended_at, duration_ms,
    begin_prompt, end_prompt, is_exceeded, missing_prompt)
  select call_id, row_number() over (), 1, agent_id, 'console', connected_at, connected_at, hold_ms,
    'system', 'system', hashtext(call_id) % 4 = 0, false
  from calls where hold_ms > 0`
const COPIES_SQL = `
  insert into kpi_aggregates (dimension, key, grain, version, start_at, counts, waits)
  select dimension, key, grain, version, start_at - make_interval(days => ${COUNTED_DAYS} * n), counts, waits
  from kpi_aggregates, generate_series(1, ${Math.floor(DAYS / COUNTED_DAYS) - 1}) n`
const AGENTS_SQL = `
  insert into agent_aggregates (agent_id, grain, start_at, counts)
  select 'a' || a, 'day', to_timestamp(${START / 1_000}) + make_interval(days => d),
    '{"offers": 60, "offersAnswered": 55, "offersLate": 3, "offersMissed": 2, "offersRejected": 1,
      "offersCallerAbandoned": 2, "ringMsAnswered": 312345, "handled": 55, "transferred": 4, "holds": 12,
      "holdsExceeded": 2, "holdMs": 323456, "readyMs": 3600000, "offeredMs": 334567, "onCallMs": 14400000,
      "wrapUpMs": 3600000, "notReadyMs": 3600000, "notReadyMs:meal": 2400000,
      "notReadyMs:rest": 1200000}'::jsonb
  from generate_series(0, 199) a, generate_series(0, ${DAYS - 1}) d`
