// The model routes: merge the model lists of all endpoints that the client's requests may go to.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/clock.ts'
import { allowsRequest } from '../../core/lease/breaker.ts'
import type { Model, ModelLists } from '../../core/models/model-lists.ts'
import { isFull } from '../../core/shared/slots.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import { CLIENT_CLOSED_REQUEST, requestRecordOf } from '../forward/request-record.ts'

interface ModelOptions {
  readonly state: GatewayState
  readonly modelLists: ModelLists
  readonly clock: Clock
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

const byId = (a: Model, b: Model): number => (a.id < b.id ? -1 : Number(a.id > b.id))

async function listModels(options: ModelOptions, request: FastifyRequest): Promise<Model[]> {
  const record = requestRecordOf(request)
  const { identity } = record
  if (!identity) throw new Error('not authenticated')
  const { socket } = request.raw
  const onClientClosed = (): void => record.finish({ status: CLIENT_CLOSED_REQUEST, outcome: 'aborted' })
  socket.once('close', onClientClosed)
  const lists = await options.modelLists.read(availableEndpoints(options, identity))
  socket.off('close', onClientClosed)
  if (lists.every(({ models }) => models === undefined)) {
    if (lists.some(({ endpoint }) => isFull(endpoint)))
      throw gatewayError('LB_ERR_ALL_FULL', 'no model list is known yet, and the endpoints are busy', {
        retryAfterS: 1,
      })
    throw gatewayError('LB_ERR_NO_MODELS', 'no endpoint returned models')
  }
  const merged = new Map<string, Model>()
  for (const { models = [] } of lists)
    for (const model of models) if (!merged.has(model.id)) merged.set(model.id, model)
  return [...merged.values()].sort(byId)
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
