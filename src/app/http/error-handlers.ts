// Fastify's error handlers: every error becomes a problem response; internal details go to the log only.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Logger } from 'pino'
import { errorCodes, type ErrorCode } from '../../contract/error-codes.ts'
import { gatewayError, isGatewayError, type GatewayError } from '../../core/gateway-error.ts'
import { discardBody, isBodyOutstanding } from '../../http/discard-body.ts'
import { renderProblem, type ProblemAudience } from '../../http/problem.ts'
import { readsAnthropicErrors } from '../../proxy/apis/anthropic/messages-errors.ts'
import { readsOllamaErrors } from '../../proxy/apis/ollama/ollama-errors.ts'
import { problemHeaders } from './response-headers.ts'

/** Whether a URL belongs to the admin API, whose clients read RFC 9457 only. */
const isAdmin = (url: string): boolean => /^\/admin(?:[/?]|$)/.test(url)

/** @returns in which form the client reads errors. */
export function audienceOf(request: IncomingMessage): ProblemAudience {
  if (isAdmin(request.url ?? '')) return 'operator'
  if (readsAnthropicErrors(request)) return 'anthropic'
  return readsOllamaErrors(request) ? 'ollama' : 'client'
}

const codeByStatus = new Map<number, ErrorCode>([
  [400, 'LB_ERR_BAD_REQUEST'],
  // Thrown by the static file plugin for a path outside its root.
  [403, 'LB_ERR_NOT_FOUND'],
  [404, 'LB_ERR_NOT_FOUND'],
  [413, 'LB_ERR_BODY_TOO_LARGE'],
  [415, 'LB_ERR_UNSUPPORTED_ENCODING'],
  [429, 'LB_ERR_RATE_LIMITED'],
  [503, 'LB_ERR_DRAINING'],
])

/** Replaces the messages of Fastify's own errors, which are written for developers of the server. */
function fromFastifyError(error: FastifyError): GatewayError {
  if (error.code === 'FST_ERR_CTP_INVALID_JSON_BODY' || error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    return gatewayError('LB_ERR_INVALID_JSON', 'The body is not valid JSON.')
  }
  const { statusCode = 500 } = error
  const code = codeByStatus.get(statusCode) ?? (statusCode < 500 ? 'LB_ERR_BAD_REQUEST' : undefined)
  return code === undefined
    ? gatewayError('LB_ERR_INTERNAL', 'Something went wrong; the request id leads to the log.')
    : gatewayError(code, errorCodes[code].title)
}

export function replyWithProblem(
  error: GatewayError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const audience = audienceOf(request.raw)
  const problem = renderProblem(error, request.id, audience)
  reply.code(problem.status).headers({ ...problemHeaders(request.id, audience), ...problem.headers })
  if (!isBodyOutstanding(request.raw)) return reply.send(problem.body)
  // As `sendProblem` does.
  const body = new Readable({ read: () => undefined })
  body.push(problem.body)
  discardBody(request.raw, () => body.push(null))
  return reply.header('connection', 'close').send(body)
}

export function installErrorHandlers(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const known = isGatewayError(error) ? error : fromFastifyError(error)
    if (known.statusCode === 500) logger.error({ request_id: request.id, err: error }, 'internal error')
    return replyWithProblem(known, request, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const other = (['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const).filter((method) =>
      app.findRoute({ method, url: path }),
    )
    // A route of the request's own method has found nothing, such as no file of that name.
    if (other.length > 0 && !(other as readonly string[]).includes(request.method)) {
      reply.header('allow', other.join(', '))
      return replyWithProblem(
        gatewayError('LB_ERR_METHOD_NOT_ALLOWED', `use ${other.join(' or ')}`),
        request,
        reply,
      )
    }
    return replyWithProblem(gatewayError('LB_ERR_NOT_FOUND', 'there is nothing at this path'), request, reply)
  })
}
