// What a client is told where no endpoint serves the call that it asks for.
import { describe, expect, it } from 'vitest'
import { describeMissingApi } from '../../../src/core/apis/describe-missing-api.ts'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'

const rerank = { api: 'rerank', path: '/v1/rerank' } as const
const serving = (...apis: EndpointConfig['apis']) => ({ config: endpointConfig(1, { apis }) })
const none = { names: [], hasMore: false }

describe('a client that asks for a call', () => {
  it('is told those that its endpoints serve, each once and in order', () => {
    expect(describeMissingApi(rerank, [serving('embeddings', 'chat'), serving('chat')], none)).toBe(
      'No connected endpoint serves rerank (/v1/rerank). Calls in reach: chat, embeddings.',
    )
  })

  it('is told that its model is served no such call where an endpoint serves any, or serves the call for others', () => {
    const told = 'No connected endpoint that has the model of this request serves rerank (/v1/rerank).'
    expect(describeMissingApi(rerank, [serving('chat'), serving()], none)).toBe(told)
    expect(describeMissingApi(rerank, [serving('chat'), serving('rerank')], none)).toBe(told)
    expect(describeMissingApi(rerank, [serving('rerank')], { names: ['a', 'b'], hasMore: false })).toBe(
      `${told} Models that it is served for: a, b.`,
    )
  })

  it('is told twenty models at most, and how many more there are', () => {
    const names = Array.from({ length: 20 }, (_, index) => `m${index}`)
    const told = (more: string[], hasMore: boolean) =>
      describeMissingApi(rerank, [serving('rerank')], { names: [...names, ...more], hasMore })
    expect(told([], false)).toMatch(/ m18, m19\.$/)
    expect(told(['x', 'y'], false)).toMatch(/ m18, m19 and 2 more\.$/)
    expect(told(['x'], true)).toMatch(/ m18, m19 and more\.$/)
  })
})
