// The model routes: the models of all endpoints that the client's requests may go to and that it may use, from memory.
import { setImmediate } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../../core/clock.ts'
import { isSetAside } from '../../core/lease/breaker.ts'
import { describeMissingModel } from '../../core/models/missing-model.ts'
import { firstNames, idsOf } from '../../core/models/first-names.ts'
import type { ModelCatalog } from '../../core/models/model-catalog.ts'
import { runInSlices } from '../../core/run-in-slices.ts'
import type { EndpointRuntime } from '../../core/state/endpoint-runtime.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import type { GatewayState } from '../../core/state/gateway-state.ts'
import type { ClientIdentity } from '../request/authenticate-client.ts'
import { CLIENT_CLOSED_REQUEST, requestRecordOf } from '../forward/request-record.ts'
import { sendsAnthropicVersion } from '../apis/anthropic/messages-errors.ts'
import { anthropicModel, pageOfModels } from './anthropic-models.ts'
import { createListedModels } from './listed-models.ts'
import { ollamaRoutes } from './ollama-routes.ts'
import { createModelUnion } from './unite-models.ts'

interface ModelOptions {
  readonly state: GatewayState
  readonly modelCatalog: ModelCatalog
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
  const available = wired.filter((endpoint) => !isSetAside(endpoint, nowMs) && !endpoint.unhealthy)
  if (available.length > 0) return available
  throw gatewayError('LB_ERR_ALL_COOLING', 'all connected endpoints in cooldown', { retryAfterS: 5 })
}

function createModelLists(options: ModelOptions) {
  const { state, modelCatalog } = options
  const unite = createModelUnion()
  const list = createListedModels()
  return async (request: FastifyRequest) => {
    const record = requestRecordOf(request)
    const { identity } = record
    if (!identity) throw new Error('not authenticated')
    const endpoints = availableEndpoints(options, identity)
    const { socket } = request.raw
    const onClientClosed = (): void => record.finish({ status: CLIENT_CLOSED_REQUEST, outcome: 'aborted' })
    socket.once('close', onClientClosed)
    await modelCatalog.firstRead(endpoints)
    const { blockById, aliases } = state.snapshot()
    const models = await unite(endpoints, aliases)
    socket.off('close', onClientClosed)
    if (models.length === 0 && endpoints.every(({ list }) => list === undefined))
      throw gatewayError('LB_ERR_NO_MODELS', 'no endpoint returned models')
    const { blockId, token } = identity
    const access = { block: blockById.get(blockId), token }
    return runInSlices(list(`${blockId}/${token?.id ?? ''}`, models, access), setImmediate)
  }
}

/** The URLs of the lists; a model is at `/v1/models/` and its name. */
export const modelListUrls = ['/v1/models', '/models', '/v1/:pool/models']

function sendJson(request: FastifyRequest, reply: FastifyReply, body: unknown): FastifyReply {
  requestRecordOf(request).finish({ status: 200, outcome: 'success' })
  if (sendsAnthropicVersion(request.raw)) reply.header('request-id', request.id)
  return reply.type('application/json; charset=utf-8').send(body)
}

export function modelRoutes(app: FastifyInstance, options: ModelOptions): void {
  const listModels = createModelLists(options)
  for (const url of modelListUrls) {
    app.get(url, async (request, reply) => {
      const { models, body } = await listModels(request)
      const isAnthropic = sendsAnthropicVersion(request.raw)
      return sendJson(request, reply, isAnthropic ? pageOfModels(models, request.query) : body)
    })
  }
  app.get<{ Params: { '*': string } }>('/v1/models/*', async (request, reply) => {
    const modelId = request.params['*']
    const { models } = await listModels(request)
    const model = models.find(({ id }) => id === modelId)
    if (model)
      return sendJson(request, reply, sendsAnthropicVersion(request.raw) ? anthropicModel(model) : model)
    const detail = describeMissingModel(modelId, firstNames(idsOf(models)))
    throw gatewayError('LB_ERR_MODEL_NOT_FOUND', detail, { param: 'model' })
  })
  app.register((ollama, _options, done) => {
    ollamaRoutes(ollama, async (request) => (await listModels(request)).models)
    done()
  })
}
