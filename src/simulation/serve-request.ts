// Takes a request in, sends it to its route, and enters in the books what became of it.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Accounting } from './accounting.ts'
import { apiError, unauthorized, type ApiError } from './api-error.ts'
import { outcomeOf, type Exchange } from './exchange.ts'
import type { FaultInjector } from './fault-injector.ts'
import { generate, type Engine } from './generate.ts'
import { isGenerationRoute } from './generation-request.ts'
import { sendJson } from './send-json.ts'
import { MAX_MODEL_LEN, type Settings } from './settings.ts'
import { spoilRequest } from './spoil-request.ts'

const getRoutes = ['/v1/models', '/health', '/metrics']
const isRoute = (path: string): boolean => isGenerationRoute(path) || getRoutes.includes(path)

export interface Service {
  readonly engine: Engine
  readonly accounting: Accounting
  readonly faults: FaultInjector
  /** Requests that are neither settled nor given up. */
  readonly open: Set<Exchange>
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

function refusal(path: string, request: IncomingMessage, { apiKey }: Settings): ApiError | undefined {
  if (apiKey !== '' && path.startsWith('/v1/') && request.headers.authorization !== `Bearer ${apiKey}`) {
    return unauthorized
  }
  if (!isRoute(path)) return apiError(404, 'Not Found')
  const method = isGenerationRoute(path) ? 'POST' : 'GET'
  return request.method === method ? undefined : apiError(405, 'Method Not Allowed')
}

function sendPlain({ response, headers }: Exchange, type: string, text: string): void {
  const contentType = type === '' ? {} : { 'content-type': type }
  response.writeHead(200, { ...headers, ...contentType, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function route(exchange: Exchange, path: string, body: Buffer, { engine }: Service): void {
  const settings = engine.settings()
  const refused = refusal(path, exchange.request, settings)
  if (refused === undefined && isGenerationRoute(path)) {
    generate(exchange, path, body, engine)
  } else if (spoilRequest(exchange, false)) {
    return
  } else if (refused !== undefined) {
    sendJson(exchange, refused.status, refused.body, engine.timer)
  } else if (path === '/v1/models') {
    sendJson(exchange, 200, modelList(settings.models), engine.timer)
  } else if (path === '/metrics') {
    const { slots, metrics } = engine
    const text = metrics.render(settings.models[0] ?? '', slots.running(), slots.waiting())
    sendPlain(exchange, 'text/plain; version=0.0.4; charset=utf-8', text)
  } else {
    sendPlain(exchange, '', '')
  }
}

/** @param headers - sent with every answer. */
export function serveRequest(
  service: Service,
  headers: OutgoingHttpHeaders,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = '', url = '', rawHeaders } = request
  const path = url.split('?', 1)[0] ?? ''
  const exchange: Exchange = {
    request,
    response,
    headers,
    fault: undefined,
    isBroken: false,
    promptTokens: 0,
    sentTokens: 0,
  }
  const entry = service.accounting.open(isRoute(path) ? path : 'other')
  service.open.add(exchange)
  response.once('close', () => {
    service.open.delete(exchange)
    entry.settle(outcomeOf(exchange), exchange.promptTokens, exchange.sentTokens)
  })

  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.once('end', () => {
    const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    service.accounting.keep({ method, url, rawHeaders, body })
    exchange.fault = service.faults.draw(path, body)
    if (exchange.fault) service.accounting.countFault(exchange.fault.kind)
    route(exchange, path, body, service)
  })
}
