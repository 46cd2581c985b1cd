// What browsers are told about every answer: take nothing from elsewhere, guess no types, be framed by
// nobody, and keep no answer of the API. There is no CORS: other sites have no business here.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { phoneUrlFor } from './console-phone.ts'
import type { AppOptions } from './context.ts'

export const API_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), payment=(), microphone=(self)',
} as const

/** Chart and widget libraries set styles from scripts; scripts themselves come as files of ours only. */
const POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** An `onRequest` hook, so that refusals have the headers as well. */
export function browserHeaders({
  hasSipEdge,
  browserPhoneUrl,
}: Pick<AppOptions, 'hasSipEdge' | 'browserPhoneUrl'>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const phone = hasSipEdge === true ? ` ${originOf(phoneUrlFor(request, browserPhoneUrl))}` : ''
    const policy = `${POLICY}; connect-src 'self'${phone}`
    void reply.headers(API_HEADERS).header('content-security-policy', policy)
    if (request.url.startsWith('/api/')) void reply.header('cache-control', 'no-store')
    if (request.protocol === 'https') {
      void reply.header('strict-transport-security', 'max-age=31536000')
    }
  }
}

function originOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
