/** What the operator has chosen to fold. The browser keeps it. */

/** From this many cards of a kind on, they are folded unless the operator says otherwise. */
export const MAX_UNFOLDED = 40

const tokenFolds = ['auto', 'folded', 'shown'] as const
const endpointFolds = ['auto', 'group', 'model', 'prefix', 'none'] as const

export interface FoldSettings {
  readonly tokens: (typeof tokenFolds)[number]
  /** What endpoints are grouped by. */
  readonly endpoints: (typeof endpointFolds)[number]
  /** Keys of the blocks and groups that are unfolded. */
  readonly open: readonly string[]
}

export const AUTOMATIC: FoldSettings = { tokens: 'auto', endpoints: 'auto', open: [] }

const oneOf = <Value extends string>(values: readonly Value[], value: unknown): Value | undefined =>
  values.find((one) => one === value)

/** @param stored - can be anything. */
export function parseFoldSettings(stored: unknown): FoldSettings {
  if (typeof stored !== 'object' || stored === null) return AUTOMATIC
  const { tokens, endpoints, open } = stored as Partial<Record<keyof FoldSettings, unknown>>
  return {
    tokens: oneOf(tokenFolds, tokens) ?? AUTOMATIC.tokens,
    endpoints: oneOf(endpointFolds, endpoints) ?? AUTOMATIC.endpoints,
    open: Array.isArray(open) ? open.filter((key): key is string => typeof key === 'string') : [],
  }
}

interface Group {
  readonly key: string
  readonly ids: readonly number[]
}

/** @returns the keys of groups that have a new name, whoever has given it: with the same endpoints, in place of one that is open. */
export function renamedOpen(
  { open }: FoldSettings,
  before: readonly Group[],
  after: readonly Group[],
): readonly string[] {
  const keysOf = (groups: readonly Group[]) => new Set(groups.map(({ key }) => key))
  const [old, now] = [keysOf(before), keysOf(after)]
  const gone = before.filter(({ key }) => open.includes(key) && !now.has(key)).map(({ ids }) => ids.join())
  return after.filter(({ key, ids }) => !old.has(key) && gone.includes(ids.join())).map(({ key }) => key)
}

/** @param keys - of blocks and groups. */
export const setOpen = (settings: FoldSettings, keys: readonly string[], open: boolean): FoldSettings => ({
  ...settings,
  open: [...settings.open.filter((key) => !keys.includes(key)), ...(open ? keys : [])],
})
