// Which counters the ledger returns as not stored yet.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCounterLedger } from '../../../src/core/state/counter-ledger.ts'
import { zeroEndpointCounters, zeroTokenCounters } from '../../../src/core/state/counters.ts'

const empty = { endpoints: new Map(), tokens: new Map() }

describe('the counter ledger', () => {
  it('returns exactly the counters that were marked since the last call, so that the stored ones are never behind', () => {
    const command = fc.oneof(
      fc.record({ kind: fc.constant('count' as const), id: fc.nat(4), token: fc.boolean() }),
      fc.constantFrom({ kind: 'take' as const }, { kind: 'reset' as const }),
    )
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const ledger = createCounterLedger(empty)
        const written = { endpoints: new Map<number, number>(), tokens: new Map<number, number>() }
        const flush = (): void => {
          const dirty = ledger.takeDirty()
          for (const [id, { totalRequests }] of dirty.endpoints) written.endpoints.set(id, totalRequests)
          for (const [id, { totalRequests }] of dirty.tokens) written.tokens.set(id, totalRequests)
        }
        const model = { endpoints: new Map<number, number>(), tokens: new Map<number, number>() }
        for (const each of commands) {
          if (each.kind === 'take') flush()
          else if (each.kind === 'reset') {
            ledger.reset()
            for (const book of [model.endpoints, model.tokens]) for (const id of book.keys()) book.set(id, 0)
          } else {
            const book = each.token ? model.tokens : model.endpoints
            book.set(each.id, (book.get(each.id) ?? 0) + 1)
            if (each.token) {
              ledger.token(each.id).totalRequests += 1
              ledger.markTokenDirty(each.id)
            } else {
              ledger.endpoint(each.id).totalRequests += 1
              ledger.markEndpointDirty(each.id)
            }
          }
        }
        flush()
        expect(written).toEqual(model)
        expect(ledger.takeDirty()).toEqual(empty)
      }),
    )
  })

  it('returns copies', () => {
    const ledger = createCounterLedger(empty)
    ledger.markEndpointDirty(1)
    const taken = ledger.takeDirty().endpoints.get(1)
    ledger.endpoint(1).totalRequests = 5
    expect(taken).toEqual(zeroEndpointCounters())
  })

  it('keeps its live objects on a reset', () => {
    const ledger = createCounterLedger(empty)
    const endpoint = ledger.endpoint(1)
    const token = ledger.token(1)
    endpoint.promptTokens = 3
    token.promptTokens = 4
    ledger.reset()
    expect(ledger.endpoint(1)).toBe(endpoint)
    expect(endpoint).toEqual(zeroEndpointCounters())
    expect(token).toEqual(zeroTokenCounters())
  })

  it('starts with copies of the stored counters, and resets those that were never read, too', () => {
    const stored = { ...zeroTokenCounters(), totalRequests: 3, promptTokens: 1, completionTokens: 2 }
    const ledger = createCounterLedger({ endpoints: new Map(), tokens: new Map([[8, stored]]) })
    ledger.reset()
    expect(ledger.takeDirty().tokens.get(8)).toEqual(zeroTokenCounters())
    expect(stored.totalRequests).toBe(3)
  })
})
