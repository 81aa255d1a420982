// Routes of endpoints: create, change, delete, restore.
import {
  endpointCreate,
  endpointPatch,
  endpointView as endpointSchema,
  inFlightQuery,
  type EndpointPatch,
  type EndpointView,
} from '../../contract/endpoint.ts'
import { okView } from '../../contract/gateway.ts'
import { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import { initialValues } from '../../contract/objects/field-table.ts'
import { resetBreaker } from '../../core/lease/breaker.ts'
import type { EndpointConfig, Snapshot } from '../../core/state/configuration.ts'
import type { EndpointValues, StoreTransaction } from '../../store/store.ts'
import type { AdminContext } from '../http/admin-context.ts'
import type { Change } from '../changes/apply-change.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'
import { mergeValues } from '../changes/field-values.ts'
import { applyEndingRequests, checkInFlight } from './apply-ending-requests.ts'
import { deleteObject, restoreObject } from '../changes/soft-deletion.ts'
import { checkAddress, checkKey } from './check-address.ts'
import { describeEndpoint, endpointView } from './endpoint-view.ts'
import { endpointEtag } from '../changes/etag.ts'
import { requireObject } from '../changes/require-object.ts'
import { checkVersionOf, type ObjectDefinition } from '../changes/object-definition.ts'

const createEndpointDefinition = (context: Pick<AdminContext, 'state' | 'clock'>) =>
  ({
    objectType: 'endpoint',
    kind: 'endpoint',
    objects: (tx) => tx.endpoints,
    byId: ({ endpointById }) => endpointById,
    describe: describeEndpoint,
    etagOf: endpointEtag,
    view: (snapshot: Snapshot, id: number) =>
      endpointView(context, snapshot, requireObject(snapshot.endpointById, id, 'endpoint')),
  }) satisfies ObjectDefinition<EndpointConfig>

/** @param connected - true wires an endpoint that has no wire to every block, false unwires it, undefined leaves it. */
async function setConnected(
  tx: StoreTransaction,
  { blocks, wires }: Snapshot,
  endpointId: number,
  connected: boolean | undefined,
): Promise<void> {
  const own = wires.filter((wire) => wire.endpointId === endpointId)
  if (connected === true && own.length === 0)
    for (const block of blocks) await tx.wires.add(block.id, endpointId)
  if (connected === false) for (const { blockId } of own) await tx.wires.remove(blockId, endpointId)
}

const createEndpoint = (
  definition: ReturnType<typeof createEndpointDefinition>,
  body: EndpointPatch,
  base: EndpointValues,
): Change<number, EndpointView> => ({
  ...definition,
  verb: 'create',
  async work(tx, current) {
    const { id } = await tx.endpoints.insert(mergeValues(endpointFields, body, base))
    await setConnected(tx, current, id, body.connected)
    return id
  },
  response: definition.view,
})

const updateEndpoint = (
  definition: ReturnType<typeof createEndpointDefinition>,
  id: number,
  body: EndpointPatch,
): Change<number, EndpointView> => ({
  ...definition,
  verb: 'update',
  ...checkVersionOf(definition, id),
  async work(tx, current) {
    const base = requireObject(current.endpointById, id, 'endpoint')
    const next = mergeValues(endpointFields, body, base)
    checkKey(base, next.baseUrl, body.api_key !== undefined)
    checkAddress(next)
    await tx.endpoints.update(id, next)
    await setConnected(tx, current, id, body.connected)
    return id
  },
  response: definition.view,
})

/** A reset changes no configuration but is audited like a change. */
const auditReset = (definition: ObjectDefinition<EndpointConfig>, id: number): Change<number, void> => ({
  objectType: definition.objectType,
  verb: 'reset',
  describe: () => null,
  ...checkVersionOf(definition, id),
  work(_tx, current) {
    requireObject(current.endpointById, id, 'endpoint')
    return Promise.resolve(id)
  },
  response: () => undefined,
})

export function createEndpointRoutes(context: AdminContext): AdminRoute[] {
  const { state, applyChange, defaultTimeoutS, onCapacityChanged } = context
  const definition = createEndpointDefinition(context)
  const { view } = definition

  return [
    defineRoute({
      method: 'POST',
      path: '/endpoints',
      summary: 'Create an endpoint',
      body: endpointCreate,
      response: endpointSchema,
      refuses: [409],
      handle: ({ body, author }) =>
        applyChange(
          author,
          createEndpoint(definition, body, { ...initialValues(endpointFields), timeoutS: defaultTimeoutS }),
        ),
    }),
    defineRoute({
      method: 'GET',
      path: '/endpoints/{id}',
      summary: 'One endpoint, with its live counters',
      response: endpointSchema,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/endpoints/{id}',
      summary: 'Change an endpoint',
      body: endpointPatch,
      query: inFlightQuery,
      response: endpointSchema,
      refuses: [409],
      handle({ ids: { id }, body, query, author }) {
        checkInFlight(query.in_flight, body)
        return applyEndingRequests(context, author, updateEndpoint(definition, id, body), query.in_flight)
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/endpoints/{id}',
      summary: 'Delete an endpoint; it can be restored for 30 days',
      query: inFlightQuery,
      response: okView,
      handle: ({ ids: { id }, query, author }) =>
        applyEndingRequests(context, author, deleteObject(definition, id), query.in_flight),
    }),
    defineRoute({
      method: 'POST',
      path: '/endpoints/{id}/restore',
      summary: 'Restore a deleted endpoint with its key, wires and counters',
      response: endpointSchema,
      refuses: [409],
      handle: ({ ids: { id }, author }) => applyChange(author, restoreObject(definition, id, author.ifMatch)),
    }),
    defineRoute({
      method: 'POST',
      path: '/endpoints/{id}/reset',
      summary: "End an endpoint's cooldown and forget its failures in a row",
      response: endpointSchema,
      async handle({ ids: { id }, author }) {
        await applyChange(author, auditReset(definition, id))
        resetBreaker(state.endpoint(id))
        state.ledger.markEndpointDirty(id)
        onCapacityChanged?.()
        return view(state.snapshot(), id)
      },
    }),
  ]
}
