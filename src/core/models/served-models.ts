// What an endpoint serves: the models that its backend lists, as the endpoint's field `models` narrows or replaces them, and
// those that its field `model_map` gives further names.
import { createNamePattern } from './name-pattern.ts'

/** A model as the backend describes it. */
export interface Model {
  readonly id: string
  readonly [member: string]: unknown
}

export type ModelList = readonly Model[]

export interface ServedModels {
  /** Whether requests for any model may go to the endpoint. */
  readonly takesAny: boolean
  /** Whether it may take models that are not in `models`. */
  readonly takesUnlisted: boolean
  takes(model: string): boolean
  /** The name that the backend knows the model by. */
  upstreamName(model: string): string
  /** The models that are known by name, in the order of the backend's list; those that only the field names come last. */
  readonly models: ReadonlyMap<string, Model>
}

interface ServedModelsOptions {
  /** The field: names replace the backend's list, patterns narrow it, `*` alone takes any model, none leaves it as it is. */
  readonly configured: readonly string[]
  /** Further names, which are served always, each with the backend's own. */
  readonly mapped: Readonly<Record<string, string>>
  /** The backend's list; undefined where it is not known. An empty list says as little. */
  readonly list: ModelList | undefined
  /** Whether an endpoint takes any model while nothing is known of it. */
  readonly takesUnknown: boolean
}

/** What OpenAI's clients expect in the card of a model that no backend describes. */
export const UNLISTED = { object: 'model', created: 0, owned_by: 'unknown' }

/** The tag with which Ollama lists a model that may be asked for without one. */
const LATEST = ':latest'

export const latest = (model: string): string => model + LATEST

/** @returns the name without the tag; undefined where it has another tag, or none. */
export const withoutLatest = (model: string): string | undefined =>
  model.endsWith(LATEST) ? model.slice(0, -LATEST.length) : undefined

/** Whether a model may be asked for by the name: its own, or that without the tag. */
export const isNamed = (name: string, model: string): boolean => model === name || model === latest(name)

const isPattern = (entry: string): boolean => entry.includes('*')

/** The same function for all endpoints without further names. */
const ownName = (model: string): string => model

export function createServedModels(options: ServedModelsOptions): ServedModels {
  const { configured, mapped, list, takesUnknown } = options
  const upstreamNames = new Map(Object.entries(mapped))
  const listed = list?.length ? list : undefined
  const matches = configured.filter(isPattern).map(createNamePattern)
  const isMatch = (model: string): boolean => matches.some((matchesName) => matchesName(model))
  const hasFilter = configured.length > 0
  const models = new Map(
    listed
      ?.filter(({ id }) => !hasFilter || isMatch(id) || configured.includes(id))
      .map((model) => [model.id, model]),
  )
  for (const id of configured) if (!isPattern(id) && !models.has(id)) models.set(id, { id, ...UNLISTED })
  for (const [id, upstreamName] of upstreamNames) {
    const card = listed?.find((model) => model.id === upstreamName)
    models.set(id, { ...UNLISTED, ...card, id })
  }
  const takesAny = hasFilter ? configured.includes('*') : !listed && takesUnknown
  const takesMatches = !listed && matches.length > 0
  return {
    takesAny,
    takesUnlisted: takesAny || takesMatches,
    upstreamName: upstreamNames.size === 0 ? ownName : (model) => upstreamNames.get(model) ?? model,
    takes: (model) =>
      takesAny || models.has(model) || models.has(latest(model)) || (takesMatches && isMatch(model)),
    models,
  }
}
