// Routes of the models that endpoints serve, from memory.
import {
  endpointModelsView as endpointModelsSchema,
  modelsQuery,
  modelsView as modelsSchema,
} from '../../contract/models/models.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { requireObject } from '../changes/require-object.ts'
import { createModelIndex } from './model-index.ts'
import { endpointModelsView, modelsView } from './model-view.ts'

export function createModelRoutes(context: AdminContext): AdminRoute[] {
  const { state } = context
  const readIndex = createModelIndex(context)
  return [
    defineRoute({
      method: 'GET',
      path: '/models',
      summary: 'The models that endpoints serve, and what is known of each endpoint',
      query: modelsQuery,
      response: modelsSchema,
      handle: async ({ query }) => modelsView(context, await readIndex(), query),
    }),
    defineRoute({
      method: 'GET',
      path: '/endpoints/{id}/models',
      summary: 'What the backend of an endpoint lists, and what the endpoint serves of it',
      response: endpointModelsSchema,
      handle({ ids: { id } }) {
        requireObject(state.snapshot().endpointById, id, 'endpoint')
        return endpointModelsView(context, state.endpoint(id))
      },
    }),
  ]
}
