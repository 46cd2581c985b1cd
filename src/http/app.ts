// The HTTP side of the service, apart from the process: give it the records and an engine and it answers.
// It listens nowhere by itself and decides nothing about calls: a route reads its request, sees whether
// its caller may, submits or queries, and replies.
import { type FastifyServerOptions, fastify } from 'fastify'
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { guard } from './access.ts'
import { agentRoutes } from './agents.ts'
import { auditDenied, auditRoutes } from './audit.ts'
import { browserHeaders } from './browser-headers.ts'
import { callbackRoutes } from './callbacks.ts'
import { callRoutes } from './calls.ts'
import { categoryRoutes } from './categories.ts'
import { conductEventRoutes } from './conduct-events.ts'
import { configHistoryRoutes } from './config-history.ts'
import { consolePhoneRoutes } from './console-phone.ts'
import { contactRecordRoutes } from './contact-records.ts'
import type { Api, AppOptions } from './context.ts'
import { describeApi, docsRoutes } from './docs.ts'
import { edgeRoutes } from './edge.ts'
import { emergencyModeRoutes } from './emergency-mode.ts'
import { answerBareSocket, handleErrors } from './errors.ts'
import { estimateRoutes } from './estimates.ts'
import { exclusionWindowRoutes } from './exclusion-windows.ts'
import { floorRoutes } from './floor.ts'
import { forecastRoutes } from './forecasts.ts'
import { healthRoutes } from './health.ts'
import { helpRoutes } from './help.ts'
import { holdReportRoutes } from './hold-report.ts'
import { kpiRoutes } from './kpi.ts'
import { kpiFigureRoutes } from './kpi-figures.ts'
import { kpiSettingRoutes } from './kpi-settings.ts'
import { liveRoutes } from './live.ts'
import { lockOutRoutes, signInLimits } from './lock-outs.ts'
import { messageRoutes } from './messages.ts'
import { metricsRoutes } from './metrics.ts'
import { myAgentRoutes } from './my-agent.ts'
import { myCallRoutes } from './my-call.ts'
import { myContactRecordRoutes } from './my-contact-records.ts'
import { myFigureRoutes } from './my-figures.ts'
import { mySignInRoutes } from './my-sign-ins.ts'
import { notReadyReasonRoutes } from './not-ready-reasons.ts'
import { numberRoutes } from './numbers.ts'
import { offSeatRoutes } from './off-seat.ts'
import { servePages } from './pages.ts'
import { promptUploadRoutes } from './prompt-uploads.ts'
import { promptRoutes } from './prompts.ts'
import { publicFigureRoutes } from './public-figures.ts'
import { queueRoutes } from './queues.ts'
import { recordingKeepingRoutes } from './recording-keeping.ts'
import { recordingSoundRoutes } from './recording-sound.ts'
import { recordingRoutes } from './recordings.ts'
import { reportRoutes } from './reports.ts'
import { sessionRoutes } from './session.ts'
import { sessionListRoutes } from './sessions.ts'
import { SignIns } from './sign-ins.ts'
import { skillRoutes } from './skills.ts'
import { supervisionRoutes } from './supervision.ts'
import { systemHealthRoutes } from './system-health.ts'
import { unitAttemptRoutes } from './unit-attempts.ts'
import { unitRoutes } from './units.ts'
import { userRoutes } from './users.ts'
import { wallboardTokenRoutes } from './wallboard-tokens.ts'

const SERVER = {
  logger: false,
  bodyLimit: 64 * 1_024,
  /** A whole request must be in by then. */
  requestTimeout: 30_000,
  /** Cursors and recordings' ids are part of addresses. */
  routerOptions: { maxParamLength: 400 },
  /** A proxy on this machine may say who its client is; nobody else. */
  trustProxy: 'loopback',
  /** Somebody who listens to a long recording, or left a player paused in it, does not hold up the end. */
  forceCloseConnections: true,
} as const satisfies FastifyServerOptions

/** Call `ready` or `listen` next; a route that does not say who may call it fails there. */
export async function buildApp(options: AppOptions): Promise<Api> {
  const app: Api = fastify({
    ...SERVER,
    clientErrorHandler(error, socket) {
      const status = STATUSES[error.code ?? ''] ?? 400
      if (socket.writable) socket.end(answerBareSocket(status))
    },
    frameworkErrors(error, request, reply) {
      void app.errorHandler(error, request, reply)
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  // A form of another site can send text without asking; our clients send JSON.
  app.removeContentTypeParser('text/plain')
  handleErrors(app, options.log)
  app.addHook('onRequest', browserHeaders(options))
  const signIns = new SignIns(options)
  guard(app, signIns, (request) => auditDenied(options, request))
  await describeApi(app)
  metricsRoutes(app, options)
  healthRoutes(app, options)
  docsRoutes(app)
  publicFigureRoutes(app, options)
  await app.register(
    (api: Api, _options, done) => {
      apiRoutes(api, options, signIns)
      done()
    },
    { prefix: '/api/v1' },
  )
  await servePages(app, options.webDir)
  return app
}

function apiRoutes(api: Api, options: AppOptions, signIns: SignIns): void {
  configHistoryRoutes(api, options)
  const limits = signInLimits(options.clock)
  sessionRoutes(api, options, signIns, limits)
  mySignInRoutes(api, options)
  lockOutRoutes(api, options, limits)
  myAgentRoutes(api, options)
  consolePhoneRoutes(api, options)
  myCallRoutes(api, options)
  myFigureRoutes(api, options)
  unitRoutes(api, options)
  unitAttemptRoutes(api, options)
  helpRoutes(api, options)
  supervisionRoutes(api, options)
  floorRoutes(api, options)
  liveRoutes(api, options)
  callRoutes(api, options)
  callbackRoutes(api, options)
  recordingRoutes(api, options)
  recordingSoundRoutes(api, options)
  holdReportRoutes(api, options)
  recordingKeepingRoutes(api, options)
  kpiRoutes(api, options)
  kpiFigureRoutes(api, options)
  kpiSettingRoutes(api, options)
  exclusionWindowRoutes(api, options)
  reportRoutes(api, options)
  forecastRoutes(api, options)
  estimateRoutes(api, options)
  messageRoutes(api, options)
  promptRoutes(api, options)
  promptUploadRoutes(api, options)
  queueRoutes(api, options)
  skillRoutes(api, options)
  numberRoutes(api, options)
  emergencyModeRoutes(api, options)
  agentRoutes(api, options)
  userRoutes(api, options)
  sessionListRoutes(api, options)
  edgeRoutes(api, options)
  systemHealthRoutes(api, options)
  wallboardTokenRoutes(api, options)
  categoryRoutes(api, options)
  notReadyReasonRoutes(api, options)
  offSeatRoutes(api, options)
  conductEventRoutes(api, options)
  myContactRecordRoutes(api, options)
  contactRecordRoutes(api, options)
  auditRoutes(api, options)
}

/** What Node calls a request that is none. */
const STATUSES: Readonly<Record<string, 400 | 408 | 431>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
}
