// The candidates that a policy allows, in ascending endpoint id, by their number in the list of all candidates.
import { indexOfEndpoint } from '../candidate-set.ts'
import type { LiveWire } from '../../state/endpoint-runtime.ts'

export interface EligibleWires {
  /** All candidates, among them those that are not eligible. */
  readonly wires: readonly LiveWire[]
  has(index: number): boolean
  /** @returns the first from `from` on; the number of all candidates where there is none. */
  next(from: number): number
  /** @returns the number of the candidate of this id; -1 where it is none. */
  indexOf(endpointId: number): number
}

/** Finds them by a walk over the candidates. */
export function eligibleAmong(
  wires: readonly LiveWire[],
  isEligible: (wire: LiveWire) => boolean,
): EligibleWires {
  const has = (index: number): boolean => {
    const wire = wires[index]
    return wire !== undefined && isEligible(wire)
  }
  return {
    wires,
    has,
    next(from) {
      let index = from
      while (index < wires.length && !has(index)) index += 1
      return index
    },
    indexOf: (endpointId) => indexOfEndpoint(wires, endpointId),
  }
}
