// When an endpoint last served whom: enough to tell whether others than the clients or models that fail are served.
import type { RoutingRequest } from '../routing/routing-request.ts'
import { clientOf, modelOf, type ClientKey, type Scope } from './scope.ts'

/** The last success, and the last of any other key than its own. On the core's clock; -Infinity for never. */
interface LastByKey<Key> {
  key: Key | undefined
  atMs: number
  otherAtMs: number
}

export interface RecentSuccess {
  readonly byClient: LastByKey<ClientKey>
  readonly byModel: LastByKey<string>
}

const never = <Key>(): LastByKey<Key> => ({ key: undefined, atMs: -Infinity, otherAtMs: -Infinity })

export const createRecentSuccess = (): RecentSuccess => ({ byClient: never(), byModel: never() })

function note<Key>(last: LastByKey<Key>, key: Key, nowMs: number): void {
  if (last.key !== key) {
    last.otherAtMs = last.atMs
    last.key = key
  }
  last.atMs = nowMs
}

export function noteSuccess(
  { byClient, byModel }: RecentSuccess,
  request: RoutingRequest,
  nowMs: number,
): void {
  note(byClient, clientOf(request), nowMs)
  note(byModel, modelOf(request), nowMs)
}

const otherThan = <Key>(last: LastByKey<Key>, key: Key): number =>
  last.key === key ? last.otherAtMs : last.atMs

/** When a request succeeded last, whoever sent it. */
export const lastSuccessMs = ({ byClient }: RecentSuccess): number => byClient.atMs

/** When a request outside the scope succeeded last: one of another client, or for another model. */
export const lastSuccessOutsideMs = (
  { byClient, byModel }: RecentSuccess,
  { client, model }: Scope,
): number =>
  Math.max(
    client === undefined ? -Infinity : otherThan(byClient, client),
    model === undefined ? -Infinity : otherThan(byModel, model),
  )
