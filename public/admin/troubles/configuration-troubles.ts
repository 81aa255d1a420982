/** What is wrong with the configuration itself: addresses, wires and preferences that lead nowhere. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { isBaseUrl } from '../../../src/contract/objects/endpoint-field-schemas.ts'
import { parseWireKey, wireKey, wireOf } from '../state/node-ref.ts'
import type { Trouble } from './trouble.ts'

/** Also where what was wrong has been removed. */
const WHEN_OVER = 'is in order'

const addressTroubles = ({ endpoints }: Pick<StateView, 'endpoints'>): Trouble[] =>
  endpoints
    .filter(({ base_url }) => !isBaseUrl(base_url))
    .map(({ id, name, base_url }) => ({
      id: `address/endpoint-${id}`,
      severity: 'warn',
      subject: name,
      words: `cannot be enabled: its base URL “${base_url}” is no http or https address`,
      whenOver: WHEN_OVER,
      forMs: undefined,
      hits: [],
      target: { kind: 'endpoint', id },
      actions: ['open'],
    }))

interface Names {
  readonly endpoint: ReadonlyMap<number, string>
  readonly block: ReadonlyMap<number, string>
}

const wireTroubles = (keys: readonly string[], names: Names): Trouble[] =>
  keys.flatMap((key): Trouble[] => {
    const wire = parseWireKey(key)
    if (wire === undefined) return []
    const [block, endpoint] = [names.block.get(wire.blockId), names.endpoint.get(wire.endpointId)]
    // The list of such wires is read apart from the state, and may be older.
    if (block === undefined || endpoint === undefined) return []
    return [
      {
        id: `wire/${key}`,
        severity: 'warn',
        subject: `${block} → ${endpoint}`,
        words: 'takes no request: its clients may name no model that is served there',
        whenOver: WHEN_OVER,
        forMs: undefined,
        hits: [block],
        target: { kind: 'endpoint', id: wire.endpointId },
        wire,
        actions: ['remove-wire', 'open'],
      },
    ]
  })

/** Requests of such a client token are refused. */
function preferenceTroubles({ client_tokens, endpoints, wires }: State, names: Names): Trouble[] {
  const preferring = client_tokens.filter(({ preferred_endpoint_id: id }) => id !== null)
  if (preferring.length === 0) return []
  const wired = new Set(wires.map((wire) => wireKey(wireOf(wire))))
  const enabled = new Set(endpoints.filter((one) => one.enabled).map(({ id }) => id))
  return preferring.flatMap(({ id, name, incoming_block_id: blockId, preferred_endpoint_id }): Trouble[] => {
    const endpointId = preferred_endpoint_id ?? 0
    const isWired = wired.has(wireKey({ blockId, endpointId }))
    if (isWired && enabled.has(endpointId)) return []
    const endpoint = names.endpoint.get(endpointId) ?? `#${endpointId}`
    const why = isWired ? 'which is disabled' : `which ${names.block.get(blockId)} is not wired to`
    return [
      {
        id: `preference/token-${id}`,
        severity: 'bad',
        subject: name,
        words: `prefers ${endpoint}, ${why}: its requests are refused`,
        whenOver: WHEN_OVER,
        forMs: undefined,
        hits: [],
        target: { kind: 'token', id },
        actions: ['open'],
      },
    ]
  })
}

type State = Pick<StateView, 'endpoints' | 'incoming_blocks' | 'client_tokens' | 'wires'>

const namesOf = (objects: readonly { readonly id: number; readonly name: string }[]) =>
  new Map(objects.map(({ id, name }) => [id, name]))

function findTroubles(state: State, unusableWires: readonly string[]): Trouble[] {
  const names = { endpoint: namesOf(state.endpoints), block: namesOf(state.incoming_blocks) }
  return [
    ...preferenceTroubles(state, names),
    ...addressTroubles(state),
    ...wireTroubles(unusableWires, names),
  ]
}

// They are asked for with every figure, and are the same until the configuration changes.
const known = new WeakMap<State, { readonly unusable: string; readonly troubles: Trouble[] }>()

/** @param unusableWires - keys of wires that no request can take. */
export function configurationTroubles(state: State, unusableWires: readonly string[]): Trouble[] {
  const unusable = unusableWires.join()
  const before = known.get(state)
  if (before?.unusable === unusable) return before.troubles
  const troubles = findTroubles(state, unusableWires)
  known.set(state, { unusable, troubles })
  return troubles
}
