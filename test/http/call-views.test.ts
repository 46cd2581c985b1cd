// What is shown of a call to those who may not see callers' numbers.
import { expect, it } from 'vitest'
import { callView, timelineEntry } from '../../src/http/call-views.ts'
import { CALLER, Floor } from '../support/floor.ts'

const reader = { timeZone: 'Asia/Shanghai', seesNumbers: false }

it('without `pii.read` no fact of a timeline gives the number away', () => {
  const floor = new Floor()
  floor.ready('a1')
  floor.park('c1')
  floor.answer('c1')
  floor.hangUp('c1')
  floor.stop()
  const [arrived] = floor.facts.filter(({ type }) => type === 'call.arrived')
  if (arrived === undefined) throw new Error('no call arrived')
  expect(timelineEntry(arrived, reader)).toMatchObject({ from: '138****8000', to: '12345' })
  const shown = JSON.stringify(floor.facts.map((fact) => timelineEntry(fact, reader)))
  expect(shown).not.toContain(CALLER)
})

it('nor does a leg within a fact', () => {
  const leg = {
    legId: 'c1-leg',
    role: 'caller',
    callId: 'c1',
    from: CALLER,
    to: '12345',
    createdAt: 0,
    isAnswered: true,
    bridgedTo: null,
    isPlaying: true,
    agentId: null,
    queueId: 'city',
    queuedAt: 0,
    answeredAt: null,
    connectedAt: null,
    heldAt: null,
    recordingPath: null,
    promptedAt: null,
  } as const
  const entry = timelineEntry(
    {
      type: 'call.adopted',
      seq: 1,
      at: 0,
      callId: 'c1',
      nodeId: 'fs1',
      caller: leg,
      agent: null,
      queueId: 'city',
      priority: 0,
      arrivedAt: 0,
      queuedAt: 0,
    },
    reader,
  )
  expect(entry).toMatchObject({
    caller: { from: '138****8000', createdAt: '1970-01-01T08:00:00.000+08:00', answeredAt: null },
  })
})

it('nor the call itself', () => {
  const row = {
    callId: 'c1',
    legId: 'l',
    nodeId: 'fs1',
    fromNumber: CALLER,
    toNumber: '12345',
    arrivedAt: 0,
    queueId: null,
    enteredQueueId: null,
    priority: null,
    queuedAt: null,
    offeredAt: null,
    answeredAt: null,
    connectedAt: null,
    endedAt: null,
    ending: null,
    hangupBy: null,
    cause: null,
    agentId: null,
    waitMs: null,
    talkMs: null,
    holdMs: null,
    isAnswered: false,
    isConnected: false,
    isTimely: null,
    disposition: null,
    summary: null,
    writtenUpAt: null,
    leftUnrecorded: false,
    urgentAt: null,
    emergencyConnectedMs: null,
    isNuisance: false,
    helpRequestedAt: null,
    helpResponseMs: null,
    surveyScale: null,
    surveyScore: null,
    surveyedAt: null,
    transferredAt: null,
    direction: 'inbound' as const,
    ground: null,
    callbackId: null,
    dialledAt: null,
  }
  expect(callView(row, reader).from).toBe('138****8000')
  expect(callView(row, { ...reader, seesNumbers: true }).from).toBe(CALLER)
})
