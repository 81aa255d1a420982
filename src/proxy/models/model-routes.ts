// The model routes: merges the model lists of all endpoints that the client's requests may go to.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/clock.ts'
import { allowsRequest } from '../../core/lease/breaker.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import { startUpstreamRequest } from '../../http/upstream-request.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import type { UpstreamHeaders } from '../request/upstream-headers.ts'
import { CLIENT_CLOSED_REQUEST, requestRecordOf } from '../forward/request-record.ts'
import { MAX_LIST_BYTES, readModelList, type Model } from './read-model-list.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

interface ModelOptions {
  readonly state: GatewayState
  readonly pools: UpstreamPools
  readonly clock: Clock
  readonly upstreamHeaders: UpstreamHeaders
}

// The client waits for the slowest endpoint, but no longer than this.
const MAX_WAIT_MS = 10_000

/** Functions that abort the outstanding requests, for when the client closes the connection. */
type Pending = Set<() => void>

/** @returns undefined where the endpoint did not send a model list. */
function fetchModels(
  { pools, upstreamHeaders }: ModelOptions,
  { config }: EndpointRuntime,
  request: FastifyRequest,
  pending: Pending,
): Promise<Model[] | undefined> {
  return new Promise((resolve) => {
    const upstream = pools.of(config)
    const timeoutMs = Math.min(MAX_WAIT_MS, config.timeoutS * 1000)
    const chunks: Buffer[] = []
    let length = 0
    const cancel = (): void => {
      attempt.abort()
      settle(undefined)
    }
    const settle = (models: Model[] | undefined): void => {
      clearTimeout(deadline)
      pending.delete(cancel)
      resolve(models)
    }
    const deadline = setTimeout(cancel, timeoutMs)
    pending.add(cancel)
    const headers = upstreamHeaders(request.raw.rawHeaders, {
      requestId: request.id,
      authorization: upstream.authorization,
      instanceId: upstream.instanceId,
    })
    const attempt = startUpstreamRequest(
      upstream,
      {
        method: 'GET',
        path: '/models',
        headers,
        body: null,
        headersTimeoutMs: timeoutMs,
        bodyTimeoutMs: timeoutMs,
      },
      {
        onResponse: (_owner, status) => (status === 200 ? undefined : cancel()),
        onData(_owner, chunk) {
          length += chunk.length
          if (length > MAX_LIST_BYTES) cancel()
          else chunks.push(chunk)
        },
        onEnd: () => settle(readModelList(Buffer.concat(chunks, length))),
        onError: () => settle(undefined),
      },
      undefined,
    )
  })
}

/** @returns the endpoints that this client's completions could go to now. */
function availableEndpoints({ state, clock }: ModelOptions, identity: ClientIdentity): EndpointRuntime[] {
  const preferredId = identity.token?.preferredEndpointId ?? null
  const wired = state
    .targets(identity.blockId)
    .filter((endpoint) => preferredId === null || endpoint.config.id === preferredId)
  if (wired.length === 0) {
    throw gatewayError('LB_ERR_NO_ENDPOINT', 'no connected endpoints available', { retryAfterS: 5 })
  }
  const nowMs = clock()
  const available = wired.filter((endpoint) => allowsRequest(endpoint, nowMs) && !endpoint.unhealthy)
  if (available.length > 0) return available
  throw gatewayError('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', { retryAfterS: 5 })
}

async function listModels(options: ModelOptions, request: FastifyRequest): Promise<Model[]> {
  const record = requestRecordOf(request)
  const { identity } = record
  if (!identity) throw new Error('not authenticated')
  const pending: Pending = new Set()
  const onClientClosed = (): void => {
    record.finish({ status: CLIENT_CLOSED_REQUEST, outcome: 'aborted' })
    for (const cancel of pending) cancel()
  }
  const endpoints = availableEndpoints(options, identity)
  // A single listener for all endpoints: Node.js warns when an emitter has more than ten.
  request.raw.socket.once('close', onClientClosed)
  const lists = await Promise.all(
    endpoints.map((endpoint) => fetchModels(options, endpoint, request, pending)),
  )
  request.raw.socket.off('close', onClientClosed)
  if (lists.every((list) => list === undefined)) {
    throw gatewayError('LB_ERR_NO_MODELS', 'no endpoint returned models')
  }
  const byId = new Map<string, Model>()
  for (const model of lists.flatMap((list) => list ?? [])) {
    if (!byId.has(model.id)) byId.set(model.id, model)
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  requestRecordOf(request).finish({ status: 200, outcome: 'success' })
  return reply.send(body)
}

export function modelRoutes(app: FastifyInstance, options: ModelOptions): void {
  for (const url of ['/v1/models', '/models', '/v1/:pool/models']) {
    app.get(url, async (request, reply) =>
      sendJson(request, reply, { object: 'list', data: await listModels(options, request) }),
    )
  }
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request, reply) => {
    const modelId = request.params['*']
    const model = (await listModels(options, request)).find(({ id }) => id === modelId)
    if (model === undefined)
      throw gatewayError('LB_ERR_NOT_FOUND', 'no endpoint has this model', { param: 'model' })
    return sendJson(request, reply, model)
  })
}
