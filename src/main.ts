// The process: environment in, service up, signals handled, everything down again. Nothing else here.
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { DEMO_PASSWORD, type Service, startService } from './service.ts'

function tell(text: string): void {
  process.stdout.write(`${text}\n`)
}

function welcome({ url, isSimulated, newAdminPassword }: Service): string {
  const lines = [`Yingda 应答 is at ${url}   (wallboard ${url}/wallboard, API ${url}/api/docs)`]
  if (isSimulated) {
    lines.push(
      `Accounts: admin, leader, qa, wall, agent1001 … agent1024; password ${DEMO_PASSWORD}`,
      'Telephony is simulated; for a real FreeSWITCH set FREESWITCH_URLS=esl://:password@host:8021',
    )
  }
  if (newAdminPassword !== null) {
    lines.push(
      `Account: admin; password ${newAdminPassword} (shown this once, change it after signing in)`,
    )
  }
  return lines.join('\n')
}

async function main(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  const service = await startService(config, log)
  tell(welcome(service))
  let isStopping = false
  const stop = (signal: string): void => {
    if (isStopping) return
    isStopping = true
    tell(`${signal}: stopping`)
    service.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        log.error({ err: cause }, 'stopping failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', () => stop('SIGINT'))
  process.on('SIGTERM', () => stop('SIGTERM'))
}

main().catch((cause: unknown) => {
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
  process.exit(1)
})
