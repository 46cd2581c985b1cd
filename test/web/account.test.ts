// Where signing in leads to: pages of this origin and nothing else, however the address is written.
import { expect, it } from 'vitest'
import { destinationOf, signInPathFor } from '../../src/web/sign-in/account.ts'

const ORIGIN = 'https://hotline.example'

it.each([
  ['/wallboard', `${ORIGIN}/wallboard`],
  ['/wallboard?screen=2#top', `${ORIGIN}/wallboard?screen=2#top`],
  ['/', `${ORIGIN}/`],
])('%s leads to %s', (next, destination) => {
  expect(destinationOf(next, ORIGIN)).toBe(destination)
})

it.each([
  null,
  '',
  'wallboard',
  'https://elsewhere.example/',
  '//elsewhere.example/',
  '/\\elsewhere.example/',
  '/\t/elsewhere.example/',
  'javascript:alert(1)',
  '/sign-in?next=/sign-in',
])('%j leads to the first page', (next) => {
  expect(destinationOf(next, ORIGIN)).toBe(`${ORIGIN}/`)
})

it('never gives a path that leads away when it is opened', () => {
  const destination = destinationOf('/.//elsewhere.example/', ORIGIN)
  expect(new URL(destination, ORIGIN).origin).toBe(ORIGIN)
})

it('comes back to the page that asked', () => {
  const path = signInPathFor('/wallboard?a=1&b=2')
  expect(new URL(path, ORIGIN).searchParams.get('next')).toBe('/wallboard?a=1&b=2')
})
