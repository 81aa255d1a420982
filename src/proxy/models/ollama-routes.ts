// What Ollama's clients ask beside its calls: the server's version, its models, and one of them. All come from memory.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { firstNames, idsOf } from '../../core/models/first-names.ts'
import { describeMissingModel } from '../../core/models/missing-model.ts'
import { isNamed, type Model } from '../../core/models/served-models.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { requestRecordOf } from '../forward/request-record.ts'
import { ollamaModel, runningModel, shownModel } from './ollama-models.ts'

/** The first version of Ollama that has all that is served here: `capabilities` in `/api/show` came last. */
const SERVED_VERSION = '0.6.4'
const MAX_BODY_BYTES = 65_536

type ModelsOf = (request: FastifyRequest) => Promise<readonly Model[]>

function sendJson(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  requestRecordOf(request).finish({ status: 200, outcome: 'success' })
  return reply.type('application/json; charset=utf-8').send(body)
}

/** Older clients say `name`. */
function modelOf(body: unknown): string {
  let fields: unknown
  try {
    fields = JSON.parse(String(body))
  } catch {
    throw gatewayError('LB_ERR_INVALID_JSON', 'The body is not valid JSON.')
  }
  const { model, name } = Object(fields) as { readonly model?: unknown; readonly name?: unknown }
  const given = model ?? name
  if (typeof given === 'string' && given !== '') return given
  throw gatewayError('LB_ERR_BAD_REQUEST', 'model must be the name of a model.', { param: 'model' })
}

/** @param modelsOf - those that the request's client may use. */
export function ollamaRoutes(app: FastifyInstance, modelsOf: ModelsOf): void {
  app.get('/api/version', (request, reply) => sendJson(request, reply, { version: SERVED_VERSION }))
  app.get('/api/tags', async (request, reply) =>
    sendJson(request, reply, { models: (await modelsOf(request)).map(ollamaModel) }),
  )
  app.get('/api/ps', async (request, reply) =>
    sendJson(request, reply, { models: (await modelsOf(request)).map(runningModel) }),
  )
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, parsed) => parsed(null, text))
  app.post('/api/show', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const name = modelOf(request.body)
    requestRecordOf(request).model = name
    const models = await modelsOf(request)
    const model = models.find(({ id }) => id === name) ?? models.find(({ id }) => isNamed(name, id))
    if (model) return sendJson(request, reply, shownModel(model))
    const detail = describeMissingModel(name, firstNames(idsOf(models)))
    throw gatewayError('LB_ERR_MODEL_NOT_FOUND', detail, { param: 'model' })
  })
}
