// The environment is checked whole before anything starts.
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'

it('needs nothing at all', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ port: 3000, dataDir: 'data', recordingsDir: 'data/recordings' })
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
