// Remembers for a while the routes that endpoints turned out not to have.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import type { GatewayState } from '../state/gateway-state.ts'
import type { SetTimer } from '../timer.ts'

export interface MissingRoutes {
  /** The endpoint has answered that it has no such route. @returns false where that was known. */
  learn(endpoint: EndpointRuntime, path: string): boolean
  /** The endpoint has the route after all. */
  forget(endpoint: EndpointRuntime, path: string): void
  stop(): void
}

interface MissingRoutesOptions {
  readonly state: GatewayState
  readonly setTimer: SetTimer
  /** Called when requests may go to other endpoints than before. */
  readonly onChange: () => void
}

const KEPT_MS = 300_000
// Clients choose the paths of unknown routes.
const MAX_PER_ENDPOINT = 200

export function createMissingRoutes({ state, setTimer, onChange }: MissingRoutesOptions): MissingRoutes {
  const timers = new Map<EndpointRuntime, Map<string, () => void>>()

  const forget = (endpoint: EndpointRuntime, path: string): void => {
    const known = timers.get(endpoint)
    known?.get(path)?.()
    known?.delete(path)
    if (!endpoint.missingRoutes.delete(path)) return
    state.forgetServed()
    onChange()
  }

  return {
    forget,
    learn(endpoint, path) {
      if (endpoint.missingRoutes.has(path)) return false
      if (endpoint.missingRoutes.size >= MAX_PER_ENDPOINT) return true
      const known = timers.get(endpoint) ?? new Map<string, () => void>()
      timers.set(endpoint, known)
      known.get(path)?.()
      known.set(
        path,
        setTimer(() => forget(endpoint, path), KEPT_MS),
      )
      endpoint.missingRoutes.add(path)
      state.forgetServed()
      onChange()
      return true
    },
    stop() {
      for (const known of timers.values()) for (const cancel of known.values()) cancel()
      timers.clear()
    },
  }
}
