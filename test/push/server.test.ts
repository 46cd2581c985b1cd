// Live state on real sockets: who gets in, what they see, and that no number is ever missing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liveHotline } from '../../src/core/live.ts'
import { type WireHotline, wireHotline } from '../../src/core/live-wire.ts'
import { ROLE_NAMES, type Role } from '../../src/core/permissions.ts'
import { CALLER } from '../support/floor.ts'
import { SMALL_HOTLINE } from '../support/hotline.ts'
import { until } from '../support/until.ts'
import { foldedHotline, PushService, type Watcher } from './viewers.ts'

let service: PushService
beforeEach(async () => {
  service = new PushService()
  await service.start()
})
afterEach(() => service.stop())

function hotlineNow(): Omit<WireHotline, 'at'> {
  const { state } = service.floor.engine
  const { at: _at, ...rest } = wireHotline(
    liveHotline(state, service.floor.clock.now()),
    'Asia/Shanghai',
  )
  return rest
}

describe('who gets in', () => {
  const ALLOWED: Record<string, readonly Role[]> = {
    '/wallboard': ['agent', 'shift_leader', 'wallboard', 'admin'],
    '/supervisor': ['shift_leader', 'admin'],
    '/agent': ['agent'],
  }
  const cases = Object.keys(ALLOWED).flatMap((path) =>
    ROLE_NAMES.map((role) => [path, role, ALLOWED[path]?.includes(role) === true] as const),
  )
  it.each(cases)('%s as %s: %s', async (path, role, isAllowed) => {
    const watcher = service.watch(path, role)
    if (isAllowed) await watcher.joined()
    else await until(() => watcher.refusal === 'forbidden', 'a refusal')
  })

  it.each(Object.keys(ALLOWED))('%s without a sign-in', async (path) => {
    const watcher = service.watch(path, null)
    await until(() => watcher.refusal === 'unauthenticated', 'a refusal')
  })

  it.each([['/'], ['/elsewhere']])('%s: nothing is served there', async (path) => {
    const watcher = service.watch(path, 'admin')
    await until(() => watcher.refusal !== null, 'a refusal')
  })

  it.each([[null], ['gone']])(
    'an agent’s role with the agent %s has no console',
    async (agentId) => {
      const watcher = service.watch('/agent', 'agent', agentId)
      await until(() => watcher.refusal === 'no_agent', 'a refusal')
    },
  )

  it('another site’s page is refused, our own is not', async () => {
    const foreign = service.watch('/wallboard', 'admin', null, { origin: 'https://evil.example' })
    const own = service.watch('/wallboard', 'admin', null, {
      origin: `http://127.0.0.1:${service.port}`,
    })
    await own.joined()
    await until(() => foreign.refusal !== null, 'a refusal')
  })

  it('nobody is let in while it cannot be told who they are', async () => {
    service.isDatabaseAway = true
    const watcher = service.watch('/wallboard', 'admin')
    await until(() => watcher.refusal === 'unavailable', 'a refusal')
  })
})

describe('wallboard', () => {
  it('opens with a snapshot and moves with the floor', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    expect(wall.of('snapshot')[0]).toMatchObject({
      seq: 0,
      at: '2026-11-23T12:00:00.000+08:00',
      view: { day: '2026-11-23', waiting: 0, queues: [{ queueId: 'city' }, {}, {}] },
    })
    service.floor.park('c1', '12346')
    service.floor.clock.advance(250)
    const delta = await wall.nth('delta', 1)
    // Nobody who speaks Cantonese is signed in, so the caller was refused and counted.
    expect(delta).toMatchObject({ seq: 1, queues: [{ queueId: 'yue' }] })
    expect(foldedHotline(wall)).toEqual(hotlineNow())
  })

  it('a busy second makes at most four pushes, and all of it arrives', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.ready('a1', 'a2', 'a3')
    for (let i = 0; i < 100; i += 1) {
      service.floor.park(`c${i}`)
      service.floor.clock.advance(10)
    }
    service.floor.clock.advance(250)
    await until(() => foldedHotline(wall).waiting === 100, 'all calls')
    expect(foldedHotline(wall)).toEqual(hotlineNow())
    expect(wall.of('delta').length).toBeLessThanOrEqual(6)
    expect(wall.numbers).toEqual(wall.numbers.map((_, i) => i))
  })

  it('tells the day hour by hour to who asks, the hours without a call too', async () => {
    const { floor } = service
    floor.ready('a1')
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    floor.clock.advance(600_000)
    playOneCall()
    floor.clock.advance(2 * 3_600_000)
    floor.park('c2', '12346')
    const curve = await wall.socket.timeout(5_000).emitWithAck('curve')
    const hour = { inbound: 0, answered: 0, connectRate: null, timelyAnswerRate: null }
    expect(curve).toEqual({
      day: '2026-11-23',
      hours: [
        { ...hour, hour: '12:00', inbound: 1, answered: 1, connectRate: 1, timelyAnswerRate: 1 },
        { ...hour, hour: '13:00' },
        { ...hour, hour: '14:00', inbound: 1, connectRate: 0 },
      ],
    })
  })

  it('carries no caller and no agent by name', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    playOneCall()
    service.floor.engine.submit({
      type: 'config.loaded',
      at: service.floor.clock.now(),
      config: SMALL_HOTLINE,
    })
    service.floor.clock.advance(5_000)
    await wall.nth('tick', 1)
    await wall.nth('snapshot', 2)
    const text = JSON.stringify(wall.messages)
    expect(text).toContain('"inbound":1')
    for (const secret of [CALLER, CALLER.slice(-4), 'c1', '王芳', '"a1"']) {
      expect(text).not.toContain(secret)
    }
  })

  it('two walls that came at different times show the same under the same numbers', async () => {
    const first = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.ready('a1')
    service.floor.clock.advance(300)
    await first.nth('delta', 1)
    service.floor.park('c1')
    // The push of the call is still due, so the newcomer starts with what was pushed last.
    const second = await service.watch('/wallboard', 'wallboard').joined()
    expect(second.of('snapshot')[0].seq).toBe(1)
    service.floor.clock.advance(300)
    await second.nth('delta', 1)
    await first.nth('delta', 2)
    expect(foldedHotline(second)).toEqual(foldedHotline(first))
    expect(foldedHotline(second)).toEqual(hotlineNow())
  })

  it('a new day shows without anything having happened', async () => {
    service.floor.park('c1', '99999')
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    expect(foldedHotline(wall).today.counts.inbound).toBe(1)
    service.floor.clock.advance(12 * 3_600_000 + 6_000)
    await until(() => foldedHotline(wall).day === '2026-11-24', 'the new day')
    expect(foldedHotline(wall).today.counts.inbound).toBe(0)
  })
})

describe('alarms', () => {
  const waitOf = (watcher: Watcher) =>
    foldedHotline(watcher).alarms.find(({ code }) => code === 'long_wait')?.level

  it('a wait becomes a warning and an alarm, of its queue too, by the passing of time alone', async () => {
    service.floor.ready('a1')
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    const leader = await service.watch('/supervisor', 'shift_leader').joined()
    service.floor.park('c1')
    service.floor.clock.advance(14_000)
    await wall.nth('tick', 2)
    expect(waitOf(wall)).toBeUndefined()
    service.floor.clock.advance(7_000)
    await until(() => waitOf(wall) === 'warning' && waitOf(leader) === 'warning', 'the warning')
    service.floor.clock.advance(20_000)
    await until(() => waitOf(wall) === 'alarm' && waitOf(leader) === 'alarm', 'the alarm')
    const { queues } = foldedHotline(wall)
    const codes = queues.map(({ queueId, alarms }) => [queueId, alarms.map(({ code }) => code)])
    // The one call of the day has not been answered, so the day's rate is below its target as well.
    expect(codes).toContainEqual(['city', ['long_wait', 'connect_rate_low']])
    expect(codes).toContainEqual(['yue', []])
    service.floor.hangUp('c1')
    service.floor.clock.advance(250)
    await until(() => waitOf(wall) === undefined, 'the end')
  })

  it('a hold beyond its limit is one until the caller is back', async () => {
    holdOneCall()
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.clock.advance(36_000)
    const since = '2026-11-23T12:00:30.000+08:00'
    const hold = { code: 'long_hold', level: 'alarm', since }
    await until(() => foldedHotline(wall).alarms.length > 0, 'the alarm')
    expect(foldedHotline(wall).alarms).toEqual([hold])
    service.floor.hangUp('c1')
    service.floor.clock.advance(250)
    await until(() => foldedHotline(wall).alarms.length === 0, 'the end')
  })
})

describe('wallboard with a token', () => {
  it('shows the queues it is bound to as if they were the whole hotline', async () => {
    service.wallKeys.set('key', { queueIds: ['yue'], isRevoked: false })
    const wall = await service.watchWith('key').joined()
    const whole = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.ready('a1')
    service.floor.park('c1')
    service.floor.park('c2', '12346')
    service.floor.clock.advance(250)
    await wall.nth('delta', 1)
    await whole.nth('delta', 1)
    expect(foldedHotline(whole)).toEqual(hotlineNow())
    expect(foldedHotline(whole)).toMatchObject({ waiting: 1, today: { counts: { inbound: 2 } } })
    const view = foldedHotline(wall)
    expect(view).toMatchObject({ waiting: 0, today: { counts: { inbound: 1 } } })
    expect(view.queues.map(({ queueId }) => queueId)).toEqual(['yue'])
    expect(view.agents).toEqual(view.queues[0]?.agents)
    expect(JSON.stringify(wall.messages)).not.toContain('city')
  })

  it.each([
    ['one nobody was given', 'made-up', 'token_unknown'],
    ['one longer than any', 'x'.repeat(101), 'token_unknown'],
    ['a revoked one', 'old', 'token_revoked'],
    ['nothing', '', 'unauthenticated'],
    ['something else', { key: 1 }, 'unauthenticated'],
  ])('%s opens nothing', async (_, token, code) => {
    service.wallKeys.set('old', { queueIds: null, isRevoked: true })
    service.wallKeys.set('x'.repeat(101), { queueIds: null, isRevoked: false })
    const watcher = service.watchWith(token)
    await until(() => watcher.refusal === code, 'a refusal')
  })

  it.each(['/supervisor', '/agent'])('does not open %s', async (path) => {
    service.wallKeys.set('key', { queueIds: null, isRevoked: false })
    const watcher = service.watchWith('key', path)
    await until(() => watcher.refusal === 'unauthenticated', 'a refusal')
  })

  it('loses its screens when it is revoked, and no others', async () => {
    service.wallKeys.set('key', { queueIds: null, isRevoked: false })
    service.wallKeys.set('other', { queueIds: null, isRevoked: false })
    const wall = await service.watchWith('key').joined()
    const other = await service.watchWith('other').joined()
    service.wallKeys.set('key', { queueIds: null, isRevoked: true })
    service.floor.clock.advance(30_000)
    await until(() => wall.isClosed, 'the end')
    service.floor.ready('a1')
    service.floor.clock.advance(250)
    await other.nth('delta', 1)
    expect(other.isClosed).toBe(false)
  })
})

describe('supervisor', () => {
  it('sees figures, agents and calls, whole and with numbers', async () => {
    service.floor.ready('a1')
    const leader = await service.watch('/supervisor', 'shift_leader').joined()
    const { view } = leader.of('snapshot')[0]
    expect(view.agents.map((agent: { agentId: string }) => agent.agentId)).toHaveLength(4)
    service.floor.park('c1')
    service.floor.clock.advance(250)
    expect(await leader.nth('delta', 1)).toMatchObject({
      agents: [{ agentId: 'a1', phase: 'offered', callId: 'c1' }],
      calls: [{ callId: 'c1', from: CALLER, phase: 'offered', agentId: 'a1' }],
      queues: [{ queueId: 'city', waiting: 1 }, {}],
    })
    service.floor.hangUp('c1')
    service.floor.clock.advance(250)
    expect(await leader.nth('delta', 2)).toMatchObject({ endedCallIds: ['c1'] })
    expect(leader.of('delta')[1].calls).toBeUndefined()
    expect(foldedHotline(leader)).toEqual(hotlineNow())
  })

  it('is told what has gone wrong, but not every agent’s warning', async () => {
    const leader = await service.watch('/supervisor', 'shift_leader').joined()
    holdOneCall()
    service.floor.clock.advance(31_000)
    expect(await leader.nth('alert', 1)).toMatchObject({ code: 'hold_limit', agentId: 'a1' })
    expect(leader.of('alert')).toHaveLength(1)
  })
})

describe('agent', () => {
  it('the phone’s ring shows at once, without the number', async () => {
    service.floor.ready('a1')
    const console = await service.watch('/agent', 'agent').joined()
    expect(console.of('snapshot')[0].view).toMatchObject({
      agent: { agentId: 'a1', phase: 'ready', since: '2026-11-23T12:00:00.000+08:00' },
      call: null,
    })
    service.floor.park('c1')
    // The clock has not moved.
    const delta = await console.nth('delta', 1)
    expect(delta.agent.phase).toBe('offered')
    expect(delta.call).toMatchObject({ callId: 'c1', from: '138****8000' })
    expect(JSON.stringify(console.messages)).not.toContain(CALLER)
  })

  it('sees nothing of others', async () => {
    service.floor.ready('a1', 'a2')
    const console = await service.watch('/agent', 'agent', 'a2').joined()
    playOneCall()
    service.floor.clock.advance(5_000)
    await console.nth('tick', 1)
    expect(console.of('delta')).toEqual([])
    expect(console.of('tick')[0].seq).toBe(0)
  })

  it('shows what happens to its call, whoever the fact names', async () => {
    const { floor } = service
    floor.ready('a1')
    const console = await service.watch('/agent', 'agent').joined()
    floor.park('c1')
    floor.answer('c1')
    const ask = (type: 'agent.recording_pause_requested' | 'agent.recording_resume_requested') =>
      floor.engine.submit({ type, at: floor.clock.now(), agentId: 'a1' })
    expect(ask('agent.recording_pause_requested')).toBeNull()
    await until(() => console.of('delta').at(-1)?.call?.recordingPausedSince != null, 'the pause')
    expect(ask('agent.recording_resume_requested')).toBeNull()
    await until(() => console.of('delta').at(-1)?.call?.recordingPausedSince === null, 'its end')
  })

  it('is warned of a long hold and told of its limit', async () => {
    const console = await service.watch('/agent', 'agent').joined()
    holdOneCall()
    service.floor.clock.advance(31_000)
    await console.nth('alert', 2)
    expect(console.of('alert').map(({ code, callId }) => [code, callId])).toEqual([
      ['hold_warning', 'c1'],
      ['hold_limit', 'c1'],
    ])
    const last = console.of('delta').at(-1)
    expect(last.call.hold).toMatchObject({ isWarned: true, limitCount: 1 })
  })

  it('counts for itself, whatever happens to others', async () => {
    service.floor.ready('a1', 'a2')
    const one = await service.watch('/agent', 'agent', 'a1').joined()
    const two = await service.watch('/agent', 'agent', 'a2').joined()
    playOneCall()
    service.floor.park('c2')
    await two.nth('delta', 1)
    expect(two.numbers).toEqual([0, 1])
    await until(() => one.of('delta').at(-1)?.agent.phase === 'wrap_up', 'the wrap-up')
    expect(one.numbers).toEqual(one.numbers.map((_, i) => i))
  })

  it('loses the console with the agent', async () => {
    const console = await service.watch('/agent', 'agent').joined()
    const config = { ...SMALL_HOTLINE, agents: [] }
    service.floor.engine.submit({ type: 'config.loaded', at: service.floor.clock.now(), config })
    await until(() => console.isClosed, 'the end')
  })
})

describe('snapshots and ticks', () => {
  it('resync is answered by an event and by its ack, and not more often than once a second', async () => {
    const { clock } = service.floor
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.ready('a1')
    clock.advance(250)
    await wall.nth('delta', 1)
    const idle = clock.timers
    const requested = () => until(() => clock.timers > idle, 'the request to arrive')

    const acked = wall.socket.emitWithAck('resync')
    await requested()
    clock.advance(0)
    const snapshot = await wall.nth('snapshot', 2)
    expect(await acked).toEqual(snapshot)
    expect(snapshot.seq).toBe(1)
    expect(foldedHotline(wall)).toEqual(hotlineNow())

    for (let i = 0; i < 10; i += 1) wall.socket.emit('resync', 'nonsense', { i })
    const last = wall.socket.emitWithAck('resync')
    await requested()
    clock.advance(1_000)
    await last
    expect(wall.of('snapshot')).toHaveLength(3)
  })

  it('ticks every five seconds with the last number', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    service.floor.clock.advance(5_000)
    expect(await wall.nth('tick', 1)).toEqual({ seq: 0, at: '2026-11-23T12:00:05.000+08:00' })
    service.floor.ready('a1')
    service.floor.clock.advance(5_000)
    expect(await wall.nth('tick', 2)).toEqual({ seq: 1, at: '2026-11-23T12:00:10.000+08:00' })
  })

  it('a new configuration is a snapshot to everybody, with a number of its own', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    const leader = await service.watch('/supervisor', 'shift_leader').joined()
    const console = await service.watch('/agent', 'agent').joined()
    const queues = SMALL_HOTLINE.queues.slice(0, 1)
    const at = service.floor.clock.now()
    service.floor.engine.submit({
      type: 'config.loaded',
      at,
      config: { ...SMALL_HOTLINE, queues, numbers: [] },
    })
    for (const watcher of [wall, leader, console]) {
      expect((await watcher.nth('snapshot', 2)).seq).toBe(1)
    }
    expect(foldedHotline(wall).queues.map(({ queueId }) => queueId)).toEqual(['city'])
    service.floor.ready('a1')
    service.floor.clock.advance(250)
    expect((await wall.nth('delta', 1)).seq).toBe(2)
  })
})

describe('staying in', () => {
  it('a revoked sign-in loses its sockets within 30 s', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    const console = await service.watch('/agent', 'agent').joined()
    service.viewers.delete('viewer=wallboard-null')
    service.floor.clock.advance(30_000)
    await until(() => wall.isClosed, 'the end')
    expect(console.isClosed).toBe(false)
  })

  it('another role is another sign-in', async () => {
    const leader = await service.watch('/supervisor', 'admin').joined()
    const viewer = service.viewers.get('viewer=admin-null')
    service.viewers.set('viewer=admin-null', viewer ? { ...viewer, role: 'wallboard' } : null)
    service.floor.clock.advance(30_000)
    await until(() => leader.isClosed, 'the end')
  })

  it('nobody is thrown out while the records are away', async () => {
    const wall = await service.watch('/wallboard', 'wallboard').joined()
    service.isDatabaseAway = true
    service.floor.clock.advance(15_000)
    const warned = () =>
      service.log.lines().some(({ msg }) => String(msg).includes('checked again'))
    await until(warned, 'the check')
    service.floor.ready('a1')
    service.floor.clock.advance(250)
    await wall.nth('delta', 1)
    expect(wall.isClosed).toBe(false)
  })

  it('who does not read is disconnected instead of being remembered for', async () => {
    const slow = await service.watch('/supervisor', 'shift_leader').joined()
    const agents = Array.from({ length: 2_000 }, (_, i) => ({
      agentId: `agent${i}`,
      name: '客服'.repeat(20),
      skills: [],
    }))
    const engine = slow.socket.io.engine as unknown as {
      transport: { ws: { _socket: { pause(): void; resume(): void } } }
    }
    engine.transport.ws._socket.pause()
    const quick = await service.watch('/supervisor', 'admin').joined()
    const at = service.floor.clock.now()
    const config = { ...SMALL_HOTLINE, agents }
    for (let i = 0; i < 60; i += 1) {
      service.floor.engine.submit({ type: 'config.loaded', at, config })
      await quick.nth('snapshot', i + 2)
    }
    engine.transport.ws._socket.resume()
    await until(() => slow.isClosed, 'the end')
    expect(quick.isClosed).toBe(false)
    expect(quick.numbers).toHaveLength(61)
  })
})

function playOneCall(): void {
  const { floor } = service
  if (floor.engine.state.agents.get('a1')?.phase.name !== 'ready') floor.ready('a1')
  floor.park('c1')
  floor.clock.advance(3_000)
  floor.answer('c1')
  floor.clock.advance(1_000)
  floor.hangUp('c1')
}

function holdOneCall(): void {
  const { floor } = service
  floor.ready('a1')
  floor.park('c1')
  floor.answer('c1')
  floor.engine.submit({ type: 'agent.hold_requested', at: floor.clock.now(), agentId: 'a1' })
  floor.held('c1')
}
