// The parts of the service as administrators see them, and what of it needs somebody.
import { expect, it } from 'vitest'
import type { SystemStatus } from '../../src/core/system-status.ts'
import { testService } from '../support/service.ts'

const url = '/api/v1/system-health'
let status: (at: number) => SystemStatus
const test = testService({ system: () => status(test.service.floor.clock.now()) })

const healthy = (at: number): SystemStatus => ({
  switches: [
    {
      nodeId: 'fs1',
      isUp: true,
      connectedAt: at - 60_000,
      lastFrameAt: at - 1_000,
      reconnects: 1,
      events: 9,
      dropped: 0,
      requestsPending: 0,
      requestsFailed: 0,
    },
  ],
  edge: {
    connections: [{ edgeId: 'drachtio:9022', isUp: true }],
    nodes: [{ nodeId: 'fs1', isHealthy: true, latencyMs: 3, calls: 1 }],
    trunks: [
      {
        trunkId: 'telecom',
        name: '电信',
        isEnabled: true,
        isUp: true,
        answeredAt: at - 5_000,
        latencyMs: 12,
        calls: 7,
        callsMax: 30,
      },
    ],
    registrations: 5,
    bans: 0,
    agentCalls: 6,
    refusals: { blocked: 1, unknown_trunk: 8 },
  },
  journal: { isDatabaseUp: true, pending: 2, lagMs: 40, spooledBytes: 0, lost: 0, rejected: 0 },
  archive: {
    isDiskLow: false,
    archivingFault: null,
    copyingFault: null,
    freeBytes: 5_000_000,
    backlog: 12,
  },
  figures: { differences: 0, checkedDay: '2026-11-22' },
  offers: {},
})

it('shows every part, in the hotline’s time, and no trouble where there is none', async () => {
  status = healthy
  const { floor } = test.service
  floor.ready('a1')
  floor.park('c1')
  const reply = await test.service.ask('admin', 'GET', url)
  expect(reply.statusCode).toBe(200)
  const body = reply.json()
  expect(body.troubles).toEqual([])
  expect(body.switches).toEqual([
    {
      nodeId: 'fs1',
      isUp: true,
      connectedAt: expect.stringContaining('+08:00'),
      lastHeardAt: expect.stringContaining('+08:00'),
      reconnects: 1,
      calls: 1,
      isSipUp: true,
      sipLatencyMs: 3,
    },
  ])
  expect(body.trunks).toMatchObject([{ trunkId: 'telecom', isUp: true, latencyMs: 12, calls: 7 }])
  expect(body.edge.refusals).toEqual([
    { reason: 'unknown_trunk', count: 8 },
    { reason: 'blocked', count: 1 },
  ])
  expect(body).toMatchObject({
    database: { isUp: true, pending: 2, lagMs: 40 },
    recordings: { freeBytes: 5_000_000, backlog: 12 },
    figures: { checkedDay: '2026-11-22', differences: 0 },
  })
})

it('says what needs somebody, by name', async () => {
  status = (at) => {
    const well = healthy(at)
    const [fs1] = well.switches
    const [trunk] = well.edge?.trunks ?? []
    if (fs1 === undefined || trunk === undefined || well.edge === null) throw new Error('empty')
    return {
      ...well,
      switches: [
        { ...fs1, lastFrameAt: at - 31_000 },
        { ...fs1, nodeId: 'fs2', isUp: false, connectedAt: null },
      ],
      edge: {
        ...well.edge,
        connections: [{ edgeId: 'drachtio:9022', isUp: false }],
        nodes: [{ nodeId: 'fs1', isHealthy: false, latencyMs: null, calls: 0 }],
        // One that nobody can ask is no trouble.
        trunks: [
          { ...trunk, isUp: false },
          { ...trunk, name: '联通', isUp: null },
        ],
      },
      journal: { ...well.journal, isDatabaseUp: false, lagMs: 31_000, rejected: 1 },
      archive: { ...well.archive, isDiskLow: true, archivingFault: 'no bucket', copyingFault: 'x' },
      figures: { differences: 2, checkedDay: '2026-11-22' },
    }
  }
  const { troubles } = (await test.service.ask('shift_leader', 'GET', url)).json()
  expect(troubles.map(({ code, name }: Record<string, string>) => [code, name])).toEqual([
    ['switch_down', 'fs2'],
    ['switch_silent', 'fs1'],
    ['edge_down', 'drachtio:9022'],
    ['sip_down', 'fs1'],
    ['trunk_down', '电信'],
    ['database_down', null],
    ['records_late', null],
    ['facts_lost', null],
    ['disk_low', null],
    ['archiving_failed', null],
    ['copying_failed', null],
    ['figures_differ', null],
  ])
})

it('works without a SIP edge, and is closed to agents', async () => {
  status = (at) => ({ ...healthy(at), edge: null })
  const body = (await test.service.ask('admin', 'GET', url)).json()
  expect([body.edge, body.trunks, body.switches[0].isSipUp]).toEqual([null, [], null])
  expect((await test.service.ask('agent', 'GET', url)).statusCode).toBe(403)
})
