// What endpoints take, as it changes with their backends and with their configuration.
import type { Clock } from '../clock.ts'
import type { EndpointConfig } from '../state/configuration.ts'
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { createLackedModels } from './lacked-models.ts'
import { createServedModels, type ModelList } from './served-models.ts'

/** The part of an endpoint's state that says what it takes. */
type Models = Pick<EndpointRuntime, 'list' | 'served' | 'lacked'>

export interface EndpointModels {
  /** Of an endpoint whose backend has not been asked yet. */
  create(config: EndpointConfig): Models
  /** To be called before the endpoint's configuration is replaced. */
  configure(endpoint: EndpointRuntime, config: EndpointConfig): void
  /** @param list - what the backend lists; undefined where that is not known any more. */
  setModelList(endpoint: EndpointRuntime, list: ModelList | undefined): void
  /** Sends the endpoint no request for the model for a while. */
  addLackedModel(endpoint: EndpointRuntime, model: string): void
  /** Ends what `addLackedModel` began, where its time is over. @returns whether models are left. */
  expireLackedModels(): boolean
}

interface EndpointModelsOptions {
  readonly clock: Clock
  /** Whether an endpoint takes any model while nothing is known of its models. */
  readonly takesUnknown: boolean
  /** Called when endpoints take other models than before, but not by `configure`. */
  readonly onChange: () => void
}

export function createEndpointModels({
  clock,
  takesUnknown,
  onChange,
}: EndpointModelsOptions): EndpointModels {
  /** Endpoints with models that they lack; others may be among them. */
  const lacking = new Set<EndpointRuntime>()
  const servedBy = ({ models, modelMap }: EndpointConfig, list: ModelList | undefined) =>
    createServedModels({ configured: models, mapped: modelMap, list, takesUnknown })

  return {
    create: (config) => ({
      list: undefined,
      served: servedBy(config, undefined),
      lacked: createLackedModels(clock),
    }),
    configure(endpoint, next) {
      const { models, modelMap, baseUrl } = endpoint.config
      const isOther = models !== next.models || modelMap !== next.modelMap
      if (isOther) endpoint.served = servedBy(next, endpoint.list)
      if (isOther || baseUrl !== next.baseUrl) endpoint.lacked.clear()
    },
    setModelList(endpoint, list) {
      endpoint.list = list
      endpoint.served = servedBy(endpoint.config, list)
      endpoint.lacked.clear()
      onChange()
    },
    addLackedModel(endpoint, model) {
      endpoint.lacked.add(model)
      lacking.add(endpoint)
      onChange()
    },
    expireLackedModels() {
      let hasChanged = false
      for (const endpoint of lacking) {
        hasChanged = endpoint.lacked.expire() || hasChanged
        if (endpoint.lacked.size() === 0) lacking.delete(endpoint)
      }
      if (hasChanged) onChange()
      return lacking.size > 0
    },
  }
}
