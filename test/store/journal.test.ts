// The journal: every fact gets into the database, once and in order, whatever becomes of the database,
// the disk or the process on the way.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asc, sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { RecordedFact } from '../../src/core/facts.ts'
import { createLog } from '../../src/log.ts'
import { findCall } from '../../src/store/calls.ts'
import { type Database, openDatabase } from '../../src/store/database.ts'
import { Journal, type JournalOptions } from '../../src/store/journal.ts'
import { migrate } from '../../src/store/migrate.ts'
import { facts as factsTable } from '../../src/store/schema.ts'
import { testDatabase } from '../support/database.ts'
import { ending, MORNING, numbered, servedCall } from '../support/facts.ts'
import { until } from '../support/until.ts'

const database = testDatabase()
const journals: Journal[] = []
let spoolDir: string
let logged: { level: number; msg: string }[]

beforeEach(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'yingda-journal-'))
  logged = []
})
afterEach(async () => {
  await bringBack(database.db)
  for (const journal of journals.splice(0)) await journal.stop()
  await rm(spoolDir, { recursive: true })
})

function journalOn(db: Database, options: Partial<JournalOptions> = {}): Journal {
  const log = createLog('info', {
    write: (line) => {
      logged.push(JSON.parse(line))
    },
  })
  const journal = new Journal({ db, clock: systemClock, log, spoolDir, batchMax: 100, ...options })
  journals.push(journal)
  return journal
}

async function started(options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = journalOn(database.db, options)
  await journal.start()
  return journal
}

/** Every statement on facts fails, as on a server whose disk or rights are gone; nothing else does. */
async function takeAway(db: Database): Promise<void> {
  await db.execute(sql`alter table facts rename to facts_away`)
}

async function bringBack(db: Database): Promise<void> {
  await db.execute(sql`alter table if exists facts_away rename to facts`)
}

async function recordedSeqs(db: Database = database.db): Promise<number[]> {
  const rows = await db
    .select({ seq: factsTable.seq })
    .from(factsTable)
    .orderBy(asc(factsTable.seq))
  return rows.map(({ seq }) => seq)
}

function spooled(): Promise<string> {
  return readFile(join(spoolDir, 'spool.ndjson'), 'utf8')
}

function oneTo(last: number): number[] {
  return Array.from({ length: last }, (_, place) => place + 1)
}

function manyFacts(count: number): RecordedFact[] {
  const calls = Math.ceil(count / servedCall({ callId: '' }).length)
  const all = Array.from({ length: calls }, (_, place) =>
    servedCall({ callId: `c${place}` }),
  ).flat()
  return numbered(all).slice(0, count)
}

describe('with the database there', () => {
  it('records facts and their rows, in batches no larger than asked', async () => {
    const journal = await started({ batchMax: 7 })
    const facts = manyFacts(60)
    for (const fact of facts) journal.record([fact])
    expect(journal.status()).toMatchObject({ pending: 60, isDatabaseUp: true })
    await journal.flush()
    expect(await recordedSeqs()).toEqual(oneTo(60))
    expect((await findCall(database.db, 'c2'))?.call.ending).toBe('served')
    expect(journal.status()).toEqual({
      pending: 0,
      spooledBytes: 0,
      isDatabaseUp: true,
      lagMs: 0,
      lost: 0,
      rejected: 0,
    })
    // One transaction per batch, later ones with higher numbers.
    const { rows } = await database.db.execute<{ first: number; size: number }>(
      sql`select min(seq)::int as first, count(*)::int as size
          from facts group by xmin::text::bigint order by xmin::text::bigint`,
    )
    expect(Math.max(...rows.map(({ size }) => size))).toBe(7)
    const firsts = rows.map(({ first }) => first)
    expect(firsts).toEqual(firsts.toSorted((one, two) => one - two))
  })

  it('records facts as they were when they were handed over', async () => {
    const journal = await started()
    const [fact] = manyFacts(1)
    const mutable = { ...fact } as RecordedFact & { callId: string }
    journal.record([mutable])
    mutable.callId = 'changed afterwards'
    await journal.flush()
    expect(await findCall(database.db, 'c0')).not.toBeNull()
  })

  it('changes nothing when a fact comes twice', async () => {
    const journal = await started()
    journal.record(manyFacts(5))
    journal.record(manyFacts(5))
    await journal.flush()
    expect(await recordedSeqs()).toEqual(oneTo(5))
    expect((await findCall(database.db, 'c0'))?.offers).toHaveLength(1)
  })

  it('records what is pending before it stops', async () => {
    const journal = await started()
    journal.record(manyFacts(250))
    await journal.stop()
    expect(await recordedSeqs()).toHaveLength(250)
  })

  it('takes text that PostgreSQL has no place for', async () => {
    const journal = await started()
    const [fact] = manyFacts(1)
    journal.record([{ ...fact, from: '138\0\ud83d\\u0000路' } as RecordedFact])
    await journal.flush()
    expect((await findCall(database.db, 'c0'))?.call.fromNumber).toBe('138\ufffd\ufffd\\u0000路')
    expect(journal.status().rejected).toBe(0)
  })
})

describe('with the database away', () => {
  it('spools, says so, and records everything in order once it is back', async () => {
    const journal = await started({ batchMax: 10 })
    const facts = manyFacts(90)
    journal.record(facts.slice(0, 20))
    await journal.flush()
    await takeAway(database.db)
    journal.record(facts.slice(20, 50))
    await expect(journal.flush()).rejects.toThrow('facts could not be recorded')
    journal.record(facts.slice(50, 60))
    await until(async () => (await spooled()).split('\n').length - 1 === 40, 'facts in the spool')
    expect(journal.status()).toMatchObject({ pending: 40, isDatabaseUp: false })
    expect(journal.status().spooledBytes).toBeGreaterThan(40 * 50)
    expect(logged.some(({ msg }) => msg.startsWith('database is away'))).toBe(true)

    await bringBack(database.db)
    journal.record(facts.slice(60))
    await journal.flush()
    expect(await recordedSeqs()).toEqual(oneTo(90))
    expect((await findCall(database.db, 'c4'))?.call.ending).toBe('served')
    expect(journal.status()).toMatchObject({
      pending: 0,
      spooledBytes: 0,
      isDatabaseUp: true,
      lost: 0,
    })
    expect(await spooled()).toBe('')
  })

  it('comes back by itself, without anybody asking', async () => {
    const journal = await started()
    await takeAway(database.db)
    journal.record(manyFacts(5))
    await until(() => !journal.status().isDatabaseUp, 'the failed attempt')
    await bringBack(database.db)
    await until(() => journal.status().pending === 0, 'the retry')
    expect(await recordedSeqs()).toEqual(oneTo(5))
  })

  it('leaves the spool to the next run when it is stopped', async () => {
    const first = await started()
    await takeAway(database.db)
    const facts = manyFacts(30)
    first.record(facts)
    await first.stop()
    await bringBack(database.db)
    expect(await recordedSeqs()).toEqual([])

    const second = await started()
    expect(await recordedSeqs()).toEqual(oneTo(30))
    expect(second.status()).toMatchObject({ pending: 0, spooledBytes: 0 })
  })

  it('replays after a kill what a run had spooled, were it recorded in part already', async () => {
    const facts = manyFacts(30)
    const earlier = await started()
    earlier.record(facts.slice(0, 12))
    await earlier.stop()
    const lines = facts.slice(5).map((fact) => JSON.stringify(fact))
    await writeFile(join(spoolDir, 'spool.ndjson'), `${lines.join('\n')}\n{"seq":31,"type":"cal`)

    const journal = await started({ batchMax: 4 })
    expect(await recordedSeqs()).toEqual(oneTo(30))
    expect((await findCall(database.db, 'c0'))?.offers).toHaveLength(1)
    expect(await spooled()).toBe('')
    journal.record([{ type: 'switch.lost', at: MORNING, nodeId: 'fs1', seq: 31 }])
    await journal.flush()
    expect(await recordedSeqs()).toEqual(oneTo(31))
  })

  it('does not start while an earlier run cannot be replayed, and keeps it', async () => {
    const line = `${JSON.stringify(manyFacts(1)[0])}\n`
    await writeFile(join(spoolDir, 'spool.ndjson'), line)
    await takeAway(database.db)
    await expect(journalOn(database.db).start()).rejects.toThrow('cannot be recorded yet')
    expect(await spooled()).toBe(line)
    await bringBack(database.db)
    await started()
    expect(await recordedSeqs()).toEqual([1])
  })

  it('keeps the spooled and the newest facts when neither database nor disk takes more', async () => {
    const facts = manyFacts(100)
    const journal = await started({ spoolBytesMax: 6_000, memoryFactsMax: 20, batchMax: 5 })
    await takeAway(database.db)
    for (const fact of facts) {
      journal.record([fact])
      // Facts of one moment would be dropped before any could be spooled.
      if (fact.seq % 10 === 0) await journal.flush().catch(() => {})
    }
    await until(() => journal.status().lost > 0, 'the bound')
    const { lost, pending, spooledBytes } = journal.status()
    expect(spooledBytes).toBeLessThanOrEqual(6_000)
    expect(pending + lost).toBe(100)
    expect(logged.filter(({ level }) => level >= 50).map(({ msg }) => msg)).toEqual([
      'database is away; facts are spooled',
      'facts cannot be spooled; kept in memory',
      'facts are being lost: database and disk are full',
    ])
    await bringBack(database.db)
    await journal.flush()
    const seqs = await recordedSeqs()
    expect(seqs).toHaveLength(100 - lost)
    expect(seqs.slice(-20)).toEqual(oneTo(100).slice(-20))
    expect(seqs.slice(0, -20)).toEqual(oneTo(seqs.length - 20))
  })

  it('loses nothing to an embedded database that was closed and is opened again', async () => {
    const dataDir = join(spoolDir, 'data')
    const closed = await openDatabase({ dataDir })
    await migrate(closed)
    const first = journalOn(closed)
    await first.start()
    first.record(manyFacts(3))
    await first.flush()
    await closed.close()
    first.record(manyFacts(25).slice(3))
    await expect(first.flush()).rejects.toThrow()
    await first.stop()

    const opened = await openDatabase({ dataDir })
    try {
      expect(await migrate(opened)).toEqual([])
      const second = journalOn(opened)
      await second.start()
      expect(await recordedSeqs(opened)).toEqual(oneTo(25))
      await second.stop()
    } finally {
      await opened.close()
    }
  })
})

describe('a fact that the database will never take', () => {
  const poisonous = (seq: number, callId: string): RecordedFact => {
    const ended = ending({ callId, ending: 'served', at: MORNING })
    return { ...ended, ending: 'sideways', seq } as unknown as RecordedFact
  }

  it('is put aside with an alarm, and all others are recorded', async () => {
    const journal = await started()
    const facts = manyFacts(40)
    facts[17] = poisonous(18, 'c1')
    journal.record(facts)
    await journal.flush()
    expect(await recordedSeqs()).toEqual(oneTo(40).filter((seq) => seq !== 18))
    expect(journal.status()).toMatchObject({ pending: 0, rejected: 1, isDatabaseUp: true })
    const aside = await readFile(join(spoolDir, 'rejected-facts.ndjson'), 'utf8')
    expect(JSON.parse(aside)).toMatchObject({
      fact: facts[17],
      reason: expect.stringContaining('calls_ending'),
    })
    expect(logged.filter(({ level }) => level >= 50)).toMatchObject([
      { seq: 18, type: 'call.ended' },
    ])
  })

  it('does not block a spool either, nor does half a fact or a line that is none', async () => {
    const lines = [
      ...manyFacts(1),
      poisonous(2, 'c0'),
      { type: 'call.ended', at: MORNING, callId: 'c0', seq: 3 },
      { type: 'switch.lost', at: null, nodeId: 'fs1', seq: 4 },
      { type: 'switch.lost', at: MORNING, nodeId: 'fs1', seq: 5 },
    ].map((fact) => JSON.stringify(fact))
    await writeFile(join(spoolDir, 'spool.ndjson'), `${lines.join('\n')}\nnonsense\n`)
    const journal = await started()
    expect(await recordedSeqs()).toEqual([1, 5])
    expect(journal.status()).toMatchObject({ pending: 0, rejected: 4 })
  })
})
