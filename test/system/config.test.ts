// The environment is checked whole before anything starts.
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { edgeNode } from '../../src/edge.ts'

it('needs nothing at all', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 3000, dataDir: 'data', recordingsDir: 'data/recordings' })
  expect(config.promptsDir).toBe('data/prompts')
  expect(config.freeswitchUrls).toBeUndefined()
  expect(config.timeZone).toBe('Asia/Shanghai')
})

it('lists every fault at once, a misspelled name among them', () => {
  const bad = {
    PORT: 'many',
    DATABASE_URL: 'mysql://db',
    FREESWITCH_URLS: 'http://fs',
    FREESWITCH_URL: 'esl://:x@fs:8021',
    HOTLINE_TIMEZONE: 'Asia/Shenzen',
    SESSION_SECRET: 'short',
    LOG_LEVEL: 'loud',
  }
  expect(() => readConfig(bad)).toThrow(
    /PORT[\s\S]*DATABASE_URL[\s\S]*FREESWITCH_URLS[\s\S]*SESSION_SECRET[\s\S]*HOTLINE_TIMEZONE[\s\S]*LOG_LEVEL[\s\S]*FREESWITCH_URL: no such setting/,
  )
})

it('takes several switches', () => {
  const { freeswitchUrls } = readConfig({ FREESWITCH_URLS: 'esl://:a@fs1:8021, esl://:b@fs2:8021' })
  expect(freeswitchUrls).toEqual(['esl://:a@fs1:8021', 'esl://:b@fs2:8021'])
})

it('takes an empty variable for an absent one, as compose files leave them', () => {
  expect(readConfig({ DATABASE_URL: '', PORT: '' }).databaseUrl).toBeUndefined()
})

it('logs facts only where real calls come in, unless told otherwise', () => {
  expect(readConfig({}).logLevel).toBe('warn')
  expect(readConfig({ FREESWITCH_URLS: 'esl://:a@fs1:8021' }).logLevel).toBe('info')
  expect(readConfig({ LOG_LEVEL: 'debug' }).logLevel).toBe('debug')
})

it('knows a switch from the SIP side too', () => {
  expect(edgeNode('esl://:a@fs1:8021')).toEqual({
    nodeId: 'fs1:8021',
    callersAddress: 'fs1:5080',
    agentsAddress: 'fs1:5090',
    weight: 1,
  })
  expect(edgeNode('esl://:a@fs2?callers=6080&agents=6090&weight=2')).toEqual({
    nodeId: 'fs2:8021',
    callersAddress: 'fs2:6080',
    agentsAddress: 'fs2:6090',
    weight: 2,
  })
  expect(() => edgeNode('esl://:a@fs2?callers=sip')).toThrow('callers')
})

it('refuses a SIP edge in front of the simulator', () => {
  expect(() => readConfig({ DRACHTIO_URLS: 'drachtio://:s@edge:9022' })).toThrow('FREESWITCH_URLS')
})
