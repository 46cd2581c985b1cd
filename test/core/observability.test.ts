// Every figure that an alert or a panel reads is one that the service exposes, every figure says what it is,
// and every alarm of the floor has its alert.
import { readFileSync } from 'node:fs'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { ALARM_CODES } from '../../src/core/alarms.ts'
import type { SystemStatus } from '../../src/core/system-status.ts'
import { testService } from '../support/service.ts'

const read = (file: string) =>
  readFileSync(new URL(`../../observability/${file}`, import.meta.url), 'utf8')
const FILES = ['alerts.yml', 'grafana-dashboard.json']

const SYSTEM: SystemStatus = {
  switches: [
    {
      nodeId: 'fs1',
      isUp: true,
      connectedAt: 0,
      lastFrameAt: 0,
      reconnects: 2,
      events: 9,
      dropped: 1,
      requestsPending: 3,
      requestsFailed: 4,
    },
  ],
  edge: {
    connections: [{ edgeId: 'e1', isUp: false }],
    nodes: [{ nodeId: 'fs1', isHealthy: true, latencyMs: 2, calls: 1 }],
    trunks: [
      {
        trunkId: 'telecom',
        name: '电信',
        isEnabled: true,
        isUp: false,
        answeredAt: null,
        latencyMs: null,
        calls: 7,
        callsMax: 30,
      },
    ],
    registrations: 5,
    bans: 1,
    agentCalls: 6,
    refusals: { blocked: 8 },
  },
  journal: { isDatabaseUp: false, pending: 3, lagMs: 0, spooledBytes: 0, lost: 0, rejected: 2 },
  archive: {
    isDiskLow: false,
    archivingFault: null,
    copyingFault: null,
    freeBytes: 10,
    backlog: 12,
  },
  figures: { differences: 0, checkedDay: '2026-11-22' },
  offers: { rona: 4 },
}
const test = testService({
  system: () => SYSTEM,
  archive: () => SYSTEM.archive,
  gauges: () => ({
    facts: 1,
    journalPending: 0,
    journalSpooledBytes: 0,
    figuresDifferences: 0,
  }),
})

/** Names of what is exposed, with their help. */
async function exposed(): Promise<Map<string, string>> {
  const { body } = await test.service.app.inject({ url: '/metrics' })
  return new Map(
    [...body.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help = '']) => [name, help]),
  )
}

it('alerts and dashboard read only figures that the service exposes', async () => {
  const names = await exposed()
  for (const file of FILES) {
    const used = [...read(file).matchAll(/\b(?:yingda|nodejs|process)_\w+/g)].map(([name]) =>
      name.replace(/_bucket$/, ''),
    )
    expect(used.length, file).toBeGreaterThan(20)
    expect(
      used.filter((name) => !names.has(name)),
      file,
    ).toEqual([])
  }
})

it('every figure of ours says what it is, and is read by an alert or a panel', async () => {
  const ofProcess = new Registry()
  collectDefaultMetrics({ register: ofProcess })
  const theirs = new Set((await ofProcess.getMetricsAsJSON()).map(({ name }) => name))
  const texts = FILES.map(read).join('\n')
  const ours = [...(await exposed())].filter(([name]) => !theirs.has(name))
  for (const [name, help] of ours) expect(help.length, name).toBeGreaterThan(10)
  const isRead = (name: string) => new RegExp(`\\b${name}(?:_bucket)?\\b`).test(texts)
  expect(ours.map(([name]) => name).filter((name) => !isRead(name))).toEqual([])
})

it('every alarm of the floor, and every trouble with the recordings, has an alert', () => {
  const { groups } = parse(read('alerts.yml')) as {
    groups: { rules: { alert: string; expr: string; labels: { alarm?: string } }[] }[]
  }
  const rules = groups.flatMap((group) => group.rules)
  for (const alarm of ALARM_CODES) {
    expect(rules.map(({ labels }) => labels.alarm)).toContain(alarm)
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
})

it('the parts of the service as they are', async () => {
  const { body } = await test.service.app.inject({ url: '/metrics' })
  const lines = body.split('\n')
  for (const line of [
    'yingda_switch_reconnects_total{node="fs1"} 2',
    `yingda_switch_silence_seconds{node="fs1"} ${test.service.floor.clock.now() / 1_000}`,
    'yingda_switch_calls{node="fs1"} 0',
    'yingda_edge_connected{edge="e1"} 0',
    'yingda_edge_refusals_total{reason="blocked"} 8',
    'yingda_trunk_up{trunk="telecom"} 0',
    'yingda_trunk_calls{trunk="telecom"} 7',
    'yingda_database_up 0',
    'yingda_facts_rejected_total 2',
    'yingda_recordings_backlog 12',
    'yingda_offers_total{outcome="rona"} 4',
    'yingda_alarms{alarm="long_wait"} 0',
  ]) {
    expect(lines).toContain(line)
  }
})
