// What an engine is like from outside, as far as it differs from others.
import { apiError, type ApiError } from '../formats/api-error.ts'
import type { Settings } from '../settings.ts'
import type { EngineFigures } from './metrics-text.ts'

/** A GET route: the state of the engine, its metrics, or JSON. */
type Page = 'health' | 'metrics' | ((settings: Settings) => object)

export interface Kind {
  /** Settings that differ from vLLM's unless they are given. */
  readonly habits: Partial<Settings>
  /** The formats of its POST routes, by path. */
  readonly calls: ReadonlyMap<string, string>
  readonly pages: Readonly<Record<string, Page>>
  /** The text of its page of metrics. */
  metrics(figures: EngineFigures, settings: Settings): string
  /** Whether it serves one model, whatever a request names. */
  readonly ignoresModel: boolean
  /** Whether responses can be asked for again by their ids. */
  readonly keepsResponses: boolean
  /** Whether the header `x-compute-tokens` has the tokens of a request. */
  readonly countsInHeader: boolean
  /** @param param - the request field at fault. */
  error(path: string, status: number, message: string, param?: string | null): ApiError
  missingModel(path: string, model: string): string
  /** The response under a path that it does not have. */
  missingRoute(path: string): ApiError
}

/** Paths that have formats of their own. */
export const callsOf = (paths: readonly string[]): ReadonlyMap<string, string> =>
  new Map(paths.map((path) => [path, path]))

export const createdNow = (): number => Math.floor(Date.now() / 1000)

/** The list of models in OpenAI's form. @param members - further ones of each card. */
export const modelList =
  (ownedBy: string, members: (id: string) => object) =>
  ({ models }: Settings): object => ({
    object: 'list',
    data: models.map((id) => ({
      id,
      object: 'model',
      created: createdNow(),
      owned_by: ownedBy,
      ...members(id),
    })),
  })

export const base = {
  habits: {},
  ignoresModel: false,
  keepsResponses: false,
  countsInHeader: false,
  metrics: () => '',
  error: apiError,
  missingModel: (_path: string, model: string) => `The model \`${model}\` does not exist.`,
  missingRoute: (path: string) => apiError(path, 404, 'Not Found'),
} satisfies Partial<Kind>
