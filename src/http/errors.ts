// Every answer that is not a success has one shape: `{ error: { code, message, details? } }`. Wrong input
// names the path of each fault, a refusal keeps the code the core gave it, and what went wrong within the
// service is logged and not told. No stack ever leaves.
import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { CONFLICTS } from '../core/conflicts.ts'
import { REJECTIONS, type Rejection } from '../core/rejections.ts'
import type { Log } from '../log.ts'
import type { Changed } from '../store/conflicts.ts'
import { reasonOf } from '../store/sql-errors.ts'

const faultSchema = z.object({
  path: z
    .string()
    .describe('Where, e.g. `body.ringMsMax`, or the id of an entry that is concerned.'),
  message: z.string(),
})
export type Fault = z.infer<typeof faultSchema>

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.array(faultSchema).readonly().optional(),
    }),
  })
  .describe('Why the request was not fulfilled.')
export type ErrorReply = z.infer<typeof errorSchema>

/** For the `response` of every route. */
export const FAULTS = { '4xx': errorSchema } as const

const refusalSchema = z
  .object({
    error: z.object({
      code: z
        .string()
        .meta({ enum: [...Object.keys(REJECTIONS), ...Object.keys(CONFLICTS)].sort() }),
      message: z.string(),
      details: z.array(faultSchema).readonly().optional(),
    }),
  })
  .describe('It does not fit what is so at the moment; the code says what, and is one of these.')

/** The same for a route that asks something of agents, calls or queues as they stand. */
export const REFUSALS = { 409: refusalSchema, ...FAULTS } as const

/** Ends a request with an answer that is not a success. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly details: readonly Fault[] | undefined

  constructor(status: number, code: string, message: string, details?: readonly Fault[]) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export function notFound(message = 'No such entry.'): ApiError {
  return new ApiError(404, 'not_found', message)
}

export function invalid(details: readonly Fault[]): ApiError {
  return new ApiError(400, 'invalid_request', 'The request is not valid.', details)
}

export function refused({ code, message }: Rejection): ApiError {
  const isUnknown = code === 'unknown_agent' || code === 'unknown_call'
  return new ApiError(isUnknown ? 404 : 409, code, message)
}

/** What stands in the records after a change; throws why they would not take it. */
export function resultOf<T>(changed: Changed<T>): T {
  if (changed.ok) return changed.value
  const { code, message, ids } = changed.conflict
  const details = ids.map((id) => ({ path: id, message }))
  throw new ApiError(code === 'not_found' ? 404 : 409, code, message, details)
}

export function errorReply(code: string, message: string, details?: readonly Fault[]): ErrorReply {
  return { error: { code, message, ...(details !== undefined && { details }) } }
}

/** The paths and messages of a zod error, below `part` of the request. */
export function faultsOf(part: string, issues: readonly z.core.$ZodIssue[]): Fault[] {
  return issues.flatMap((issue) => {
    const { path, code, message } = issue
    const at = [part, ...path.map(String)].join('.')
    if (code !== 'unrecognized_keys') return [{ path: at, message }]
    return issue.keys.map((key) => ({ path: `${at}.${key}`, message: 'Unknown field.' }))
  })
}

export function handleErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const { status, body } = answerTo(error)
    // An ApiError was meant, whatever its status.
    if (status >= 500 && !(error instanceof ApiError)) {
      const { method, routeOptions } = request
      log.error({ method, route: routeOptions.url, ...traceOf(error) }, 'a request failed')
    }
    void reply.code(status).type('application/json; charset=utf-8').send(body)
  })
}

/** Without addresses and SQL parameters, in which callers' numbers may stand. */
function traceOf(error: Error): { reason: string; stack: string[] } {
  const lines = error.stack?.split('\n') ?? []
  return { reason: reasonOf(error), stack: lines.filter((line) => /^\s+at /.test(line)) }
}

function answerTo(error: FastifyError | ApiError): { status: number; body: ErrorReply } {
  if (error instanceof ApiError) {
    return { status: error.status, body: errorReply(error.code, error.message, error.details) }
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const part = PARTS[error.validationContext ?? ''] ?? 'request'
    const issues = error.validation.map(({ keyword, instancePath, message, params }) => ({
      ...params,
      code: keyword,
      path: instancePath.split('/').filter((name) => name !== ''),
      message: message ?? 'Not valid.',
    }))
    const faults = faultsOf(part, issues as unknown as z.core.$ZodIssue[])
    return { status: 400, body: errorReply('invalid_request', 'The request is not valid.', faults) }
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) {
    const code = CODES[error.code] ?? 'invalid_request'
    return { status, body: errorReply(code, error.message) }
  }
  return { status: 500, body: errorReply('internal_error', 'Something went wrong on our side.') }
}

/** Fastify's names for the parts of a request, and ours. */
const PARTS: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query',
  params: 'params',
  headers: 'headers',
}

const CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
}

/** A request that is no HTTP never becomes one of ours; answered on the bare socket. */
export function answerBareSocket(status: 400 | 408 | 431): string {
  const body = JSON.stringify(errorReply('invalid_request', 'This is not a valid HTTP request.'))
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}

export function replyNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  void reply.code(404).send(errorReply('not_found', 'There is nothing at this address.'))
}
