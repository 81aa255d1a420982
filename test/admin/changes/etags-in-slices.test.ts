// The etags of many new client tokens are computed while other work goes on.
import { expect, it } from 'vitest'
import { createApplyChange } from '../../../src/admin/changes/apply-change.ts'
import { stateEtag } from '../../../src/admin/changes/etag.ts'
import type { TokenConfig } from '../../../src/core/state/configuration.ts'
import type { Store, StoreTransaction } from '../../../src/store/store.ts'
import {
  configuration,
  gatewayState,
  manualClock,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'

/** The most calls of `count` within one turn of the event loop. */
function countPerTurn() {
  let inTurn = 0
  let most = 0
  let timer = setImmediate(function next() {
    inTurn = 0
    timer = setImmediate(next)
  })
  return {
    count: () => void (most = Math.max(most, (inTurn += 1))),
    stop() {
      clearImmediate(timer)
      return most
    },
  }
}

it('a change of thousands of client tokens computes the etags of a thousand of them in a turn of the event loop, and each once', async () => {
  const turns = countPerTurn()
  let read = 0
  const counted = (id: number): TokenConfig =>
    Object.defineProperty(tokenConfig(id), 'name', {
      enumerable: true,
      get() {
        read += 1
        turns.count()
        return `token-${id}`
      },
    })
  const tokens = Array.from({ length: 5_000 }, (_, index) => counted(index + 1))
  const configured = { ...configuration([]), tokens }
  const tx: Partial<StoreTransaction> = { readConfiguration: () => Promise.resolve(configured) }
  const store = {
    transaction: (work: (tx: StoreTransaction) => unknown) => work(tx as StoreTransaction),
  } as Store
  const { applyBatch } = createApplyChange({
    state: gatewayState(configuration([]), manualClock().now),
    store,
    auditLog: { record: () => undefined },
    checkWholeVersion: () => undefined,
  })
  const author = { actor: 'test', requestId: 'r', ifMatch: undefined }
  const etag = await applyBatch(author, {
    work: () => Promise.resolve(null),
    touched: () => [],
    response: stateEtag,
  })
  expect(turns.stop()).toBeLessThanOrEqual(1_000)
  expect(read).toBe(5_000)
  expect(etag).toBe(stateEtag(configured))
})
