// A working day on which everything that can happen to a recording happens to some: each is found and
// named, none of the others is blamed, and no citizen is cut off for it.
import { truncateSync } from 'node:fs'
import { relative } from 'node:path'
import { pino } from 'pino'
import { afterEach, expect, it } from 'vitest'
import { Bucket } from '../../src/archive/bucket.ts'
import { Compressor } from '../../src/archive/compressor.ts'
import { Vault } from '../../src/archive/vault.ts'
import type { RecordedFact } from '../../src/core/facts.ts'
import { createLog } from '../../src/log.ts'
import { RecordingKeeper } from '../../src/recording-keeper.ts'
import { verifyRecordings } from '../../src/recording-verification.ts'
import { BucketServer } from '../support/bucket-server.ts'
import { testDatabase } from '../support/database.ts'
import { PlayedHotline, TIME_ZONE } from '../support/played-hotline.ts'

const database = testDatabase()
const DAY = '2026-11-23'
const OPENING = Date.parse(`${DAY}T09:00:00+08:00`)
const MINUTE_MS = 60_000
const CALLS = 260

type Fact<Type extends RecordedFact['type']> = Extract<RecordedFact, { type: Type }>

let played: PlayedHotline | undefined
let bucket: BucketServer | undefined
afterEach(async () => {
  await played?.stop()
  await bucket?.stop()
  played = undefined
})

it('names every recording that something happened to on a working day, and no other', async () => {
  const { db } = database
  bucket = await BucketServer.start()
  const mute = new Set<string>()
  played = await PlayedHotline.start({
    db,
    startAt: OPENING,
    seed: 'a day of faults',
    callsPerDay: CALLS,
    audio: 'speech',
    onCall: ({ legId, plan }) => {
      if (plan.isMute === true) mute.add(legId)
    },
  })
  const { facts, simulator, recordingsDir, clock, hotline } = played
  const { url, objects } = bucket
  const keys: [] = []
  const vault = new Vault({ recordingsDir, bucket: new Bucket(url), keys, cipher: 'aes-256-gcm' })
  let freeBytes = 10 ** 12
  const keeper = new RecordingKeeper({
    db,
    clock,
    log: createLog('silent', pino.destination({ dest: '/dev/null', sync: true })),
    vault,
    compressor: new Compressor('ffmpeg'),
    recordingsDir,
    queues: () => hotline.engine.state.config.queues,
    freeMbMin: 1_000,
    freeBytes: async () => freeBytes,
  })
  const of = <Type extends RecordedFact['type']>(type: Type, from = 0): Fact<Type>[] =>
    facts.slice(from).filter((fact): fact is Fact<Type> => fact.type === type)
  const play = async (minutes: number): Promise<void> => {
    await played?.playUntil(clock.now() + minutes * MINUTE_MS)
    await hotline.journal.flush()
    await keeper.look()
  }
  /** Of the call, what is said of its recordings; what is expected is written down as things happen. */
  const expected = new Map<string, string>()

  await play(30)

  // The switch cannot begin one.
  let mark = facts.length
  simulator.failNext('uuid_record', '-ERR Cannot record session!\n')
  await play(20)
  expected.set(of('recording.requested', mark)[0]?.callId ?? '', 'missing')

  // What it has written is emptied, or cut, before it is looked at.
  for (const [name, bytes] of [
    ['missing', 0],
    ['missing or flawed', 40_000],
  ] as const) {
    let callId = ''
    simulator.spoilNextRecording((path) => {
      truncateSync(path, bytes)
      const within = relative(recordingsDir, path)
      callId = of('recording.requested').find((fact) => fact.path === within)?.callId ?? ''
    })
    await play(20)
    expected.set(callId, name)
  }

  // Somebody at the switch's own console stops one in the middle of a talk.
  const talking = () =>
    [...hotline.engine.state.calls.values()].find(
      ({ phase }) => phase.name === 'talking' && clock.now() - phase.since < 10_000,
    )
  while (talking() === undefined) await play(1 / 12)
  const { callId: stopped, legId, recordingPath } = talking() ?? {}
  if (stopped === undefined || legId === undefined || recordingPath == null) throw new Error('none')
  hotline.pool.execute({ type: 'stop_recording', nodeId: 'simulator', legId, path: recordingPath })
  expected.set(stopped, 'flawed: stopped_early')
  await play(20)

  // The disk is full for a while; room was asked for before.
  freeBytes = 0
  await keeper.look()
  expect(keeper.status().isDiskLow).toBe(true)
  mark = facts.length
  simulator.diskFull()
  await play(25)
  simulator.diskFull(false)
  freeBytes = 10 ** 12
  const cut = of('recording.stopped', mark).filter(({ durationMs }) => durationMs > 5_000)
  for (const { callId } of cut) expected.set(callId, 'missing or flawed')
  expect(cut.length).toBeGreaterThan(1)

  // The bucket is away for an hour: what is recorded meanwhile stays in the folder, then follows.
  const isIn = (path: string) => [...objects.keys()].some((name) => name.endsWith(path))
  bucket.isAway = true
  mark = facts.length
  await play(60)
  const waiting = of('recording.verified', mark).map(({ path }) => path)
  expect(waiting.length).toBeGreaterThan(2)
  expect(waiting.filter(isIn)).toEqual([])
  expect(keeper.status()).toMatchObject({
    isDiskLow: false,
    archivingFault: expect.any(String),
    copyingFault: null,
  })
  bucket.isAway = false
  await play(60)
  expect(keeper.status().archivingFault).toBeNull()
  expect(waiting.filter((path) => !isIn(path))).toEqual([])

  // The lines close and the talks end.
  played.callers.stop()
  while (hotline.engine.state.calls.size > 0) await play(5)
  await play(5)

  const said = new Map<string, string[]>()
  const says = (callId: string, what: string) =>
    said.set(callId, [...(said.get(callId) ?? []), what])
  for (const { callId } of of('recording.missing')) says(callId, 'missing')
  for (const { callId, flaws } of of('recording.flawed'))
    says(callId, `flawed: ${flaws.join(', ')}`)
  // A citizen who says nothing leaves a channel without a voice, which is named: it might be a fault.
  const legOf = new Map(of('recording.requested').map(({ callId, legId }) => [callId, legId]))
  for (const [callId, verdicts] of said) {
    const isMute = mute.has(legOf.get(callId) ?? '')
    if (isMute && !expected.has(callId) && verdicts.join() === 'flawed: silent_caller')
      expected.set(callId, verdicts.join())
  }
  const isAsExpected = (callId: string): boolean => {
    const wanted = (expected.get(callId) ?? 'nothing').split(' or ')
    return said.get(callId)?.some((one) => wanted.some((want) => one.startsWith(want))) ?? false
  }
  const wrong = [...new Set([...said.keys(), ...expected.keys()])].filter((id) => !isAsExpected(id))
  expect(wrong.map((id) => [id, said.get(id), expected.get(id)])).toEqual([])

  // Every answered call was looked at within a minute of its end.
  const judged = facts.filter(
    (fact): fact is Fact<'recording.verified' | 'recording.flawed' | 'recording.missing'> =>
      ['recording.verified', 'recording.flawed', 'recording.missing'].includes(fact.type),
  )
  const answered = new Set(of('call.connected').map(({ callId }) => callId))
  for (const { callId, at } of of('call.ended').filter((end) => answered.has(end.callId))) {
    const looks = judged.filter((fact) => fact.callId === callId)
    expect(looks.length, callId).toBeGreaterThan(0)
    for (const look of looks) expect(look.at - at, callId).toBeLessThan(60_000)
  }
  // Nobody was cut off for it.
  const endings = new Map(of('call.ended').map(({ callId, ending }) => [callId, ending]))
  expect(new Set([...expected.keys()].map((id) => endings.get(id)))).toEqual(new Set(['served']))

  // After the day somebody is at the bucket.
  const good = of('recording.verified').filter(({ callId }) => !said.has(callId))
  const [altered, removed, shortened] = good.slice(-3)
  const nameOf = (path = '') => [...objects.keys()].find((name) => name.endsWith(path)) ?? ''
  const changed = Buffer.from(objects.get(nameOf(altered?.path)) ?? '')
  changed.writeUInt8(changed.readUInt8(5_000) ^ 1, 5_000)
  objects.set(nameOf(altered?.path), changed)
  objects.delete(nameOf(removed?.path))
  const whole = objects.get(nameOf(shortened?.path)) ?? Buffer.alloc(0)
  objects.set(nameOf(shortened?.path), whole.subarray(0, whole.length - 1_000))
  expected.set(altered?.callId ?? '', 'altered')
  expected.set(removed?.callId ?? '', 'file_missing')
  expected.set(shortened?.callId ?? '', 'truncated')

  const { findings, checked } = await verifyRecordings(db, vault, {
    from: DAY,
    to: DAY,
    timeZone: TIME_ZONE,
  })
  console.log(`${checked} recordings checked, ${expected.size} with something done to them`)
  expect(new Set(findings.map(({ callId }) => callId))).toEqual(new Set(expected.keys()))
  for (const { callId, code } of findings) {
    const wanted = expected.get(callId) ?? ''
    if (['altered', 'file_missing', 'truncated'].includes(wanted)) expect(code).toBe(wanted)
    else expect(['unrecorded', 'flawed']).toContain(code)
  }
  expect(checked).toBeGreaterThan(80)
}, 300_000)
