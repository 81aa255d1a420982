// The data plane's routes: the way of a request, step by step.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isGatewayError } from '../core/gateway-error.ts'
import type { ResponseCache } from '../core/response-cache.ts'
import type { Demand } from '../core/router.ts'
import type { TrafficShare } from '../core/traffic-share.ts'
import { answerFromCache, cacheKey } from './answer-from-cache.ts'
import type { AuthenticateClient } from './authenticate-client.ts'
import { createExchange, exchangeOf, type Exchange, type ExchangeReporters } from './exchange.ts'
import { forward, type ForwardOptions } from './forward.ts'
import { modelRoutes } from './model-routes.ts'
import { prepareBody, type ApiKind, type PreparedBody } from './prepare-body.ts'
import { readBody } from './read-body.ts'

export interface ProxyOptions extends ForwardOptions, ExchangeReporters {
  readonly authenticate: AuthenticateClient
  readonly cache: ResponseCache
  readonly trafficShare: TrafficShare
  readonly maxBodyBytes: number
}

const apis: readonly { readonly kind: ApiKind; readonly path: string; readonly urls: readonly string[] }[] = [
  {
    kind: 'chat',
    path: '/chat/completions',
    urls: ['/v1/chat/completions', '/chat/completions', '/v1/:pool/chat/completions'],
  },
  { kind: 'completions', path: '/completions', urls: ['/v1/completions'] },
  { kind: 'embeddings', path: '/embeddings', urls: ['/v1/embeddings'] },
  { kind: 'responses', path: '/responses', urls: ['/v1/responses'] },
]

function demandOf({ identity }: Exchange, prepared: PreparedBody): Demand {
  if (!identity) throw new Error('not authenticated')
  return {
    blockId: identity.blockId,
    token: identity.token,
    measure: prepared.kind === 'embeddings' ? 'prompt' : 'completion',
    maxTokens: prepared.maxTokens,
  }
}

/** Steps 4 to 10 of a request whose body has been read. */
function serve(
  options: ProxyOptions,
  kind: ApiKind,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const exchange = exchangeOf(request)
  const prepared = prepareBody((request.body as Buffer | undefined) ?? Buffer.alloc(0), kind)
  exchange.model = prepared.model
  exchange.stream = prepared.stream
  const demand = demandOf(exchange, prepared)
  const { token, blockId } = demand

  // 4 limits, 5 cache
  if (
    token &&
    token.minTrafficPercent > 0 &&
    options.trafficShare.percent(token.id) >= token.minTrafficPercent
  ) {
    const cached = answerFromCache(options.cache, prepared, token)
    exchange.finish({ status: 200, outcome: 'cached' })
    void reply.header('x-lb-cache', 'HIT').header('content-type', cached.contentType).send(cached.body)
    return
  }
  const keeps = !prepared.stream && options.state.snapshot().cachedBlockIds.has(blockId)

  // 6 select endpoint, 7 lease, 8 forward, 9 usage tap, 10 client
  const refusal = forward(
    options,
    {
      exchange,
      rawHeaders: request.raw.rawHeaders,
      prepared,
      path,
      demand,
      keep: keeps
        ? (body, contentType) => options.cache.set(cacheKey(prepared, blockId), { body, contentType })
        : undefined,
    },
    reply,
  )
  if (refusal) throw refusal
  if (token) options.trafficShare.record(token.id)
}

export function proxyRoutes(app: FastifyInstance, options: ProxyOptions, done: () => void): void {
  app.decorateRequest('exchange', null)

  // 1 request id (the server's genReqId), 2 client auth: before the body is read
  app.addHook('onRequest', (request, _reply, next) => {
    const route = request.routeOptions.url ?? ''
    request.exchange = createExchange(options, { requestId: request.id, method: request.method, route })
    request.exchange.identity = options.authenticate(request.headers.authorization)
    // Whatever it claims to be, it is read as JSON; the upstream gets the client's own header.
    delete request.headers['content-type']
    next()
  })
  app.addHook('onError', (request, _reply, error, next) => {
    const code = isGatewayError(error) ? error.code : undefined
    request.exchange?.finish({ status: error.statusCode ?? 500, outcome: 'refused', errorCode: code })
    next()
  })

  // 3 read body
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, parsed) =>
    readBody(payload, options.maxBodyBytes, parsed),
  )

  for (const { kind, path, urls } of apis) {
    for (const url of urls) app.post(url, (request, reply) => serve(options, kind, path, request, reply))
  }
  modelRoutes(app, options)
  done()
}
