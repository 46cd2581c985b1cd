// A rush of 50 calls a second for 20 seconds, straight to FreeSWITCH and through the edge: what the edge
// adds to the time until a caller is answered.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Drachtio, drachtioProgram } from '../support/drachtio.ts'
import { FreeSwitch, freePort, machine, sippProgram } from '../support/freeswitch.ts'
import { MemoryRecords, nodeOf, startEdge, type TestEdge, trunkAt } from '../support/sip-edge.ts'
import { until } from '../support/until.ts'

const SCENARIO = fileURLToPath(
  new URL('../../sip/sipp/callers-who-hang-up-after-a-second.xml', import.meta.url),
)
const CALLS = 1_000
const isMissing = drachtioProgram() === null
if (isMissing) console.log('No rate test was run: this machine has no drachtio (DRACHTIO_HOME).')

/** INVITE to 200 of every call, in ms, sorted; and how many calls failed. */
async function rush(
  toPort: number,
  fromPort: number,
): Promise<{ times: number[]; failed: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'yingda-rush-'))
  try {
    const sipp = spawn(
      sippProgram() ?? 'sipp',
      [
        ...['-sf', SCENARIO, '-i', '127.0.0.1', '-p', String(fromPort), '-s', '12345'],
        ...['-r', '50', '-m', String(CALLS), '-nostdin', '-timer_resol', '1'],
        ...['-trace_rtt', '-rtt_freq', '1', '-trace_stat', '-fd', '1'],
        `127.0.0.1:${toPort}`,
      ],
      { cwd: folder, stdio: 'ignore' },
    )
    await new Promise((resolve) => sipp.once('exit', resolve))
    const read = (end: string) => {
      const name = readdirSync(folder).find((file) => file.endsWith(end))
      return name === undefined ? [] : readFileSync(join(folder, name), 'utf8').trim().split('\n')
    }
    const times = read('_rtt.csv')
      .slice(1)
      .map((line) => Number(line.split(';')[1]))
      .sort((one, other) => one - other)
    const stat = read('_.csv')
    const column = stat[0]?.split(';').indexOf('FailedCall(C)') ?? -1
    return { times, failed: Number(stat.at(-1)?.split(';')[column] ?? Number.NaN) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const at = (times: readonly number[], share: number): number =>
  times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? Number.NaN

const where = `a rush${isMissing ? ' (left out: no drachtio here)' : ''}`

describe.skipIf(isMissing)(where, () => {
  let drachtio: Drachtio
  let server: FreeSwitch
  let started: TestEdge

  beforeAll(async () => {
    drachtio = await Drachtio.start()
    server = await FreeSwitch.start({ edgePort: drachtio.sipPort })
  })
  afterAll(async () => {
    await started?.edge.stop()
    await server?.stop()
    await drachtio?.stop()
  })

  test('of 50 calls a second for 20 s is carried without a loss', {
    timeout: 120_000,
  }, async () => {
    const direct = await rush(server.trunkPort, await freePort())
    const port = await freePort()
    const records = new MemoryRecords()
    records.trunks = [trunkAt(`127.0.0.1:${port}`)]
    started = await startEdge(
      {
        drachtio: [{ host: '127.0.0.1', port: drachtio.adminPort, secret: drachtio.secret }],
        nodes: [await nodeOf(server, 'fs1')],
      },
      records,
    )
    const cpuBefore = process.cpuUsage()
    const through = await rush(drachtio.sipPort, port)
    const cpu = process.cpuUsage(cpuBefore)
    const show = ({ times }: { times: number[] }) =>
      [0.5, 0.95, 0.99, 1].map((share) => at(times, share).toFixed(1)).join(' / ')
    // sipp's clock ticks every 4 ms; the mean of a thousand calls is finer than that.
    const meanOf = ({ times }: { times: number[] }) =>
      times.reduce((sum, ms) => sum + ms, 0) / times.length
    const added = [0.5, 0.95, 0.99].map((share) =>
      (at(through.times, share) - at(direct.times, share)).toFixed(1),
    )
    console.log(
      [
        `50 calls/s for 20 s, INVITE to 200, p50 / p95 / p99 / max ms (${machine()})`,
        `  straight to FreeSWITCH: ${show(direct)} (${direct.times.length} calls, ${direct.failed} failed)`,
        `  through the edge:       ${show(through)} (${through.times.length} calls, ${through.failed} failed)`,
        `  added by the edge:      ${added.join(' / ')}, in the mean ${(meanOf(through) - meanOf(direct)).toFixed(1)}`,
        `  our CPU per call, test and edge together: ${((cpu.user + cpu.system) / 1_000 / CALLS).toFixed(1)} ms`,
      ].join('\n'),
    )
    expect(direct).toMatchObject({ failed: 0 })
    expect(through).toMatchObject({ failed: 0 })
    expect(through.times).toHaveLength(CALLS)
    await until(() => started.edge.status().trunkCalls === 0, 'no call left at the edge')
    expect(started.edge.status().nodes).toMatchObject([{ calls: 0, isHealthy: true }])
    expect(started.edge.status().refusals).toEqual({})
  })
})
