// The configuration as operators set it, and its frozen snapshot with the indexes that serving a request needs.
import type { CanvasColor } from '../../contract/objects/canvas-colors.ts'
import type { canvasNoteFields } from '../../contract/objects/canvas-note-fields.ts'
import type { clientTokenFields } from '../../contract/objects/client-token-fields.ts'
import type { endpointFields } from '../../contract/objects/endpoint-fields.ts'
import type { ValuesOf } from '../../contract/objects/field-table.ts'
import type { incomingBlockFields } from '../../contract/objects/incoming-block-fields.ts'
import type { modelAliasFields } from '../../contract/objects/model-alias-fields.ts'
import type { Placement, RoutingMode } from '../../contract/objects/routing-field-schemas.ts'

interface Stored {
  readonly id: number
  /** ISO 8601 in UTC. */
  readonly createdAt: string
  readonly updatedAt: string
}

/** `baseUrl` has no trailing slash; `apiKey` is empty where the backend needs none. */
export interface EndpointConfig extends Stored, ValuesOf<typeof endpointFields> {}

export interface BlockConfig extends Stored, ValuesOf<typeof incomingBlockFields> {}

export interface TokenConfig extends Stored, ValuesOf<typeof clientTokenFields> {
  /** SHA-256 of the token's UTF-8 bytes, lower-case hex. */
  readonly digest: string
  /** The part of the token that may be shown. */
  readonly preview: string
}

export interface AliasConfig extends Stored, ValuesOf<typeof modelAliasFields> {}

/** A note or a frame on the canvas. */
export interface NoteConfig extends Stored, ValuesOf<typeof canvasNoteFields> {}

/** The colour that operators have chosen for a group of the canvas. */
export interface GroupColor {
  readonly name: string
  readonly color: CanvasColor
}

export interface Wire {
  readonly blockId: number
  readonly endpointId: number
}

export interface RoutingSettings {
  readonly routingMode: RoutingMode
  readonly placement: Placement
  readonly priorityInputTokenId: number | null
  readonly incomingPos: { readonly posX: number; readonly posY: number }
  /** Whether a client token was ever stored; once true the proxy stays closed to anonymous clients. */
  readonly tokensEverCreated: boolean
}

/** The contents of the store: lists in ascending id, without deleted objects. */
export interface Configuration {
  readonly endpoints: readonly EndpointConfig[]
  readonly blocks: readonly BlockConfig[]
  readonly tokens: readonly TokenConfig[]
  readonly wires: readonly Wire[]
  readonly aliases: readonly AliasConfig[]
  readonly notes: readonly NoteConfig[]
  /** By name. */
  readonly groupColors: readonly GroupColor[]
  readonly settings: RoutingSettings
}

/** A configuration with its indexes. */
export interface Snapshot extends Configuration {
  readonly endpointById: ReadonlyMap<number, EndpointConfig>
  readonly blockById: ReadonlyMap<number, BlockConfig>
  readonly tokenById: ReadonlyMap<number, TokenConfig>
  readonly tokenByDigest: ReadonlyMap<string, TokenConfig>
  readonly aliasById: ReadonlyMap<number, AliasConfig>
  readonly aliasByName: ReadonlyMap<string, AliasConfig>
  readonly noteById: ReadonlyMap<number, NoteConfig>
  /** Enabled and disabled endpoints wired to a block, ascending id. */
  readonly endpointsByBlock: ReadonlyMap<number, readonly EndpointConfig[]>
  /** Ids of endpoints with at least one wire. */
  readonly connectedEndpointIds: ReadonlySet<number>
  /** Ids of blocks with a token whose requests may be served from the cache. */
  readonly cachedBlockIds: ReadonlySet<number>
  /** The block of anonymous clients and of LB_CLIENT_TOKENS: the one with the lowest id. */
  readonly defaultBlockId: number
}

/** Binary search in a list of ascending ids. @returns the index of the first id that is not below `id`, or the length. */
export function firstFrom(items: readonly { readonly id: number }[], id: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((items[middle]?.id ?? id) < id) low = middle + 1
    else high = middle
  }
  return low
}

/** Finds an object in a list of ascending ids. */
export function findById<T extends { readonly id: number }>(items: readonly T[], id: number): T | undefined {
  const item = items[firstFrom(items, id)]
  return item?.id === id ? item : undefined
}

const byId = <T extends { readonly id: number }>(items: readonly T[]): ReadonlyMap<number, T> =>
  new Map(items.map((item) => [item.id, item]))

function indexWires(configuration: Configuration, endpointById: ReadonlyMap<number, EndpointConfig>) {
  const endpointsByBlock = new Map<number, EndpointConfig[]>(configuration.blocks.map(({ id }) => [id, []]))
  for (const { blockId, endpointId } of configuration.wires) {
    const endpoint = endpointById.get(endpointId)
    if (endpoint) endpointsByBlock.get(blockId)?.push(endpoint)
  }
  for (const endpoints of endpointsByBlock.values()) endpoints.sort((a, b) => a.id - b.id)
  return endpointsByBlock
}

/**
 * Adds the indexes. A list that is the same object as in `previous` keeps its index, so that moving a node on the
 * canvas does not index 100,000 tokens again.
 */
export function indexConfiguration(configuration: Configuration, previous?: Snapshot): Snapshot {
  const ifSame = (...lists: Exclude<keyof Configuration, 'settings'>[]): Snapshot | undefined =>
    lists.every((list) => previous?.[list] === configuration[list]) ? previous : undefined
  const sameTokens = ifSame('tokens')
  const sameAliases = ifSame('aliases')
  const endpointById = ifSame('endpoints')?.endpointById ?? byId(configuration.endpoints)
  return Object.freeze({
    ...configuration,
    endpointById,
    blockById: ifSame('blocks')?.blockById ?? byId(configuration.blocks),
    tokenById: sameTokens?.tokenById ?? byId(configuration.tokens),
    tokenByDigest:
      sameTokens?.tokenByDigest ?? new Map(configuration.tokens.map((token) => [token.digest, token])),
    aliasById: sameAliases?.aliasById ?? byId(configuration.aliases),
    aliasByName:
      sameAliases?.aliasByName ?? new Map(configuration.aliases.map((alias) => [alias.name, alias])),
    noteById: ifSame('notes')?.noteById ?? byId(configuration.notes),
    cachedBlockIds:
      sameTokens?.cachedBlockIds ??
      new Set(configuration.tokens.filter((t) => t.minTrafficPercent > 0).map((t) => t.blockId)),
    endpointsByBlock:
      ifSame('endpoints', 'blocks', 'wires')?.endpointsByBlock ?? indexWires(configuration, endpointById),
    connectedEndpointIds:
      ifSame('wires')?.connectedEndpointIds ?? new Set(configuration.wires.map((wire) => wire.endpointId)),
    defaultBlockId: configuration.blocks[0]?.id ?? 0,
  })
}
