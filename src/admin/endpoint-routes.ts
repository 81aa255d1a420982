// Routes of endpoints: create, change, delete, restore.
import {
  endpointCreate,
  endpointPatch,
  endpointView as endpointSchema,
  type EndpointPatch,
  type EndpointView,
} from '../contract/endpoint.ts'
import { okView } from '../contract/gateway.ts'
import { resetBreaker } from '../core/breaker.ts'
import type { EndpointConfig, Snapshot } from '../core/configuration.ts'
import type { EndpointValues, StoreTransaction } from '../store/store.ts'
import type { AdminContext } from './admin-context.ts'
import type { Change } from './apply-change.ts'
import { defineRoute, type AdminRoute } from './define-route.ts'
import { deleteObject, restoreObject } from './deletion.ts'
import { endpointValues, newEndpoint } from './endpoint-values.ts'
import { describeEndpoint, endpointView } from './endpoint-view.ts'
import { endpointEtag } from './etag.ts'
import { requireObject } from './require-object.ts'
import { checkVersionOf, type Subject } from './subject.ts'

const createSubject = ({ state, clock }: Pick<AdminContext, 'state' | 'clock'>) =>
  ({
    objectType: 'endpoint',
    kind: 'endpoint',
    objects: (tx) => tx.endpoints,
    byId: ({ endpointById }) => endpointById,
    describe: describeEndpoint,
    etagOf: endpointEtag,
    view: (snapshot: Snapshot, id: number) =>
      endpointView(state, clock, requireObject(snapshot.endpointById, id, 'endpoint')),
  }) satisfies Subject<EndpointConfig>

/** @param connected - true wires an endpoint that has no wire to every block, false unwires it, undefined leaves it. */
async function connect(
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
  subject: ReturnType<typeof createSubject>,
  body: EndpointPatch,
  base: EndpointValues,
): Change<number, EndpointView> => ({
  ...subject,
  verb: 'create',
  async work(tx, current) {
    const { id } = await tx.endpoints.insert(endpointValues(body, base))
    await connect(tx, current, id, body.connected)
    return id
  },
  answer: subject.view,
})

/** A reset changes no configuration, but its audit row goes the way of all others. */
const noteReset = (subject: Subject<EndpointConfig>, id: number): Change<number, void> => ({
  objectType: subject.objectType,
  verb: 'reset',
  describe: () => null,
  ...checkVersionOf(subject, id),
  work(_tx, current) {
    requireObject(current.endpointById, id, 'endpoint')
    return Promise.resolve(id)
  },
  answer: () => undefined,
})

export function createEndpointRoutes(context: AdminContext): AdminRoute[] {
  const { state, applyChange, defaultTimeoutS, onCapacityChanged } = context
  const subject = createSubject(context)
  const { view } = subject

  return [
    defineRoute({
      method: 'POST',
      path: '/endpoints',
      summary: 'Create an endpoint',
      body: endpointCreate,
      answer: endpointSchema,
      refuses: [409],
      handle: ({ body, author }) =>
        applyChange(author, createEndpoint(subject, body, newEndpoint(defaultTimeoutS))),
    }),
    defineRoute({
      method: 'GET',
      path: '/endpoints/{id}',
      summary: 'One endpoint, with its live counters',
      answer: endpointSchema,
      handle: ({ ids: { id } }) => view(state.snapshot(), id),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/endpoints/{id}',
      summary: 'Change an endpoint',
      body: endpointPatch,
      answer: endpointSchema,
      refuses: [409],
      handle: ({ ids: { id }, body, author }) =>
        applyChange(author, {
          ...subject,
          verb: 'update',
          ...checkVersionOf(subject, id),
          async work(tx, current) {
            const base = requireObject(current.endpointById, id, 'endpoint')
            await tx.endpoints.update(id, endpointValues(body, base))
            await connect(tx, current, id, body.connected)
            return id
          },
          answer: view,
        }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/endpoints/{id}',
      summary: 'Delete an endpoint; it can be restored for 30 days',
      answer: okView,
      handle: ({ ids: { id }, author }) => applyChange(author, deleteObject(subject, id)),
    }),
    defineRoute({
      method: 'POST',
      path: '/endpoints/{id}/restore',
      summary: 'Restore a deleted endpoint with its key, wires and counters',
      answer: endpointSchema,
      refuses: [409],
      handle: ({ ids: { id }, author }) => applyChange(author, restoreObject(subject, id, author.ifMatch)),
    }),
    defineRoute({
      method: 'POST',
      path: '/endpoints/{id}/reset',
      summary: "End an endpoint's cooldown and forget its failures in a row",
      answer: endpointSchema,
      async handle({ ids: { id }, author }) {
        await applyChange(author, noteReset(subject, id))
        resetBreaker(state.endpoint(id))
        state.ledger.markEndpointDirty(id)
        onCapacityChanged?.()
        return view(state.snapshot(), id)
      },
    }),
  ]
}
