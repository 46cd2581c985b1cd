// What supervision relies on at a switch: who hears whom when a leg eavesdrops on another. Run on the
// simulator and on a real FreeSWITCH, like the rest of the contract.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { EslListener } from '../support/esl-listener.ts'
import { until } from '../support/until.ts'
import type { ContractPeer, ContractPhone, Voice } from './switch-contract.ts'

const EVENTS = 'CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_PARK CHANNEL_BRIDGE CHANNEL_HANGUP_COMPLETE'
const MUSIC = 'local_stream://moh'
/** After the digits that the service sends: heard by nobody, by the near side, by both. */
const DIGITS = { listen: '0', whisper: '2', barge: '3' } as const

export function supervisionContract(name: string, start: () => Promise<ContractPeer>): void {
  describe(`${name} as a switch that is listened at`, { timeout: 30_000 }, () => {
    let peer: ContractPeer
    let esl: EslListener
    let count = 0

    beforeAll(async () => {
      peer = await start()
    })
    afterAll(async () => {
      await peer?.stop()
    })
    beforeEach(async () => {
      esl = await EslListener.connect(peer.eslPort, peer.password)
      await esl.listen(EVENTS)
    })
    afterEach(async () => {
      for (const event of [...esl.events]) {
        const legId = event['Unique-ID']
        if (event['Event-Name'] !== 'CHANNEL_CREATE' || legId === undefined) continue
        await esl.api(`uuid_kill ${legId} NORMAL_CLEARING`)
        await esl.eventOf(legId, 'CHANNEL_HANGUP_COMPLETE')
      }
      esl.close()
      await peer.unplug()
    })

    async function ring(voice: Voice, application: string, more: readonly string[] = []) {
      count += 1
      const agentId = `s${count}`
      const legId = `supervision-leg-${count}`
      const phone = await peer.phone(agentId, 'answers', voice)
      const variables = [
        `origination_uuid=${legId}`,
        'origination_caller_id_number=13800001234',
        'ignore_early_media=true',
        'park_after_bridge=true',
        'send_silence_when_idle=-1',
        ...more,
      ]
      const dial = `originate {${variables.join(',')}}sofia/gateway/edge/agent-${agentId}`
      await esl.bgapi(`${dial} ${application}`, legId)
      await esl.eventOf(legId, 'CHANNEL_ANSWER')
      return { phone, legId }
    }

    async function talk() {
      count += 1
      const to = String(91_000 + count)
      const caller = await peer.placeCall(to)
      const park = await esl.event(
        `${to} parked`,
        (event) => event['Event-Name'] === 'CHANNEL_PARK' && event.variable_cc_number === to,
      )
      const callerLegId = park['Unique-ID'] ?? ''
      await esl.api(`uuid_setvar ${callerLegId} cc_claimed true`)
      await esl.api(`sched_del ${callerLegId}`)
      const agent = await ring('agent', '&park()')
      await esl.eventOf(agent.legId, 'CHANNEL_PARK')
      await esl.api(`uuid_bridge ${callerLegId} ${agent.legId}`)
      await esl.eventOf(callerLegId, 'CHANNEL_BRIDGE')
      return { caller, callerLegId, agent }
    }

    const eavesdrop = (targetLegId: string) =>
      ring('otherAgent', `'&eavesdrop(${targetLegId})'`, ['eavesdrop_enable_dtmf=false'])

    const say = (legId: string, digit: string) =>
      esl.sendEvent('cc::monitor', { 'unique-id': legId, 'eavesdrop-command': digit })

    /** Until they hear exactly this; a switch takes some frames for it. */
    async function expectHearing(
      ...all: readonly (readonly [Pick<ContractPhone, 'hears'>, readonly Voice[]])[]
    ): Promise<void> {
      for (const [phone, voices] of all) expect(await phone.hears()).toEqual(voices)
    }

    test('lets a supervisor hear both, and be heard by nobody, by the agent, by both', async () => {
      const { caller, agent } = await talk()
      const supervisor = await eavesdrop(agent.legId)
      const both = ['caller', 'agent'] as const
      await expectHearing([supervisor.phone, both], [agent.phone, ['caller']], [caller, ['agent']])
      await say(supervisor.legId, DIGITS.whisper)
      await expectHearing(
        [supervisor.phone, both],
        [agent.phone, ['caller', 'otherAgent']],
        [caller, ['agent']],
      )
      await say(supervisor.legId, DIGITS.barge)
      await expectHearing(
        [agent.phone, ['caller', 'otherAgent']],
        [caller, ['agent', 'otherAgent']],
      )
      await say(supervisor.legId, DIGITS.listen)
      await expectHearing([agent.phone, ['caller']], [caller, ['agent']])
    })

    test('takes the caller out of one talk into another with the supervisor', async () => {
      const { caller, callerLegId, agent } = await talk()
      const supervisor = await eavesdrop(agent.legId)
      await expectHearing([supervisor.phone, ['caller', 'agent']])
      const mark = esl.events.length
      await esl.api(`uuid_bridge ${callerLegId} ${supervisor.legId}`)
      await esl.eventOf(callerLegId, 'CHANNEL_BRIDGE', mark)
      await esl.eventOf(agent.legId, 'CHANNEL_PARK', mark)
      await expectHearing([supervisor.phone, ['caller']], [caller, ['otherAgent']])
      await esl.api(`uuid_kill ${agent.legId} NORMAL_CLEARING`)
      await esl.eventOf(agent.legId, 'CHANNEL_HANGUP_COMPLETE', mark)
      await expectHearing([supervisor.phone, ['caller']], [caller, ['otherAgent']])
    })

    test('goes over to another agent, and ends with the leg that is listened at', async () => {
      const first = await talk()
      const second = await talk()
      const supervisor = await eavesdrop(first.agent.legId)
      await esl.api(`uuid_setvar_multi ${supervisor.legId} eavesdrop_whisper_bleg=true`)
      await esl.api(`uuid_transfer ${supervisor.legId} 'eavesdrop:${second.agent.legId}' inline`)
      await expectHearing(
        [second.agent.phone, ['caller', 'otherAgent']],
        [first.agent.phone, ['caller']],
      )
      const mark = esl.events.length
      await esl.api(`uuid_kill ${second.agent.legId} NORMAL_CLEARING`)
      await esl.eventOf(supervisor.legId, 'CHANNEL_HANGUP_COMPLETE', mark)
    })

    test('joins at once in the middle of a prompt, and plays no more of it', async () => {
      const { caller, callerLegId, agent } = await talk()
      const held = esl.events.length
      await esl.api(`uuid_transfer ${callerLegId} 'endless_playback:${MUSIC},park:' inline`)
      await esl.eventOf(agent.legId, 'CHANNEL_PARK', held)
      await esl.api(`uuid_broadcast ${callerLegId} hold_reassurance.wav aleg`)
      const beganAt = performance.now()
      await until(() => performance.now() > beganAt + 400, 'some of the prompt')
      const mark = esl.events.length
      await esl.api(`uuid_break ${callerLegId} all`)
      await esl.api(`uuid_bridge ${callerLegId} ${agent.legId}`)
      const askedAt = performance.now()
      await esl.eventOf(callerLegId, 'CHANNEL_BRIDGE', mark)
      expect(performance.now() - askedAt).toBeLessThan(200)
      await expectHearing([caller, ['agent']])
    })
  })
}
