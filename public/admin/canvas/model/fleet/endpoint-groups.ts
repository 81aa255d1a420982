/** Groups of endpoints: by the field `group`, by what they serve, or by the beginning of their names. */
import type { CanvasColor } from '../../../../../src/contract/objects/canvas-colors.ts'
import type { StateView } from '../../../../../src/contract/gateway.ts'
import { MAX_UNFOLDED, type FoldSettings } from './fold-settings.ts'

export interface EndpointGroup {
  /** The id of its card. */
  readonly key: string
  readonly name: string
  /** Whether the operator has named it. */
  readonly byHand: boolean
  /** Of its endpoints, ascending. */
  readonly ids: readonly number[]
}

type Endpoint = Pick<StateView['endpoints'][number], 'id' | 'name' | 'group'>
/** The models of an endpoint in a few words, by its id; empty where they are not known. */
export type ModelsOfEndpoint = (id: number) => string

/** @example 'gpu-a' of 'gpu-a-007'; 'openai' of 'openai-eu-west' */
export function prefixOf(name: string): string {
  const numberless = withoutEnd(name, '0123456789')
  const stem = withoutEnd(numberless, '-_. ')
  if (numberless !== name && stem !== '') return stem
  return /^[^-_. ]+/.exec(name)?.[0] ?? name
}

/** The text without the characters at its end that are among the given ones. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length
  while (end > 0 && characters.includes(text[end - 1] ?? ' ')) end -= 1
  return text.slice(0, end)
}

function collect(
  endpoints: readonly Endpoint[],
  by: string,
  nameOf: (endpoint: Endpoint) => string,
): EndpointGroup[] {
  const members = new Map<string, number[]>()
  for (const endpoint of endpoints) {
    const name = nameOf(endpoint)
    members.set(name, [...(members.get(name) ?? []), endpoint.id])
  }
  return [...members]
    .map(([name, ids]) => ({
      key: `group-${by}-${name}`,
      name,
      byHand: by === 'group',
      ids: ids.sort((left, right) => left - right),
    }))
    .sort((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }))
}

/** An endpoint that is alone in its automatic group stays a single card. */
const ofSeveral = (groups: readonly EndpointGroup[]): EndpointGroup[] =>
  groups.filter(({ ids }) => ids.length > 1)

/** Groups say something where there are several, and fewer than endpoints. */
const isTelling = (groups: readonly EndpointGroup[], all: number): boolean =>
  groups.length > 1 && groups.length <= all / 2

/** @returns the groups by name; an endpoint that is in none of them is shown as a single card. */
export function groupEndpoints(
  endpoints: readonly Endpoint[],
  by: FoldSettings['endpoints'],
  modelsOf: ModelsOfEndpoint,
): readonly EndpointGroup[] {
  if (by === 'none') return []
  const named = endpoints.filter(({ group }) => group !== '')
  const byHand = collect(named, 'group', ({ group }) => group)
  const rest = endpoints.filter(({ group }) => group === '')
  const byPrefix = () => ofSeveral(collect(rest, 'prefix', ({ name }) => prefixOf(name)))
  const byModel = () => ofSeveral(collect(rest, 'model', ({ id }) => modelsOf(id) || 'models not known'))
  if (by === 'group') return byHand
  if (by === 'prefix') return [...byHand, ...byPrefix()]
  if (by === 'model') return [...byHand, ...byModel()]
  if (rest.length <= MAX_UNFOLDED) return byHand
  // Names are known at once, models a moment later: groups by name do not change while the page opens.
  const prefixes = byPrefix()
  const models = isTelling(prefixes, rest.length) ? [] : byModel()
  return [...byHand, ...(isTelling(models, rest.length) ? models : prefixes)]
}

const hues: readonly [CanvasColor, ...CanvasColor[]] = ['teal', 'pink', 'olive', 'brown', 'blue', 'gray']

/** @returns the colour of a group for which none is chosen: the same for the same name, everywhere. */
export function hueOf(name: string): CanvasColor {
  let hash = 7
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 9973
  return hues[hash % hues.length] ?? hues[0]
}
