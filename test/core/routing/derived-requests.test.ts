// Requests made of another: served as another call, or bound to the endpoint that keeps an object.
import { describe, expect, it } from 'vitest'
import { alsoAsCall, isTranslatable } from '../../../src/core/routing/also-as-call.ts'
import { pinToEndpoint } from '../../../src/core/routing/pin-to-endpoint.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'

const chat = { api: 'chat', path: '/v1/chat/completions' } as const
const request = requestFor({ api: 'messages', path: '/v1/messages', model: 'm' })

describe('a request that may be served as another call', () => {
  it('goes to endpoints that serve its own call first, and waits for either', () => {
    const both = alsoAsCall(request, chat)
    expect(both).toEqual({
      ...request,
      targets: {
        waits: true,
        requests: [
          { ...request, needsRoute: true },
          { ...request, ...chat },
        ],
      },
    })
    expect([isTranslatable(both), isTranslatable(request)]).toEqual([true, false])
  })

  it('is so for each target of an alias in turn, and waits only where the alias does', () => {
    const [first, second] = ['a', 'b'].map((model) => requestFor({ ...request, model }))
    if (!first || !second) throw new Error('two')
    const aliased = { ...request, targets: { requests: [first, second], waits: false } }
    expect(isTranslatable(aliased)).toBe(false)
    expect(alsoAsCall(aliased, chat).targets).toEqual({
      waits: false,
      requests: [
        { ...first, needsRoute: true },
        { ...first, ...chat },
        { ...second, needsRoute: true },
        { ...second, ...chat },
      ],
    })
  })
})

describe('a request for an object', () => {
  it('goes to the endpoint that keeps it, and to no other', () => {
    expect(pinToEndpoint(request, 'response 1', 7)).toEqual({
      ...request,
      objectId: 'response 1',
      endpointId: 7,
    })
  })

  it('keeps those targets of its alias that may go there', () => {
    const [anywhere, there, elsewhere] = [undefined, 7, 8].map((endpointId) => requestFor({ endpointId }))
    if (!anywhere || !there || !elsewhere) throw new Error('three')
    const aliased = { ...request, targets: { requests: [anywhere, there, elsewhere], waits: false } }
    const bound = { objectId: 'response 1', endpointId: 7 }
    expect(pinToEndpoint(aliased, 'response 1', 7).targets).toEqual({
      waits: false,
      requests: [
        { ...anywhere, ...bound },
        { ...there, ...bound },
      ],
    })
  })
})
