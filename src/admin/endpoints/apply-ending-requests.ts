// Disables or deletes an endpoint, and ends its requests in flight where the operator chose so. That is audited beside it.
import { gatewayError } from '../../core/gateway-error.ts'
import type { EndpointPatch, InFlight } from '../../contract/endpoint.ts'
import type { Author, Change, Touched } from '../changes/apply-change.ts'
import type { AdminContext } from '../http/admin-context.ts'

/** Throws LB_ERR_VALIDATION where requests are to be ended at an endpoint that goes on taking them. */
export function checkInFlight(inFlight: InFlight, body: EndpointPatch): void {
  if (inFlight === 'finish' || body.enabled === false) return
  const detail = 'Ends requests only together with "enabled": false.'
  throw gatewayError('LB_ERR_VALIDATION', 'Not acceptable: /in_flight.', {
    errors: [{ pointer: '/in_flight', detail }],
  })
}

/** @param change - after which the endpoint takes no requests. */
export async function applyEndingRequests<View>(
  { applyBatch, applyChange, endInFlight }: Pick<AdminContext, 'applyBatch' | 'applyChange' | 'endInFlight'>,
  author: Author,
  change: Change<number, View>,
  inFlight: InFlight,
): Promise<View> {
  if (inFlight === 'finish') return applyChange(author, change)
  const { objectType, verb, checkVersion } = change
  return applyBatch(author, {
    ...(checkVersion ? { checkVersion } : {}),
    work: (tx, current) => change.work(tx, current),
    touched: (id): Touched[] => [
      { objectType, verb, id, describe: (configuration) => change.describe(configuration, id) },
      { objectType, verb: 'end_requests', id, describe: () => null },
    ],
    response(snapshot, id) {
      endInFlight(id)
      return change.response(snapshot, id)
    },
  })
}
