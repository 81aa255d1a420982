/** What the server knows of models. Fetched anew when the live figures say that it is something else. */
import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { EndpointModelsView, ModelsView } from '../../../src/contract/models/models.ts'
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

/** What an endpoint serves, in short; undefined before that is known. All endpoints share one request. */
export function useEndpointSummary(id: number): ModelsView['endpoints'][number] | undefined {
  const { call } = usePage()
  const { data } = useQuery({
    queryKey: ['models', 'endpoints'],
    queryFn: () => call<ModelsView>('GET', '/models?limit=0'),
    select: useCallback(({ endpoints }: ModelsView) => endpoints.find((one) => one.id === id), [id]),
  })
  return data
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
