/** What the server knows of models. Fetched anew when the live figures say that it is something else. */
import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { EndpointModelsView, ModelsView } from '../../../src/contract/models/models.ts'
import { summariesQuery, unusableOf } from './models-query.ts'
import { useGateway, usePage } from '../state/page/page.tsx'

/** No change is announced for the time at which lists were read. */
const REREAD_MS = 15_000

const placeholderData = <Data>(before: Data): Data => before

/** The models with a text in their names, by name. */
export function useModels(search: string) {
  const { call } = usePage()
  return useQuery({
    queryKey: ['models', 'found', search],
    queryFn: () => call<ModelsView>('GET', `/models?${new URLSearchParams({ search }).toString()}`),
    placeholderData,
  })
}

/** Part of what is known without the models themselves. */
function useSummaries<Part>(select: (models: ModelsView) => Part): Part | undefined {
  const { call } = usePage()
  const { data } = useQuery({ ...summariesQuery(call), select })
  return data
}

/** What an endpoint serves, in short; undefined before that is known. */
export function useEndpointSummary(id: number): ModelsView['endpoints'][number] | undefined {
  return useSummaries(useCallback(({ endpoints }) => endpoints.find((one) => one.id === id), [id]))
}

const wordsOf = ({ endpoints }: ModelsView): ((id: number) => string) => {
  const words = new Map(
    endpoints.map(({ id, takes_any, served, names }) => [
      id,
      takes_any ? 'any model' : (names[0] ?? '') + (served > 1 ? ` +${served - 1}` : ''),
    ]),
  )
  return (id) => words.get(id) ?? ''
}
const NOTHING_KNOWN = (): string => ''

/** What endpoints serve in a few words, by id; the same function as long as nothing of it has changed. */
export function useModelsOfEndpoints(): (id: number) => string {
  return useSummaries(wordsOf) ?? NOTHING_KNOWN
}

const NO_WIRES: readonly string[] = []

/** The keys of the wires that no request can take; the same list as long as they have not changed. */
export function useUnusableWires(): readonly string[] {
  return useSummaries(unusableOf) ?? NO_WIRES
}

/** What the backend of an endpoint lists. */
export function useEndpointModels(id: number) {
  const { call } = usePage()
  // The panel of an endpoint may outlive it for a moment.
  const enabled = useGateway((state) => state.endpoints.some((endpoint) => endpoint.id === id))
  return useQuery({
    enabled: enabled === true,
    queryKey: ['models', 'endpoint', id],
    queryFn: () => call<EndpointModelsView>('GET', `/endpoints/${id}/models`),
    refetchInterval: REREAD_MS,
  })
}
