// Routes of model aliases: list, create, change, delete, restore.
import { okView } from '../../contract/gateway.ts'
import {
  modelAliasCreate,
  modelAliasList,
  modelAliasPatch,
  modelAliasView,
} from '../../contract/models/model-alias.ts'
import { initialValues, type AcceptedValues, type ValuesOf } from '../../contract/objects/field-table.ts'
import { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import type { AliasConfig, Snapshot } from '../../core/state/configuration.ts'
import { aliasEtag } from '../changes/etag.ts'
import { mergeValues } from '../changes/field-values.ts'
import { checkVersionOf, type ObjectDefinition } from '../changes/object-definition.ts'
import { requireObject } from '../changes/require-object.ts'
import { deleteObject, restoreObject } from '../changes/soft-deletion.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { aliasView, describeAlias } from './alias-view.ts'

const view = (snapshot: Snapshot, id: number) =>
  aliasView(requireObject(snapshot.aliasById, id, 'model alias'))

const ALIAS_DEFINITION = {
  objectType: 'model_alias',
  kind: 'model alias',
  objects: (tx) => tx.aliases,
  byId: ({ aliasById }) => aliasById,
  describe: describeAlias,
  etagOf: aliasEtag,
  view,
} satisfies ObjectDefinition<AliasConfig>

/** Throws LB_ERR_NOT_FOUND if the request names an unknown endpoint. Endpoints that are stored may have been deleted since. */
function aliasValues(
  body: AcceptedValues<typeof modelAliasFields>,
  base: ValuesOf<typeof modelAliasFields>,
  { endpointById }: Snapshot,
): ValuesOf<typeof modelAliasFields> {
  const values = mergeValues(modelAliasFields, body, base)
  const known = new Set(base.targets.map(({ endpoint_id }) => endpoint_id))
  for (const { endpoint_id } of values.targets)
    if (endpoint_id !== null && !known.has(endpoint_id)) requireObject(endpointById, endpoint_id, 'endpoint')
  return values
}

export function createAliasRoutes({ state, applyChange }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/model-aliases',
      summary: 'List the model aliases',
      response: modelAliasList,
      handle: () => state.snapshot().aliases.map(aliasView),
    }),
    defineRoute({
      method: 'POST',
      path: '/model-aliases',
      summary: 'Create a model alias',
      body: modelAliasCreate,
      response: modelAliasView,
      refuses: [409],
      handle: ({ body, author }) =>
        applyChange(author, {
          ...ALIAS_DEFINITION,
          verb: 'create',
          async work(tx, current) {
            const values = aliasValues(body, initialValues(modelAliasFields), current)
            return (await tx.aliases.insert(values)).id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'GET',
      path: '/model-aliases/{id}',
      summary: 'One model alias',
      response: modelAliasView,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/model-aliases/{id}',
      summary: 'Change a model alias',
      body: modelAliasPatch,
      response: modelAliasView,
      refuses: [409],
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...ALIAS_DEFINITION,
          verb: 'update',
          ...checkVersionOf(ALIAS_DEFINITION, id),
          async work(tx, current) {
            const base = requireObject(current.aliasById, id, 'model alias')
            await tx.aliases.update(id, aliasValues(body, base, current))
            return id
          },
          response: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/model-aliases/{id}',
      summary: 'Delete a model alias',
      response: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(ALIAS_DEFINITION, id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/model-aliases/{id}/restore',
      summary: 'Restore a deleted model alias',
      response: modelAliasView,
      refuses: [409],
      handle: ({ ids: { id }, author }) =>
        applyChange(author, restoreObject(ALIAS_DEFINITION, id, author.ifMatch)),
    }),
  ]
}
