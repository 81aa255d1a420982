import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { zeroTokenCounters } from '../../src/core/state/counters.ts'
import { isGatewayError } from '../../src/core/gateway-error.ts'
import { createSerialQueue } from '../../src/core/serial-queue.ts'
import type { Store, StoreTransaction } from '../../src/store/store.ts'
import { effort } from '../support/effort.ts'
import {
  auditRecord,
  blockValues,
  endpointValues,
  openRaw,
  temporaryPath,
  temporaryStore,
  tokenValues,
} from './temporary-store.ts'

const DAY_MS = 24 * 60 * 60 * 1000

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('did not reject')
}

async function expectConflict(promise: Promise<unknown>): Promise<void> {
  const error = await rejection(promise)
  expect(isGatewayError(error) && error.code).toBe('LB_ERR_CONFLICT')
}

const insertEndpoint = (store: Store, name: string) =>
  store.transaction((tx) => tx.endpoints.insert(endpointValues(name)))

describe('a new store', () => {
  it('has one block, the defaults and nothing else', async () => {
    const store = await temporaryStore()
    expect(await store.readConfiguration()).toMatchObject({
      endpoints: [],
      blocks: [{ id: 1, name: 'Incoming 1', posX: 256, posY: 300 }],
      tokens: [],
      wires: [],
      settings: {
        routingMode: 'percentage',
        placement: 'prefix',
        priorityInputTokenId: null,
        incomingPos: { posX: 256, posY: 300 },
        tokensEverCreated: false,
      },
    })
    expect(await store.readAudit({ limit: 10 })).toEqual([])
  })
})

describe('written data', () => {
  it('survives reopening the store', async () => {
    const path = temporaryPath()
    const first = await temporaryStore(path, () => Date.UTC(2026, 0, 2))
    const endpoint = endpointValues('a', {
      baseUrl: 'https://example.test/v1/',
      apiKey: 'sk-secret',
      timeoutS: 1.5,
      verifyTls: false,
      enabled: false,
      quotaPercent: 12.5,
      priorityOrder: 3,
      maxConcurrent: 7,
      requestStreamUsage: false,
      models: ['llama-3', 'qwen-*', 'a "b"'],
      healthCheckPath: '/health?x=1',
      healthCheckIntervalS: 2.5,
      healthCheckTimeoutS: 0.5,
      posX: -1.25,
      posY: 9,
    })
    const token = tokenValues('t', {
      blockId: 2,
      preferredEndpointId: 1,
      requestPriority: 4,
      minTrafficPercent: 25,
      guaranteedSharePercent: 33.3,
    })
    const settings = {
      routingMode: 'balanced',
      placement: 'quota_order',
      priorityInputTokenId: 1,
      incomingPos: { posX: 1, posY: -2.5 },
    } as const
    await first.transaction(async (tx) => {
      await tx.endpoints.insert(endpoint)
      await tx.blocks.insert(blockValues('Second'))
      await tx.tokens.insert(token)
      await tx.wires.add(2, 1)
      await tx.saveSettings(settings)
    })
    const before = await first.readConfiguration()
    await first.close()

    const after = await (await temporaryStore(path)).readConfiguration()
    const stamps = { createdAt: '2026-01-02T00:00:00.000Z', updatedAt: '2026-01-02T00:00:00.000Z' }
    expect(after).toEqual(before)
    expect(after.endpoints).toEqual([{ ...endpoint, ...stamps, id: 1, baseUrl: 'https://example.test/v1' }])
    expect(after.blocks.map(({ id, name }) => [id, name])).toEqual([
      [1, 'Incoming 1'],
      [2, 'Second'],
    ])
    expect(after.tokens).toEqual([{ ...token, ...stamps, id: 1 }])
    expect(after.wires).toEqual([{ blockId: 2, endpointId: 1 }])
    expect(after.settings).toEqual({ ...settings, tokensEverCreated: true })
  })

  it('keeps values that look like SQL as they are', async () => {
    const store = await temporaryStore()
    const name = `'); drop table endpoints; -- "$1 ?`
    await store.transaction((tx) => tx.tokens.insert(tokenValues(name)))
    expect((await store.readConfiguration()).tokens[0]?.name).toBe(name)
  })

  it('is updated field by field, with a new updated_at', async () => {
    let now = 0
    const store = await temporaryStore(temporaryPath(), () => now)
    const created = await insertEndpoint(store, 'a')
    now = 1000
    const updated = await store.transaction((tx) => tx.endpoints.update(1, { quotaPercent: 30 }))
    expect(updated).toEqual({ ...created, quotaPercent: 30, updatedAt: '1970-01-01T00:00:01.000Z' })
    expect((await store.readConfiguration()).endpoints).toEqual([updated])
  })

  it('is moved, many at a time, without a new updated_at', async () => {
    let now = 0
    const store = await temporaryStore(temporaryPath(), () => now)
    const tokens = await store.transaction((tx) =>
      Promise.all(Array.from({ length: 1200 }, (_, index) => tx.tokens.insert(tokenValues(`t${index}`)))),
    )
    now = 1000
    const positions = tokens.map(({ id }) => ({ id, posX: id, posY: -id }))
    expect(await store.transaction((tx) => tx.tokens.move(positions))).toBe(true)
    const moved = tokens.map((token) => ({ ...token, posX: token.id, posY: -token.id }))
    expect((await store.readConfiguration()).tokens).toEqual(moved)
  })

  it('reports ids of no live row', async () => {
    const store = await temporaryStore()
    await insertEndpoint(store, 'a')
    await store.transaction(async (tx) => {
      await tx.endpoints.delete(1)
      expect(await tx.endpoints.update(1, { name: 'b' })).toBeUndefined()
      expect(await tx.endpoints.move([{ id: 1, posX: 1, posY: 1 }])).toBe(false)
      expect(await tx.endpoints.delete(1)).toBe(false)
      expect(await tx.endpoints.restore(2)).toBeUndefined()
      expect(await tx.blocks.restore(1)).toBeUndefined()
      expect(await tx.wires.remove(1, 1)).toBe(false)
    })
  })
})

describe('names and digests', () => {
  it('refuses a second live endpoint of the same name', async () => {
    const store = await temporaryStore()
    await insertEndpoint(store, 'a')
    await insertEndpoint(store, 'b')
    await expectConflict(insertEndpoint(store, 'a'))
    await expectConflict(store.transaction((tx) => tx.endpoints.update(2, { name: 'a' })))
  })

  it('refuses a second live token of the same digest', async () => {
    const store = await temporaryStore()
    await store.transaction((tx) => tx.tokens.insert(tokenValues('t')))
    await expectConflict(store.transaction((tx) => tx.tokens.insert(tokenValues('t'))))
  })

  it('lets incoming blocks share a name', async () => {
    const store = await temporaryStore()
    await store.transaction((tx) => tx.blocks.insert(blockValues('Incoming 1')))
    expect((await store.readConfiguration()).blocks).toHaveLength(2)
  })

  it('frees the name and the digest of a deleted object, and refuses to restore it once they are taken', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('a'))
      await tx.tokens.insert(tokenValues('t'))
      await tx.endpoints.delete(1)
      await tx.tokens.delete(1)
      await tx.endpoints.insert(endpointValues('a'))
      await tx.tokens.insert(tokenValues('t'))
    })
    await expectConflict(store.transaction((tx) => tx.endpoints.restore(1)))
    await expectConflict(store.transaction((tx) => tx.tokens.restore(1)))
    expect((await store.readConfiguration()).endpoints.map(({ id }) => id)).toEqual([2])
    await store.transaction((tx) => tx.endpoints.update(2, { name: 'b' }))
    expect(await store.transaction((tx) => tx.endpoints.restore(1))).toMatchObject({ id: 1, name: 'a' })
  })
})

describe('soft deletion', () => {
  it('hides an endpoint with its wires and restores both with key and counters', async () => {
    const store = await temporaryStore()
    const counters = {
      totalRequests: 9,
      totalSuccess: 7,
      totalFailures: 2,
      consecutiveFailures: 1,
      avgLatencyMs: 12.5,
      promptTokens: 2 ** 45,
      completionTokens: 3,
      cachedTokens: 2 ** 44,
      reasoningTokens: 2,
    }
    const created = await store.transaction(async (tx) => {
      await tx.wires.add(1, (await tx.endpoints.insert(endpointValues('other'))).id)
      const endpoint = await tx.endpoints.insert(endpointValues('a', { apiKey: 'sk-kept' }))
      await tx.wires.add(1, endpoint.id)
      return endpoint
    })
    await store.writeCounters({ endpoints: new Map([[2, counters]]), tokens: new Map() })
    await store.transaction((tx) => tx.endpoints.delete(2))
    expect(await store.readConfiguration()).toMatchObject({
      endpoints: [{ id: 1 }],
      wires: [{ blockId: 1, endpointId: 1 }],
    })
    expect((await store.readCounters()).endpoints.get(2)).toEqual(counters)

    expect(await store.transaction((tx) => tx.endpoints.restore(2))).toEqual(created)
    const restored = await store.readConfiguration()
    expect(restored.endpoints[1]).toEqual(created)
    expect(restored.wires).toEqual([
      { blockId: 1, endpointId: 1 },
      { blockId: 1, endpointId: 2 },
    ])
    expect((await store.readCounters()).endpoints.get(2)).toEqual(counters)
  })

  it('clears a deleted endpoint from the tokens that preferred it', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('a'))
      await tx.endpoints.insert(endpointValues('b'))
      await tx.tokens.insert(tokenValues('t', { preferredEndpointId: 1 }))
      await tx.tokens.insert(tokenValues('u', { preferredEndpointId: 2 }))
    })
    await store.readConfiguration()
    await store.transaction((tx) => tx.endpoints.delete(1))
    const { tokens } = await store.readConfiguration()
    expect(tokens.map((token) => token.preferredEndpointId)).toEqual([null, 2])
  })

  it("moves a deleted block's tokens to the lowest remaining block and restores its wires to live endpoints", async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      for (const name of ['Second', 'Third']) await tx.blocks.insert(blockValues(name))
      for (const name of ['a', 'b']) await tx.endpoints.insert(endpointValues(name))
      await tx.tokens.insert(tokenValues('t', { blockId: 1 }))
      await tx.tokens.insert(tokenValues('u', { blockId: 3 }))
      for (const endpointId of [1, 2]) await tx.wires.add(1, endpointId)
    })
    await store.transaction((tx) => tx.blocks.delete(1))
    const after = await store.readConfiguration()
    expect(after.blocks.map(({ id }) => id)).toEqual([2, 3])
    expect(after.tokens.map((token) => token.blockId)).toEqual([2, 3])
    expect(after.wires).toEqual([])

    await store.transaction((tx) => tx.endpoints.delete(2))
    expect(await store.transaction((tx) => tx.blocks.restore(1))).toMatchObject({ id: 1, name: 'Incoming 1' })
    const restored = await store.readConfiguration()
    expect(restored.blocks.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(restored.tokens.map((token) => token.blockId)).toEqual([2, 3])
    expect(restored.wires).toEqual([{ blockId: 1, endpointId: 1 }])
    await store.transaction((tx) => tx.endpoints.restore(2))
    expect((await store.readConfiguration()).wires).toHaveLength(2)
  })

  it('restores a token into its block, or into the lowest if that is deleted, and without a deleted endpoint', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      for (const name of ['Second', 'Third']) await tx.blocks.insert(blockValues(name))
      await tx.endpoints.insert(endpointValues('a'))
      await tx.tokens.insert(tokenValues('t', { blockId: 3, preferredEndpointId: 1 }))
      await tx.tokens.delete(1)
      expect(await tx.tokens.restore(1)).toMatchObject({ blockId: 3, preferredEndpointId: 1 })
      await tx.tokens.delete(1)
      await tx.blocks.delete(3)
      await tx.endpoints.delete(1)
      expect(await tx.tokens.restore(1)).toMatchObject({ id: 1, blockId: 1, preferredEndpointId: null })
    })
  })

  it('clears a deleted token from the settings, but no other', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      for (const name of ['t', 'u']) await tx.tokens.insert(tokenValues(name))
      await tx.saveSettings({ priorityInputTokenId: 2 })
    })
    await store.transaction((tx) => tx.tokens.delete(1))
    expect((await store.readConfiguration()).settings.priorityInputTokenId).toBe(2)
    await store.transaction((tx) => tx.tokens.delete(2))
    expect((await store.readConfiguration()).settings).toMatchObject({
      priorityInputTokenId: null,
      tokensEverCreated: true,
    })
  })

  it('purges after 30 days, wires and references included, and never reuses an id', async () => {
    const path = temporaryPath()
    let now = 0
    const store = await temporaryStore(path, () => now)
    await store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('old'))
      await tx.blocks.insert(blockValues('Second'))
      await tx.wires.add(2, 1)
      for (const name of ['old', 'young']) {
        await tx.tokens.insert(tokenValues(name, { blockId: 2, preferredEndpointId: 1 }))
      }
      await tx.tokens.delete(1)
      await tx.endpoints.delete(1)
      now = 1
      await tx.tokens.delete(2)
      now = 0
      await tx.blocks.delete(2)
    })
    await store.purgeDeleted(30 * DAY_MS)
    expect((await store.readCounters()).tokens.size).toBe(2)
    await store.purgeDeleted(30 * DAY_MS + 1)
    expect([...(await store.readCounters()).tokens.keys()]).toEqual([2])
    expect((await store.readCounters()).endpoints.size).toBe(0)
    expect(openRaw(path).prepare('select count(*) from wires').pluck().get()).toBe(0)

    await store.transaction(async (tx) => {
      expect(await tx.endpoints.restore(1)).toBeUndefined()
      expect(await tx.tokens.restore(2)).toMatchObject({ blockId: 1, preferredEndpointId: null })
      expect((await tx.endpoints.insert(endpointValues('new'))).id).toBe(2)
      expect((await tx.tokens.insert(tokenValues('new'))).id).toBe(3)
      expect((await tx.blocks.insert(blockValues('new'))).id).toBe(3)
    })
  })
})

describe('wires', () => {
  it('are listed by block and endpoint, added idempotently, removed once and copied', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      for (const name of ['a', 'b', 'c']) await tx.endpoints.insert(endpointValues(name))
      await tx.blocks.insert(blockValues('Second'))
      for (const endpointId of [3, 1, 2, 1]) await tx.wires.add(1, endpointId)
      await tx.endpoints.delete(3)
      await tx.wires.copy(1, 2)
      await tx.endpoints.restore(3)
      expect(await tx.wires.remove(1, 2)).toBe(true)
      expect(await tx.wires.remove(1, 2)).toBe(false)
    })
    const { wires } = await store.readConfiguration()
    expect(wires.map(({ blockId, endpointId }) => [blockId, endpointId])).toEqual([
      [1, 1],
      [1, 3],
      [2, 1],
      [2, 2],
    ])
  })
})

describe('lists without writes', () => {
  it('are the same objects at the next reading', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('a'))
      await tx.tokens.insert(tokenValues('t'))
      await tx.wires.add(1, 1)
    })
    const first = await store.readConfiguration()
    await store.writeCounters({ endpoints: new Map(), tokens: new Map() })
    const second = await store.readConfiguration()
    for (const list of ['endpoints', 'blocks', 'tokens', 'wires', 'settings'] as const) {
      expect(second[list]).toBe(first[list])
    }
    const third = await store.transaction(async (tx) => {
      await tx.endpoints.move([{ id: 1, posX: 1, posY: 2 }])
      return tx.readConfiguration()
    })
    expect(third.endpoints).not.toBe(first.endpoints)
    expect(third.endpoints[0]).toMatchObject({ posX: 1, posY: 2 })
    expect(third.tokens).toBe(first.tokens)
    expect(third.wires).toBe(first.wires)
    expect((await store.readConfiguration()).endpoints).toBe(third.endpoints)
    expect(first.endpoints[0]).toMatchObject({ posX: 500, posY: 200 })
  })

  it('show what the database holds after any changes, committed or rolled back', async () => {
    const step = fc.record({
      action: fc.constantFrom(
        'insert',
        'rename',
        'move',
        'delete',
        'restore',
        'wire',
        'unwire',
        'prefer',
        'rollback',
      ),
      kind: fc.constantFrom('endpoints', 'blocks', 'tokens'),
      id: fc.integer({ min: 1, max: 4 }),
    })
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
    let serial = 0

    async function insert(tx: StoreTransaction, kind: Step['kind']): Promise<void> {
      serial += 1
      if (kind === 'endpoints') await tx.endpoints.insert(endpointValues(`e${serial}`))
      else if (kind === 'blocks') await tx.blocks.insert(blockValues(`b${serial}`))
      else
        await tx.tokens.insert(
          tokenValues(`t${serial}`, { blockId: (await tx.readConfiguration()).blocks[0]?.id ?? 0 }),
        )
    }

    async function wire(tx: StoreTransaction, id: number): Promise<void> {
      const { endpoints, blocks } = await tx.readConfiguration()
      const [endpoint, block] = [endpoints[id - 1], blocks.at(-1)]
      if (endpoint && block) await tx.wires.add(block.id, endpoint.id)
    }

    async function apply(tx: StoreTransaction, { action, kind, id }: Step): Promise<void> {
      if (action === 'insert') await insert(tx, kind)
      else if (action === 'rename') await tx[kind].update(id, { name: `renamed ${(serial += 1)}` })
      else if (action === 'move') await tx[kind].move([{ id, posX: id, posY: serial }])
      else if (action === 'restore') await tx[kind].restore(id)
      else if (action === 'wire') await wire(tx, id)
      else if (action === 'unwire') await tx.wires.remove(1, id)
      else if (action === 'prefer') {
        const endpoint = (await tx.readConfiguration()).endpoints[0]
        if (endpoint) await tx.tokens.update(id, { preferredEndpointId: endpoint.id })
      } else if (action === 'delete') {
        if (kind !== 'blocks' || (await tx.readConfiguration()).blocks.length > 1) await tx[kind].delete(id)
      } else throw new Error('roll back')
    }

    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 8 }), async (transactions) => {
        const path = temporaryPath()
        const store = await temporaryStore(path)
        for (const steps of transactions) {
          await store.readConfiguration()
          const work = store.transaction(async (tx) => {
            for (const one of steps) await apply(tx, one)
          })
          await work.catch((error: unknown) => expect(String(error)).toContain('roll back'))
        }
        const remembered = await store.readConfiguration()
        await store.close()
        expect(remembered).toEqual(await (await temporaryStore(path)).readConfiguration())
      }),
      { numRuns: effort(40, 10) },
    )
  })
})

describe('a transaction', () => {
  it('leaves no trace, and no audit row, when its work throws', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const before = await store.readConfiguration()
    const work = store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('a'))
      await tx.saveSettings({ routingMode: 'priority' })
      await tx.appendAudit(auditRecord('endpoint.create'))
      expect((await tx.readConfiguration()).endpoints).toHaveLength(1)
      throw new Error('changed my mind')
    })
    await expect(work).rejects.toThrow('changed my mind')
    const after = await store.readConfiguration()
    expect(after).toEqual(before)
    expect(after.endpoints).toBe(before.endpoints)
    expect(await store.readAudit({ limit: 10 })).toEqual([])
    expect(openRaw(path).prepare('select count(*) from endpoints').pluck().get()).toBe(0)
  })

  it('waits for the one before it, and readers see only what is committed', async () => {
    const store = await temporaryStore()
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = store.transaction(async (tx) => {
      await tx.endpoints.insert(endpointValues('a'))
      await gate.promise
      order.push('first')
    })
    const reading = store.readConfiguration().then(({ endpoints }) => order.push(`read ${endpoints.length}`))
    const second = insertEndpoint(store, 'b').then(() => order.push('second'))
    gate.resolve()
    await Promise.all([first, reading, second])
    expect(order).toEqual(['first', 'read 1', 'second'])
  })

  it('reports a failed statement by its own error and goes on working', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    await expect(store.transaction((tx) => tx.wires.add(1, 999))).rejects.toThrow('FOREIGN KEY')
    await insertEndpoint(store, 'a')
    expect((await store.readConfiguration()).endpoints).toHaveLength(1)
  })
})

describe('counters', () => {
  it('are written for many rows at once and skip unknown ids', async () => {
    const store = await temporaryStore()
    const tokens = await store.transaction((tx) =>
      Promise.all(Array.from({ length: 1201 }, (_, index) => tx.tokens.insert(tokenValues(`t${index}`)))),
    )
    const written = new Map(
      tokens.map(({ id }) => [
        id,
        {
          totalRequests: id,
          promptTokens: id * 2,
          completionTokens: id * 3,
          cachedTokens: id * 4,
          reasoningTokens: id * 5,
        },
      ]),
    )
    const unknown = { ...zeroTokenCounters(), totalRequests: 1 }
    await store.writeCounters({ endpoints: new Map(), tokens: new Map([...written, [5000, unknown]]) })
    expect((await store.readCounters()).tokens).toEqual(written)
  })
})

describe('writing counters', () => {
  const ofToken = (totalRequests: number) => ({
    endpoints: new Map(),
    tokens: new Map([[1, { ...zeroTokenCounters(), totalRequests }]]),
  })

  it('does not block the event loop while it waits for the database', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    await store.transaction((tx) => tx.tokens.insert(tokenValues('t')))
    const holder = openRaw(path)
    holder.exec('begin immediate')
    const written = store.writeCounters(ofToken(7))
    // This thread frees the lock, so a write that blocked it would wait forever.
    for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate)
    expect(holder.prepare('select total_requests from client_tokens').pluck().get()).toBe(0)
    holder.exec('commit')
    await written
    expect((await store.readCounters()).tokens.get(1)?.totalRequests).toBe(7)
  })

  it('runs in turn with changes of the configuration', async () => {
    const store = await temporaryStore()
    await store.transaction((tx) => tx.tokens.insert(tokenValues('t0')))
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? store.writeCounters(ofToken(index))
          : store.transaction((tx) => tx.tokens.insert(tokenValues(`t${index}`))),
      ),
    )
    const { tokens } = await store.readCounters()
    expect([tokens.size, tokens.get(1)?.totalRequests]).toEqual([11, 18])
  })

  it('is refused once the store is closed, and leaves no log behind', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    await store.transaction((tx) => tx.tokens.insert(tokenValues('t')))
    await store.writeCounters(ofToken(3))
    await store.close()
    await expect(store.writeCounters(ofToken(4))).rejects.toThrow('closed')
    expect([`${path}-wal`, `${path}-shm`].filter((file) => existsSync(file))).toEqual([])
    const again = await temporaryStore(path)
    expect((await again.readCounters()).tokens.get(1)?.totalRequests).toBe(3)
  })
})

describe('a serial queue', () => {
  it('rejects what waited for a job whose error says so, and runs what comes later', async () => {
    const [held, other] = [new Error('held'), new Error('other')]
    const inTurn = createSerialQueue((error) => error === held)
    const runs: string[] = []
    const job = (name: string, error?: Error) => () => {
      runs.push(name)
      return error === undefined ? Promise.resolve(name) : Promise.reject(error)
    }
    const waiting = [inTurn(job('a', other)), inTurn(job('b')), inTurn(job('c', held)), inTurn(job('d'))]
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { reason: other },
      { value: 'b' },
      { reason: held },
      { reason: held },
    ])
    expect(await inTurn(job('e'))).toBe('e')
    expect(runs).toEqual(['a', 'b', 'c', 'e'])
  })
})

describe('the audit log', () => {
  it('is read newest first, page by page', async () => {
    const store = await temporaryStore()
    await store.transaction(async (tx) => {
      for (const action of ['one', 'two', 'three']) await tx.appendAudit(auditRecord(action))
    })
    const page = await store.readAudit({ limit: 2 })
    expect(page).toEqual([
      { id: 3, ...auditRecord('three') },
      { id: 2, ...auditRecord('two') },
    ])
    expect((await store.readAudit({ limit: 2, before_id: 2 })).map(({ action }) => action)).toEqual(['one'])
    expect(await store.readAudit({ limit: 2, before_id: 1 })).toEqual([])
  })
})

describe('trimming the audit log', () => {
  it('removes the rows from before a time, however many, and no other', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    const raw = openRaw(path)
    raw.exec(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 11000)
      insert into audit (at, request_id, actor, action, object_type)
      select '2025-12-31T23:59:59.999Z', 'r', 'a', 'old', 'endpoint' from n`)
    await store.transaction((tx) => tx.appendAudit(auditRecord('kept')))
    await store.trimAudit(Date.parse('2026-01-01T00:00:00.000Z'))
    expect((await store.readAudit({ limit: 10 })).map(({ action }) => action)).toEqual(['kept'])
    expect(raw.prepare('select count(*) from audit').pluck().get()).toBe(1)
  })

  it('finds old rows and the rows of an object by an index', async () => {
    const path = temporaryPath()
    await temporaryStore(path)
    const plan = (where: string): string =>
      JSON.stringify(openRaw(path).prepare(`explain query plan select id from audit where ${where}`).all())
    expect(plan("at < '2026'")).toContain('audit_at')
    expect(plan("object_type = 'endpoint' and object_id = '1' order by id desc")).toContain('audit_object')
  })
})

describe('the whole database', () => {
  it('is vacuumed while it is in use', async () => {
    const store = await temporaryStore()
    await Promise.all([insertEndpoint(store, 'a'), store.vacuum(), insertEndpoint(store, 'b')])
    expect((await store.readConfiguration()).endpoints).toHaveLength(2)
  })

  it('is open until it is closed, after pending operations', async () => {
    const path = temporaryPath()
    const store = await temporaryStore(path)
    expect(store.isOpen()).toBe(true)
    const insert = insertEndpoint(store, 'a')
    await Promise.all([store.close(), store.close()])
    expect((await insert).id).toBe(1)
    expect(store.isOpen()).toBe(false)
    expect((await (await temporaryStore(path)).readConfiguration()).endpoints).toHaveLength(1)
  })
})
