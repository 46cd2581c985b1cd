// Recordings as files: read back, measured channel by channel, stretch by stretch.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/server.ts'
import { SimulatedSwitch } from '../support/simulated-switch.ts'

let folder: string
let world: SimulatedSwitch

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-recording-'))
})
afterEach(async () => {
  await world.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
  world = await SimulatedSwitch.start({ audio: 'speech', ...options })
}

interface Wav {
  readonly channels: number
  readonly rate: number
  readonly bits: number
  readonly left: Int16Array
  readonly right: Int16Array
}

function readWav(path: string): Wav {
  const file = readFileSync(path)
  expect(file.toString('latin1', 0, 4)).toBe('RIFF')
  expect(file.readUInt32LE(4)).toBe(file.length - 8)
  expect(file.readUInt32LE(40)).toBe(file.length - 44)
  const frames = (file.length - 44) / 4
  const left = new Int16Array(frames)
  const right = new Int16Array(frames)
  for (let i = 0; i < frames; i += 1) {
    left[i] = file.readInt16LE(44 + 4 * i)
    right[i] = file.readInt16LE(46 + 4 * i)
  }
  return {
    channels: file.readUInt16LE(22),
    rate: file.readUInt32LE(24),
    bits: file.readUInt16LE(34),
    left,
    right,
  }
}

/** Root mean square of a stretch given in ms. */
function level(samples: Int16Array, fromMs: number, toMs: number): number {
  const stretch = samples.subarray(fromMs * 8, toMs * 8)
  return Math.sqrt(stretch.reduce((sum, sample) => sum + sample * sample, 0) / stretch.length)
}

/** Pitch by the first strong peak of the autocorrelation over the stretch, in Hz. */
function pitch(samples: Int16Array, fromMs: number, toMs: number): number {
  const stretch = samples.subarray(fromMs * 8, toMs * 8)
  let best = { lag: 0, value: 0 }
  for (let lag = 20; lag <= 100; lag += 1) {
    let value = 0
    for (let i = 0; i + lag < stretch.length; i += 1) {
      value += (stretch[i] ?? 0) * (stretch[i + lag] ?? 0)
    }
    if (value > best.value) best = { lag, value }
  }
  return 8_000 / best.lag
}

function stopOf(path: string): Readonly<Record<string, string>> | undefined {
  return world.events.find(
    (event) => event['Event-Name'] === 'RECORD_STOP' && event['Record-File-Path'] === path,
  )
}

describe('a recording of a talk', () => {
  it('is stereo and as long as it lasted to the sample: caller left, agent right', async () => {
    await start()
    const call = await world.parkedCaller()
    await world.parkedAgent('7', 'a7')
    const path = join(folder, 'deep/er/talk.wav')
    expect(await world.api(`uuid_record ${call.legId} start ${path}`)).toBe('+OK Success\n')
    const startedAt = world.clock.now()
    // Until it stops, the header says that there is nothing.
    expect(readFileSync(path).readUInt32LE(40)).toBe(0)
    await world.bridge(call.legId, 'a7')
    const bridgedMs = world.clock.now() - startedAt
    await world.pass(16_000)
    call.hangUp()
    await world.event('RECORD_STOP', call.legId)
    const recordedMs = world.clock.now() - startedAt
    const wav = readWav(path)
    expect([wav.channels, wav.rate, wav.bits]).toEqual([2, 8_000, 16])
    expect(wav.left.length).toBe(recordedMs * 8)
    expect(stopOf(path)).toMatchObject({
      variable_record_ms: String(recordedMs),
      variable_record_file_size: String(statSync(path).size),
      'Record-Completion-Cause': 'success-silence',
    })
    // Before the bridge nobody speaks; then both do, in turns, with voices of their own.
    expect(level(wav.left, 0, bridgedMs)).toBe(0)
    expect(level(wav.left, bridgedMs, recordedMs - 100)).toBeGreaterThan(500)
    expect(level(wav.right, bridgedMs, recordedMs - 100)).toBeGreaterThan(500)
    const callerHz = pitch(wav.left, 7_500, 14_000)
    const agentHz = pitch(wav.right, 500, 6_500)
    expect(callerHz).toBeLessThan(170)
    expect(agentHz).toBeGreaterThan(170)
    expect(wav.left.reduce((peak, sample) => Math.max(peak, sample), 0)).toBeLessThan(32_000)
  })

  it('has the hold’s prompt and music on the right, and nobody on the left', async () => {
    await start()
    const call = await world.parkedCaller()
    await world.parkedAgent('7', 'a7')
    const path = join(folder, 'hold.wav')
    await world.api(`uuid_record ${call.legId} start ${path}`)
    const startedAt = world.clock.now()
    await world.bridge(call.legId, 'a7')
    await world.pass(2_000)
    const heldMs = world.clock.now() - startedAt + 50
    const hold = "'playback:/snd/hold.wav,endless_playback:local_stream://moh,park:'"
    await world.api(`uuid_transfer ${call.legId} ${hold} inline`)
    await world.pass(8_000)
    const untilMs = world.clock.now() - startedAt
    await world.api(`uuid_record ${call.legId} stop ${path}`)
    expect(stopOf(path)?.['Record-Completion-Cause']).toBe('success-maxtime')
    const wav = readWav(path)
    expect(level(wav.left, heldMs, untilMs)).toBe(0)
    expect(level(wav.right, heldMs, heldMs + 900)).toBeGreaterThan(500)
    expect(level(wav.right, heldMs + 1_500, untilMs)).toBeGreaterThan(300)
  })

  it('is silent where it was masked, and keeps its length', async () => {
    await start()
    const call = await world.talk()
    const path = join(folder, 'masked.wav')
    await world.api(`uuid_record ${call.legId} start ${path}`)
    await world.pass(2_000)
    expect(await world.api(`uuid_record ${call.legId} mask ${path}`)).toBe('+OK Success\n')
    await world.pass(2_000)
    expect(await world.api(`uuid_record ${call.legId} unmask ${path}`)).toBe('+OK Success\n')
    await world.pass(1_000)
    await world.api(`uuid_record ${call.legId} stop ${path}`)
    const wav = readWav(path)
    expect(wav.right.length).toBe(5_000 * 8)
    expect(level(wav.right, 0, 2_000)).toBeGreaterThan(500)
    expect(level(wav.right, 2_000, 4_000)).toBe(0)
    expect(level(wav.right, 4_000, 5_000)).toBeGreaterThan(100)
  })

  it('has a silent caller’s silence', async () => {
    await start()
    const call = await world.talk('', { isMute: true })
    const path = join(folder, 'mute.wav')
    await world.api(`uuid_record ${call.legId} start ${path}`)
    await world.pass(12_000)
    await world.api(`uuid_record ${call.legId} stop ${path}`)
    const wav = readWav(path)
    expect(level(wav.left, 0, 12_000)).toBe(0)
    expect(level(wav.right, 0, 12_000)).toBeGreaterThan(300)
  })
})

describe('odd paths', () => {
  it('are answered as FreeSWITCH answers them', async () => {
    await start()
    const { legId } = await world.parkedCaller()
    const refused = '-ERR Cannot record session!\n'
    expect(await world.api(`uuid_record ${legId} start /proc/nope/x.wav`)).toBe(refused)
    expect(await world.api(`uuid_record ${legId} start ${folder}/x.unknownext`)).toBe(refused)
    expect(await world.api(`uuid_record ${legId} start ${folder}/a b.wav`)).toBe('+OK Success\n')
    expect(await world.api(`uuid_record ${legId} start '${folder}/c d.wav'`)).toBe('+OK Success\n')
    const started = world.events
      .filter((event) => event['Event-Name'] === 'RECORD_START')
      .map((event) => event['Record-File-Path'])
    expect(started).toEqual([`${folder}/a`, `${folder}/c d.wav`])
    const twice = `uuid_record ${legId} start ${folder}/tw.wav`
    expect(await world.api(twice)).toBe('+OK Success\n')
    expect(await world.api(twice)).toBe('+OK Success\n')
    expect(await world.api(`uuid_record ${legId} stop ${folder}/tw.wav`)).toBe('+OK Success\n')
    expect(stopOf(`${folder}/tw.wav`)?.['Record-Completion-Cause']).toBe('empty-file')
    expect(await world.api(`uuid_record ${legId} stop ${folder}/tw.wav`)).toBe(
      '-ERR Cannot stop record session!\n',
    )
    expect(await world.api(`uuid_record ${legId} mask ${folder}/none.wav`)).toBe(
      '-ERR Cannot mask recording session!\n',
    )
  })
})

describe('the disk', () => {
  it('when full lets the call go on and shows only at the end', async () => {
    await start()
    world.simulator.diskFull()
    const call = await world.talk()
    const path = join(folder, 'full.wav')
    expect(await world.api(`uuid_record ${call.legId} start ${path}`)).toBe('+OK Success\n')
    await world.pass(30_000)
    expect(stopOf(path)).toBeUndefined()
    call.hangUp()
    await world.event('RECORD_STOP', call.legId)
    expect(stopOf(path)?.['Record-Completion-Cause']).toBe('uri-failure')
    expect(statSync(path).size).toBe(65_536)
  })

  it('is not filled beyond its budget: the oldest of our files go', async () => {
    await start({ diskBudgetBytes: 1_000_000 })
    writeFileSync(join(folder, 'foreign.wav'), Buffer.alloc(2_000_000))
    const call = await world.talk()
    for (const name of ['one', 'two', 'three', 'four']) {
      const path = join(folder, `${name}.wav`)
      await world.api(`uuid_record ${call.legId} start ${path}`)
      await world.pass(10_000)
      await world.api(`uuid_record ${call.legId} stop ${path}`)
    }
    const isThere = (name: string) =>
      statSync(join(folder, `${name}.wav`), { throwIfNoEntry: false }) !== undefined
    expect(['one', 'two', 'three', 'four'].filter(isThere)).toEqual(['two', 'three', 'four'])
    expect(isThere('foreign')).toBe(true)
  })

  it('is hardly touched where silence will do', async () => {
    await start({ audio: 'silence' })
    const call = await world.talk()
    const path = join(folder, 'sparse.wav')
    await world.api(`uuid_record ${call.legId} start ${path}`)
    await world.pass(3_600_000)
    await world.api(`uuid_record ${call.legId} stop ${path}`)
    const { size, blocks } = statSync(path)
    expect(size).toBe(44 + 3_600_000 * 8 * 4)
    expect(blocks * 512).toBeLessThan(100_000)
  })
})
