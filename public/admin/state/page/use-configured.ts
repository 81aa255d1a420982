/** An object of the configuration for its card, which moves or counts without being rendered again. */
import { useMemo, useSyncExternalStore } from 'react'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { GatewayStore } from '../live/gateway-store.ts'
import type { NodeKind } from '../node-ref.ts'
import { usePage } from './page.tsx'

type Lists = Pick<StateView, 'endpoints' | 'incoming_blocks' | 'client_tokens'>

const listNames = {
  endpoint: 'endpoints',
  block: 'incoming_blocks',
  token: 'client_tokens',
} as const satisfies Record<NodeKind, keyof Lists>

type Configured<Kind extends NodeKind> = Lists[(typeof listNames)[Kind]][number]

/** An etag depends on all that is configured but positions; whether an endpoint is wired is not its own. */
const isSameVersion = <Kind extends NodeKind>(left: Configured<Kind>, right: Configured<Kind>): boolean =>
  left.etag === right.etag &&
  ('connected' in left && left.connected) === ('connected' in right && right.connected)

/** @returns reads the object: the same one until another version of it is configured. */
function createReader<Kind extends NodeKind>(gateway: GatewayStore, kind: Kind, id: number) {
  let known: Configured<Kind> | undefined
  return () => {
    const all: readonly Configured<Kind>[] = gateway.getState().state?.[listNames[kind]] ?? []
    const now = all.find((one) => one.id === id)
    if (known === undefined || now === undefined || !isSameVersion<Kind>(known, now)) known = now
    return known
  }
}

/** Its position and its figures may be old. */
export function useConfigured<Kind extends NodeKind>(kind: Kind, id: number): Configured<Kind> | undefined {
  const { gateway } = usePage()
  const read = useMemo(() => createReader(gateway, kind, id), [gateway, kind, id])
  return useSyncExternalStore(gateway.subscribe, read)
}
