// When an endpoint last served whom: enough to tell whether others than the clients or models that fail are served.
import type { RoutingRequest } from '../routing/routing-request.ts'
import { clientOf, modelOf, type ClientKey, type Scope } from './scope.ts'

/** On the core's clock; -Infinity for never. */
export interface RecentSuccess {
  /** The last success of all, which was of `client` and for `model`. */
  atMs: number
  client: ClientKey | undefined
  /** The last of any other client. */
  otherClientMs: number
  model: string | undefined
  /** The last for any other model. */
  otherModelMs: number
}

export const createRecentSuccess = (): RecentSuccess => ({
  atMs: -Infinity,
  client: undefined,
  otherClientMs: -Infinity,
  model: undefined,
  otherModelMs: -Infinity,
})

export function noteSuccess(last: RecentSuccess, request: RoutingRequest, nowMs: number): void {
  const client = clientOf(request)
  const model = modelOf(request)
  if (last.client !== client) {
    last.otherClientMs = last.atMs
    last.client = client
  }
  if (last.model !== model) {
    last.otherModelMs = last.atMs
    last.model = model
  }
  last.atMs = nowMs
}

/** When a request succeeded last, whoever sent it. */
export const lastSuccessMs = ({ atMs }: RecentSuccess): number => atMs

/** When a request outside the scope succeeded last: one of another client, or for another model. */
export const lastSuccessOutsideMs = (last: RecentSuccess, { client, model }: Scope): number =>
  Math.max(
    client === undefined ? -Infinity : last.client === client ? last.otherClientMs : last.atMs,
    model === undefined ? -Infinity : last.model === model ? last.otherModelMs : last.atMs,
  )
