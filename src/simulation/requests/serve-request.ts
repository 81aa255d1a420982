// Reads a request, routes it and counts its outcome.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Accounting } from '../accounting.ts'
import { apiError, unauthorized, type ApiError } from '../formats/api-error.ts'
import { outcomeOf, type RequestContext } from './request-context.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import { generate, type Engine } from './generate.ts'
import { isGenerationRoute } from '../formats/generation-request.ts'
import type { Gate } from './gate.ts'
import { sendJson } from './send-json.ts'
import { MAX_MODEL_LEN, type Settings } from '../settings.ts'
import { respondWithFault } from './respond-with-fault.ts'

const getRoutes = ['/v1/models', '/health', '/metrics']
const isRoute = (path: string): boolean => isGenerationRoute(path) || getRoutes.includes(path)

export interface Service {
  readonly engine: Engine
  readonly accounting: Accounting
  readonly faults: FaultInjector
  /** Requests that are neither settled nor abandoned. */
  readonly openRequests: Set<RequestContext>
  /** Shut while a model that loads leaves its requests without a response. */
  readonly loadingGate: Gate
  /** Shut while /health starves under load. */
  readonly healthGate: Gate
  /** Called for a request that ends the server. */
  readonly die: () => void
}

function modelList(models: readonly string[]): string {
  const created = Math.floor(Date.now() / 1000)
  const data = models.map((id) => ({
    id,
    object: 'model',
    created,
    owned_by: 'vllm',
    root: id,
    parent: null,
    max_model_len: MAX_MODEL_LEN,
  }))
  return JSON.stringify({ object: 'list', data })
}

function refusal(path: string, request: IncomingMessage, settings: Settings): ApiError | undefined {
  const { apiKey, publicModels, loading } = settings
  if (loading === 'unavailable') return apiError(path, 503, 'Loading model')
  const needsKey = apiKey !== '' && path.startsWith('/v1/') && !(publicModels && path === '/v1/models')
  if (needsKey && request.headers.authorization !== `Bearer ${apiKey}`) {
    return unauthorized
  }
  if (!isRoute(path)) return apiError(path, 404, 'Not Found')
  const method = isGenerationRoute(path) ? 'POST' : 'GET'
  return request.method === method ? undefined : apiError(path, 405, 'Method Not Allowed')
}

function sendPlain({ response, headers }: RequestContext, type: string, text: string): void {
  const contentType = type === '' ? {} : { 'content-type': type }
  response.writeHead(200, { ...headers, ...contentType, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function route(context: RequestContext, path: string, body: Buffer, service: Service): void {
  const { engine } = service
  const settings = engine.settings()
  const refused = refusal(path, context.request, settings)
  if (refused === undefined && isGenerationRoute(path)) {
    generate(context, path, body, engine)
  } else if (respondWithFault(context, false)) {
    return
  } else if (refused !== undefined) {
    sendJson(context, refused.status, refused.body, engine.timer)
  } else if (path === '/v1/models') {
    sendJson(context, 200, modelList(settings.models), engine.timer)
  } else if (path === '/metrics') {
    const { slots, metrics } = engine
    const text = metrics.render(settings.models[0] ?? '', slots.running(), slots.waiting())
    sendPlain(context, 'text/plain; version=0.0.4; charset=utf-8', text)
  } else {
    service.healthGate.pass(() => sendPlain(context, '', ''))
  }
}

/** @param headers - sent with every response. */
export function serveRequest(
  service: Service,
  headers: OutgoingHttpHeaders,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = '', url = '', rawHeaders } = request
  const path = url.split('?', 1)[0] ?? ''
  const context: RequestContext = {
    request,
    path,
    response,
    headers,
    fault: undefined,
    isBroken: false,
    promptTokens: 0,
    sentTokens: 0,
    flushHead: () => undefined,
  }
  const entry = service.accounting.open(isRoute(path) ? path : 'other')
  service.openRequests.add(context)
  response.once('close', () => {
    service.openRequests.delete(context)
    entry.settle(outcomeOf(context), context.promptTokens, context.sentTokens)
    service.healthGate.check()
  })

  const receive = (body: Buffer): void => {
    service.accounting.keep({ method, url, rawHeaders, body })
    const { dieOn } = service.engine.settings()
    if (dieOn !== '' && body.includes(dieOn)) {
      service.accounting.countFault('death')
      service.die()
      return
    }
    context.fault = service.faults.draw(path, body)
    if (context.fault) service.accounting.countFault(context.fault.kind)
    service.loadingGate.pass(() => {
      if (!response.destroyed) route(context, path, body, service)
    })
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.once('end', () => receive(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)))
}
