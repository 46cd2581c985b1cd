// What only a real server can show: connections that break, and many of them at once.
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asc, sql } from 'drizzle-orm'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { createLog } from '../../src/log.ts'
import { createAgent, findAgent } from '../../src/store/agents.ts'
import { openDatabase } from '../../src/store/database.ts'
import { Journal } from '../../src/store/journal.ts'
import { migrate } from '../../src/store/migrate.ts'
import { recordFacts } from '../../src/store/projections.ts'
import { facts as factsTable } from '../../src/store/schema.ts'
import { createSkill, deleteSkill, listSkills } from '../../src/store/skills.ts'
import { empty, testDatabase } from '../support/database.ts'
import { MORNING, numbered, servedCall } from '../support/facts.ts'
import { until } from '../support/until.ts'

if (inject('databaseUrl') === undefined) {
  it.skip('left out: no PostgreSQL under /usr/lib/postgresql or on PATH', () => {})
} else {
  describe('a real PostgreSQL', () => suite(testDatabase()))
}

/** A connection to the server that can be cut and joined again. */
class Cable {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #target: URL
  readonly #isCut = { now: false }

  constructor(target: string) {
    this.#target = new URL(target)
    this.#server = createServer((near) => {
      if (this.#isCut.now) {
        near.destroy()
        return
      }
      const far = connect(Number(this.#target.port), this.#target.hostname)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.on('error', () => other.destroy())
        one.on('close', () => {
          this.#sockets.delete(one)
          other.destroy()
        })
        one.pipe(other)
      }
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    return Object.assign(new URL(this.#target), { port: String(address.port) }).href
  }

  cut(): void {
    this.#isCut.now = true
    for (const socket of this.#sockets) socket.destroy()
  }

  join(): void {
    this.#isCut.now = false
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function suite(database: ReturnType<typeof testDatabase>): void {
  const closings: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close()
  })

  async function cabled() {
    const cable = new Cable(database.url ?? '')
    const url = await cable.open()
    const db = await openDatabase({ url, dataDir: ':memory:' })
    closings.push(() => cable.close())
    closings.push(() => db.close())
    return { cable, db }
  }

  it('is migrated once by many starts at the same moment', async () => {
    const name = `many_${process.pid}`
    await database.db.execute(sql.raw(`create database ${name}`))
    const url = Object.assign(new URL(database.url ?? ''), { pathname: `/${name}` }).href
    const starts = await Promise.all(
      Array.from({ length: 6 }, () => openDatabase({ url, dataDir: ':memory:' })),
    )
    const applied = await Promise.all(starts.map((db) => migrate(db)))
    await Promise.all(starts.map((db) => db.close()))
    await database.db.execute(sql.raw(`drop database ${name}`))
    expect(applied.filter((tags) => tags.length > 0)).toHaveLength(1)
  })

  it('gets every fact once, in order, through a connection that is cut again and again', async () => {
    const { cable, db } = await cabled()
    const spoolDir = await mkdtemp(join(tmpdir(), 'yingda-cable-'))
    closings.unshift(() => rm(spoolDir, { recursive: true }))
    const log = createLog('silent')
    const journal = new Journal({ db, clock: systemClock, log, spoolDir, batchMax: 20 })
    await journal.start()
    closings.push(() => journal.stop())
    const calls = Array.from({ length: 40 }, (_, place) => servedCall({ callId: `c${place}` }))
    const facts = numbered(calls.flat())
    for (let from = 0; from < facts.length; from += 100) {
      journal.record(facts.slice(from, from + 50))
      await until(() => journal.status().pending < 50, 'some of them recorded')
      cable.cut()
      journal.record(facts.slice(from + 50, from + 100))
      await until(() => !journal.status().isDatabaseUp, 'the cut noticed')
      cable.join()
    }
    await until(() => journal.status().pending === 0, 'all recorded')
    const rows = await database.db
      .select({ seq: factsTable.seq })
      .from(factsTable)
      .orderBy(asc(factsTable.seq))
    expect(rows.map(({ seq }) => seq)).toEqual(facts.map(({ seq }) => seq))
    expect(journal.status()).toMatchObject({ rejected: 0, lost: 0, spooledBytes: 0 })
    const { rows: open } = await database.db.execute(
      sql`select call_id from calls where ending is distinct from 'served'`,
    )
    expect(open).toEqual([])
  })

  it('gives queries an error and the process no harm when it cuts a connection in use', async () => {
    const { cable, db } = await cabled()
    await expect(
      db.transaction(async (tx) => {
        await tx.execute(sql`select 1`)
        cable.cut()
        await tx.execute(sql`select 1`)
      }),
    ).rejects.toThrow()
    // More broken connections than the pool is large: none of them may be lost for good.
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await expect(db.transaction((tx) => tx.execute(sql`select 1`))).rejects.toThrow()
    }
    cable.join()
    const { rows } = await db.transaction((tx) => tx.execute(sql`select 1 as one`))
    expect(rows).toEqual([{ one: 1 }])
  })

  it('keeps a skill from being deleted by one while another gives it to an agent', async () => {
    const { db } = database
    for (let round = 0; round < 20; round += 1) {
      await empty(db)
      await createSkill(db, { skillId: 'yue', name: '粤语' })
      const agent = { agentId: '1', name: '甲', skills: ['yue'] }
      await Promise.all([createAgent(db, agent), deleteSkill(db, 'yue')])
      const isGiven = (await findAgent(db, '1')) !== null
      expect(await listSkills(db)).toHaveLength(isGiven ? 1 : 0)
    }
  })

  it('does not mix up two writers of the same facts', async () => {
    const other = await openDatabase({ url: database.url, dataDir: ':memory:' })
    closings.push(() => other.close())
    const facts = numbered(servedCall({ callId: 'c1', arrivedAt: MORNING }))
    const counts = await Promise.all(
      [database.db, other].map((db) => db.transaction((tx) => recordFacts(tx, facts))),
    )
    expect(counts.sort((one, two) => one - two)).toEqual([0, facts.length])
  })
}
