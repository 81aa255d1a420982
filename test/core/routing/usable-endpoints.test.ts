// Which endpoints a client may reach, compared with a search among all names.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allowsModel, isRestricted } from '../../../src/core/models/model-access.ts'
import { createServedModels } from '../../../src/core/models/served-models.ts'
import { usableEndpoints } from '../../../src/core/routing/usable-endpoints.ts'
import { aliasConfig, endpointConfig } from '../../support/gateway/gateway-fixture.ts'

const name = fc.stringMatching(/^[ab]{1,3}$/)
const entry = fc.oneof(name, fc.stringMatching(/^[ab*]{1,3}$/))
const lists = fc.array(entry, { maxLength: 2 })
const endpoint = fc.record({
  configured: lists,
  mapped: fc.dictionary(name, name, { maxKeys: 1 }),
  list: fc.option(
    fc.array(
      name.map((id) => ({ id })),
      { maxLength: 2 },
    ),
    { nil: undefined },
  ),
  takesUnknown: fc.boolean(),
})
const target = fc.record({ model: name, endpoint_id: fc.option(fc.constantFrom(1, 2)) })
const alias = fc.record({ name, targets: fc.array(target, { minLength: 1, maxLength: 2 }) })

const NAMES = ['', 'a', 'b'].flatMap((x) =>
  ['', 'a', 'b'].flatMap((y) => ['a', 'b', 'a:latest', 'b:latest'].map((z) => x + y + z)),
)

it('an endpoint is usable where it takes the model by its name without the tag latest, or with it', () => {
  for (const [allowed, known] of [
    ['a', 'a:latest'],
    ['a:latest', 'a'],
  ] as const) {
    const served = createServedModels({
      configured: [known, 'b*'],
      mapped: {},
      list: undefined,
      takesUnknown: false,
    })
    const endpoints = [{ config: endpointConfig(1), served }]
    const access = { block: undefined, token: { allowedModels: [allowed] } }
    expect([...usableEndpoints(access, endpoints, { models: [], aliases: [] })]).toEqual([1])
  }
})

it('the endpoints that a client may use are those that serve a model or an alias that it may name', () => {
  fc.assert(
    fc.property(
      lists,
      fc.option(lists),
      fc.array(endpoint, { maxLength: 3 }),
      fc.uniqueArray(alias, { maxLength: 2, selector: (one) => one.name }),
      (block, token, drawn, drawnAliases) => {
        const access = { block: { allowedModels: block }, token: token && { allowedModels: token } }
        const endpoints = drawn.map((options, at) => ({
          config: endpointConfig(at + 1),
          served: createServedModels(options),
        }))
        const aliases = drawnAliases.map((one, at) => aliasConfig(at + 1, one))
        const models = endpoints.flatMap(({ config, served }) =>
          [...served.models.values()].map((model) => ({ model, endpointIds: [config.id] })),
        )
        const usable = usableEndpoints(access, endpoints, { models, aliases })
        const hasPattern = [...block, ...(token ?? [])].some((one) => one.includes('*'))
        for (const { config, served } of endpoints) {
          const takes = (asked: string): boolean => {
            const named = aliases.find((one) => one.name === asked)
            if (named === undefined) return served.takes(asked)
            return named.targets.some(
              ({ model, endpoint_id: id }) => (id === null || id === config.id) && served.takes(model),
            )
          }
          const isReached =
            !isRestricted(access) || NAMES.some((asked) => allowsModel(access, asked) && takes(asked))
          if (isReached) expect(usable.has(config.id)).toBe(true)
          // Where all names are known that matter, nothing is taken for more than it is.
          else if (!served.takesUnlisted || !hasPattern) expect(usable.has(config.id)).toBe(false)
        }
      },
    ),
  )
})
