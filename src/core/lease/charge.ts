// What one request is charged: an estimate at first, then corrections.
import { chargePass } from '../routing/policies/quota-share.ts'
import type { RoutingRequest } from '../routing/routing-request.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'

/** @param tokens - an estimate at first, then corrections, which may be negative. */
export type OnCharge = (request: RoutingRequest, tokens: number) => void

export interface Charge {
  /** Charged so far. */
  tokens(): number
  /** Charges what is missing to `tokens`, or refunds what is above. */
  upTo(tokens: number): void
}

/** Once the shares of the endpoint have begun anew, the pass of the endpoint is charged nothing more. */
export function createCharge(endpoint: EndpointRuntime, request: RoutingRequest, onCharge: OnCharge): Charge {
  const { epoch } = endpoint
  let charged = 0
  return {
    tokens: () => charged,
    upTo(tokens) {
      if (endpoint.epoch === epoch) chargePass(endpoint, tokens - charged)
      onCharge(request, tokens - charged)
      charged = tokens
    },
  }
}

/**
 * Lengths are heavy-tailed: a response of this length is expected to become about twice as long.
 * @returns what is charged now.
 */
export function chargeProgress(charge: Charge, deltas: number, maxTokens = Infinity): number {
  if (deltas > charge.tokens()) charge.upTo(Math.min(2 * deltas, maxTokens))
  return charge.tokens()
}
