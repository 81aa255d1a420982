// Reads a request, routes it and counts its outcome.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Accounting } from '../accounting.ts'
import { unauthorized, type ApiError } from '../formats/api-error.ts'
import { outcomeOf, type RequestContext } from './request-context.ts'
import type { FaultInjector } from '../faults/fault-injector.ts'
import { generate, type Engine } from './generate.ts'
import { isGenerationRoute } from '../formats/generation-request.ts'
import type { Gate } from './gate.ts'
import { sendJson } from './send-json.ts'
import { readForm } from './form-as-json.ts'
import type { Kind } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { Settings } from '../settings.ts'
import { respondWithFault } from './respond-with-fault.ts'
import { serveStored } from './stored-responses.ts'

const isRoute = ({ calls, pages }: Kind, path: string): boolean =>
  calls.has(path) || Object.hasOwn(pages, path)

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

function refusal({ path, request, kind }: RequestContext, settings: Settings): ApiError | undefined {
  const { apiKey, publicModels, loading } = settings
  if (loading === 'unavailable') return kind.error(path, 503, 'Loading model')
  const needsKey = apiKey !== '' && path.startsWith('/v1/') && !(publicModels && path === '/v1/models')
  if (needsKey && request.headers.authorization !== `Bearer ${apiKey}`) {
    return unauthorized
  }
  if (!isRoute(kind, path)) return kind.missingRoute(path)
  const method = kind.calls.has(path) ? 'POST' : 'GET'
  return request.method === method ? undefined : kind.error(path, 405, 'Method Not Allowed')
}

function sendPlain({ response, headers }: RequestContext, type: string, text: string): void {
  const contentType = type === '' ? {} : { 'content-type': type }
  response.writeHead(200, { ...headers, ...contentType, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function sendPage(context: RequestContext, { engine, healthGate }: Service): void {
  const settings = engine.settings()
  const page = context.kind.pages[context.path]
  if (typeof page === 'function') sendJson(context, 200, JSON.stringify(page(settings)), engine.timer)
  else if (page === 'metrics') {
    const { scheduler, metrics } = engine
    const load = { running: scheduler.running(), waiting: scheduler.waiting(), ...scheduler.lookups() }
    const text = context.kind.metrics({ ...metrics.read(), ...load }, settings)
    sendPlain(context, 'text/plain; version=0.0.4; charset=utf-8', text)
  } else healthGate.pass(() => sendPlain(context, '', ''))
}

function route(context: RequestContext, body: Buffer, service: Service): void {
  const { engine } = service
  const refused = refusal(context, engine.settings())
  const call = context.kind.calls.get(context.path) ?? ''
  if (refused === undefined && isGenerationRoute(call)) generate(context, call, body, engine)
  else if (respondWithFault(context, false)) return
  else if (context.kind.keepsResponses && serveStored(context, engine.storedResponses, engine.timer)) return
  else if (refused !== undefined) sendJson(context, refused.status, refused.body, engine.timer, refused.type)
  else sendPage(context, service)
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
    kind: kindOf(service.engine.settings()),
    headers,
    fault: undefined,
    isBroken: false,
    promptTokens: 0,
    sentTokens: 0,
    flushHead: () => undefined,
  }
  const entry = service.accounting.open(isRoute(context.kind, path) ? path : 'other')
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
    service.loadingGate.pass(() =>
      readForm(request, body, (json) => {
        if (!response.destroyed) route(context, json, service)
      }),
    )
  }
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.once('end', () => receive(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)))
}
