// Every figure that an alert or a panel reads is one that the service exposes.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const here = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, here), 'utf8')

it('alerts and dashboard read only figures that exist', () => {
  const sources = readdirSync(new URL('src/http/', here)).filter((file) =>
    /metrics\.ts$/.test(file),
  )
  const exposed = new Set(
    sources.flatMap((file) =>
      [...read(`src/http/${file}`).matchAll(/'(yingda_\w+)'/g)].map(([, name]) => name),
    ),
  )
  for (const file of ['observability/alerts.yml', 'observability/grafana-dashboard.json']) {
    const used = [...read(file).matchAll(/yingda_\w+/g)].map(([name]) =>
      name.replace(/_bucket$/, ''),
    )
    expect(used.length, file).toBeGreaterThan(5)
    expect(
      used.filter((name) => !exposed.has(name)),
      file,
    ).toEqual([])
  }
})
