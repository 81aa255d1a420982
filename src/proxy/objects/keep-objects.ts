// Remembers which endpoint keeps the objects that a response names.
import type { ForwardContext } from '../forward/forward-context.ts'

/** Called whenever more of the response has been read, before the client gets it: it may use the id at once. */
export function keepObjects(context: ForwardContext): void {
  const { reader, request, endpoint, options } = context
  const ids = reader?.facts.objectIds
  if (ids === undefined || endpoint === undefined || context.keptObjects === ids.length) return
  if (!request.keepsObjects) return
  const { blockId } = request.routing
  for (const objectId of ids.slice(context.keptObjects))
    options.objectPins.add({ blockId, objectId }, endpoint.config.id)
  context.keptObjects = ids.length
}

/** Called at the end of a response: an object that has been deleted is not known any more. */
export function forgetDeleted({ request, status, options }: ForwardContext): void {
  const { api, routing } = request
  if (api.method !== 'DELETE' || routing.objectId === undefined || status < 200 || status >= 300) return
  options.objectPins.remove({ blockId: routing.blockId, objectId: routing.objectId })
}
