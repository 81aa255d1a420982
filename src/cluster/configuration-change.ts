// The difference of two configurations, by which workers follow the primary's: only rows that have changed travel, and
// nothing that only the canvas shows.
import type {
  AliasConfig,
  BlockConfig,
  Configuration,
  EndpointConfig,
  RoutingSettings,
  TokenConfig,
  Wire,
} from '../core/state/configuration.ts'

interface RowChange<Row> {
  /** New and changed rows, ascending id. */
  readonly rows: readonly Row[]
  readonly removed: readonly number[]
}

export interface ConfigurationChange {
  readonly endpoints?: RowChange<EndpointConfig>
  readonly blocks?: RowChange<BlockConfig>
  readonly tokens?: RowChange<TokenConfig>
  readonly aliases?: RowChange<AliasConfig>
  readonly wires?: readonly Wire[]
  readonly settings?: RoutingSettings
}

interface Identified {
  readonly id: number
}

const rowLists = ['endpoints', 'blocks', 'tokens', 'aliases'] as const

/** Rows that have not changed are the same objects in both lists; both are in ascending id. */
function diffRows<Row extends Identified>(before: readonly Row[], after: readonly Row[]): RowChange<Row> {
  const rows: Row[] = []
  const removed: number[] = []
  let at = 0
  for (const row of after) {
    for (let old = before[at]; old !== undefined && old.id < row.id; old = before[at]) {
      removed.push(old.id)
      at += 1
    }
    const old = before[at]
    if (old?.id === row.id) at += 1
    if (old !== row) rows.push(row)
  }
  for (const { id } of before.slice(at)) removed.push(id)
  return { rows, removed }
}

/** @param before - undefined for a reader that has nothing. */
export function diffConfiguration(
  before: Configuration | undefined,
  after: Configuration,
): ConfigurationChange {
  const changes = rowLists.flatMap((name) =>
    before?.[name] === after[name]
      ? []
      : [[name, diffRows<Identified>(before?.[name] ?? [], after[name])] as const],
  )
  return {
    ...(Object.fromEntries(changes) as ConfigurationChange),
    ...(before?.wires === after.wires ? {} : { wires: after.wires }),
    ...(before?.settings === after.settings ? {} : { settings: after.settings }),
  }
}

function applyRows<Row extends Identified>(
  before: readonly Row[],
  change: RowChange<Row> | undefined,
): readonly Row[] {
  if (change === undefined) return before
  const replaced = new Set([...change.removed, ...change.rows.map(({ id }) => id)])
  const kept = before.filter(({ id }) => !replaced.has(id))
  return [...kept, ...change.rows].sort((a, b) => a.id - b.id)
}

/** A list without changes stays the same object, so that its indexes are kept. */
export const applyConfigurationChange = (
  before: Configuration,
  change: ConfigurationChange,
): Configuration => ({
  endpoints: applyRows(before.endpoints, change.endpoints),
  blocks: applyRows(before.blocks, change.blocks),
  tokens: applyRows(before.tokens, change.tokens),
  aliases: applyRows(before.aliases, change.aliases),
  notes: before.notes,
  groupColors: before.groupColors,
  wires: change.wires ?? before.wires,
  settings: change.settings ?? before.settings,
})

/** @returns the change in parts of at most `most` rows, so that no message is long to encode; at least one part. */
export function* splitChange(change: ConfigurationChange, most: number): Generator<ConfigurationChange> {
  let part: ConfigurationChange = {
    ...(change.wires === undefined ? {} : { wires: change.wires }),
    ...(change.settings === undefined ? {} : { settings: change.settings }),
  }
  for (const name of rowLists) {
    const { rows = [], removed = [] } = (change[name] as RowChange<Identified> | undefined) ?? {}
    if (change[name] === undefined) continue
    part = { ...part, [name]: { rows: rows.slice(0, most), removed } }
    for (let start = most; start < rows.length; start += most) {
      yield part
      part = { [name]: { rows: rows.slice(start, start + most), removed: [] } }
    }
  }
  yield part
}

export const emptyConfiguration = (settings: RoutingSettings): Configuration => ({
  endpoints: [],
  blocks: [],
  tokens: [],
  aliases: [],
  notes: [],
  groupColors: [],
  wires: [],
  settings,
})
