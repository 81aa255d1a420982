// Leaves an endpoint that turns out to lack the model or the route of a request.
import { isTranslatable } from '../../core/routing/also-as-call.ts'
import { saysModelMissing } from '../models/says-model-missing.ts'
import { saysRouteMissing } from '../upstream/says-route-missing.ts'
import { failOver } from './dispatch.ts'
import type { AttemptFailure } from './failure-attribution.ts'
import type { ForwardContext } from './forward-context.ts'

const modelMissing: AttemptFailure = { error: 'does not have the model', isLocal: true }
const routeMissing: AttemptFailure = { error: 'does not have the route', isLocal: true }

/**
 * Makes known what the endpoint lacks, and sends the request elsewhere.
 * @param body - of a response for which `mayLackRoute` holds, as the client would get it.
 * @returns whether the request goes on.
 */
export function leaveLacking(context: ForwardContext, body: Buffer): boolean {
  const { options, lease, request, status, tried } = context
  // What an endpoint says of an object that it should keep tells nothing of the model or the route.
  if (lease === undefined || lease.request.objectId !== undefined) return false
  if (lease.request.model !== undefined && saysModelMissing(body)) {
    options.modelCatalog.reportLack(lease.endpoint, lease.request.model)
    return failOver(context, modelMissing, { isFree: true })
  }
  // An endpoint that is known to lack the route is asked only where all others do as well.
  const isNews =
    saysRouteMissing(status, body) && options.missingRoutes.learn(lease.endpoint, lease.request.path)
  if (!isNews) return false
  // The endpoint may be asked again, for the call that the request can be translated into.
  const isOwnCall = !context.isTranslated && isTranslatable(request.routing)
  if (isOwnCall) tried.pop()
  if (failOver(context, routeMissing, { isFree: true })) return true
  if (isOwnCall) tried.push(lease.endpoint)
  return false
}
