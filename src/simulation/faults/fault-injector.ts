// Holds the current fault and decides which requests it affects.
import type { Fault, RequestFault } from './fault.ts'
import type { Random } from '../random.ts'

export interface FaultInjector {
  current(): Fault | null
  set(fault: Fault | null): void
  /** Returns the fault that affects this request and decrements its count. */
  draw(path: string, body: Buffer): RequestFault | undefined
}

const requestsStream = (body: Buffer): boolean => /"stream"\s*:\s*true/.test(body.toString())

/** @param random - drawn from only for faults with a probability below 1. */
export function createFaultInjector(random: Random): FaultInjector {
  let current: Fault | null = null

  const hits = (fault: RequestFault, path: string, body: Buffer): boolean =>
    path.startsWith(fault.pathPrefix) &&
    (fault.kind !== 'no-done' || requestsStream(body)) &&
    (fault.probability === 1 || random() < fault.probability)

  return {
    current: () => current,
    set(fault) {
      current = fault
    },
    draw(path, body) {
      if (current === null || current.kind === 'refuse' || !hits(current, path, body)) return undefined
      const fault = current
      if (fault.count !== null) current = fault.count === 1 ? null : { ...fault, count: fault.count - 1 }
      return fault
    },
  }
}
