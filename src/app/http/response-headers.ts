// The header fields that every response carries.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ProblemAudience } from '../../http/problem.ts'

export const securityHeaders = (version: string): Record<string, string> => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-lb-version': version,
})

/** The request id under the names by which the clients of a route know it. */
export const requestIdHeaders = (requestId: string, audience: ProblemAudience): Record<string, string> => ({
  'x-request-id': requestId,
  ...(audience === 'anthropic' ? { 'request-id': requestId } : {}),
})

/** A document that a backend sends on the API, opened as a page, gets an origin of its own and runs no script. */
export const apiContentPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'"

/** Of a problem, beside its own: also where no route of the API has set the policy, as at an unknown path. */
export const problemHeaders = (requestId: string, audience: ProblemAudience): Record<string, string> => ({
  ...requestIdHeaders(requestId, audience),
  ...(audience === 'operator' ? {} : { 'content-security-policy': apiContentPolicy }),
})

/** @param fixed - from `securityHeaders`. */
export const setFixedHeaders = (
  request: FastifyRequest,
  reply: FastifyReply,
  fixed: Record<string, string>,
): FastifyReply => reply.headers(fixed).header('x-request-id', request.id)
