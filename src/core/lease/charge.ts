// What one request is charged: an estimate at first, then corrections.
import { chargePass } from '../routing/policies/quota-share.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'

export interface Charge {
  /** Charged so far. */
  tokens(): number
  /** Charges what is missing to `tokens`, or refunds what is above. */
  upTo(tokens: number): void
}

/**
 * Nothing is charged at an endpoint that shares anew since.
 * @param onCharge - told of each change in tokens, which may be negative.
 */
export function createCharge(endpoint: EndpointRuntime, onCharge: (tokens: number) => void): Charge {
  const { epoch } = endpoint
  let charged = 0
  return {
    tokens: () => charged,
    upTo(tokens) {
      if (endpoint.epoch === epoch) chargePass(endpoint, tokens - charged)
      onCharge(tokens - charged)
      charged = tokens
    },
  }
}
