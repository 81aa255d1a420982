// A 404 is held back until it is known whether it says that the endpoint lacks the model or the route, however its bytes
// arrive.
import fc from 'fast-check'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInterleavedForwards } from '../../support/gateway/interleaved-forwards.ts'
import type { ScriptedAttempt } from '../../support/gateway/scripted-pool.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
})

const MISSING = '{"error":{"message":"The model `m` does not exist.","type":"NotFoundError","code":404}}'
const NO_ROUTE = '{"detail":"Not Found"}'
const OTHER = '{"error":{"message":"Response with id r not found.","code":404}}'
const LONG = JSON.stringify({ detail: 'x'.repeat(100_000) })
const JSON_TYPE = { 'content-type': 'application/json' }

function respond(attempt: ScriptedAttempt | undefined, body: string, cuts: readonly number[]): void {
  attempt?.headers(404, JSON_TYPE)
  const places = cuts.map((cut) => cut % (body.length + 1)).sort((a, b) => a - b)
  let from = 0
  for (const to of [...places, body.length]) {
    if (to > from) attempt?.data(Buffer.from(body.slice(from, to)))
    from = to
  }
  attempt?.end()
}

const cuts = fc.array(fc.nat(), { maxLength: 5 })

describe('a 404 of an endpoint, cut anywhere', () => {
  it('reaches the client byte for byte where it says anything else', () => {
    fc.assert(
      fc.property(fc.constantFrom(OTHER, LONG, '{}'), cuts, fc.boolean(), (body, at, stream) => {
        const { send, open } = createInterleavedForwards(2, 1)
        const { client } = send(stream)
        respond(open[0], body, at)
        expect(client.response.statusCode).toBe(404)
        expect(client.text()).toBe(body)
        expect(open).toEqual([])
      }),
    )
  })

  it('moves the request to the other endpoint where it says that model or route is missing, and is sent on by the last', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(MISSING, NO_ROUTE, '', 'not found'),
        cuts,
        fc.boolean(),
        (body, at, stream) => {
          // No failover for failures is left.
          const { send, open, state } = createInterleavedForwards(2, 0)
          const { client } = send(stream)
          respond(open[0], body, at)
          expect(client.text()).toBe('')
          expect(open).toHaveLength(1)
          respond(open[0], body, at)
          expect(client.response.statusCode).toBe(404)
          expect(client.text()).toBe(body)
          for (const id of [1, 2])
            expect(state.endpoint(id)).toMatchObject({ inflight: 0, counters: { totalFailures: 0 } })
        },
      ),
    )
  })
})
