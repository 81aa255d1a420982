import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { zeroTokenCounters } from '../../src/core/state/counters.ts'
import type { StoredCounters, TokenCounters } from '../../src/core/state/counters.ts'
import { createWriteBehind } from '../../src/store/write-behind.ts'
import { openRaw, temporaryPath, temporaryStore, tokenValues } from './temporary-store.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
})

/** Live counters of tokens with the ids that changed, as the gateway keeps them. */
function createLiveCounters() {
  const counters = new Map<number, TokenCounters>()
  const dirty = new Set<number>()
  return {
    count(id: number) {
      const one = counters.get(id) ?? zeroTokenCounters()
      one.totalRequests += 1
      counters.set(id, one)
      dirty.add(id)
    },
    takeChanges(): StoredCounters | undefined {
      if (dirty.size === 0) return undefined
      const taken = new Map([...counters].filter(([id]) => dirty.has(id)))
      dirty.clear()
      return { endpoints: new Map(), tokens: taken }
    },
    putBack({ tokens }: StoredCounters) {
      for (const id of tokens.keys()) dirty.add(id)
    },
  }
}

async function setUp() {
  const path = temporaryPath()
  const store = await temporaryStore(path)
  await store.transaction((tx) => Promise.all(['t', 'u'].map((name) => tx.tokens.insert(tokenValues(name)))))
  const live = createLiveCounters()
  const errors: unknown[] = []
  const writes = vi.fn(store.writeCounters)
  const writer = createWriteBehind({
    write: writes,
    takeChanges: live.takeChanges,
    putBack: live.putBack,
    onError: (error) => errors.push(error),
  })
  onTestFinished(() => writer.stop())
  const totals = async () =>
    [...(await store.readCounters()).tokens.values()].map((token) => token.totalRequests)
  return { path, store, live, errors, writes, writer, totals }
}

describe('write-behind', () => {
  it('writes changes once a second, and nothing if nothing changed', async () => {
    const { live, writer, writes, totals } = await setUp()
    writer.start()
    live.count(1)
    await vi.advanceTimersByTimeAsync(999)
    expect(writes).toHaveBeenCalledTimes(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(await totals()).toEqual([1, 0])
    await vi.advanceTimersByTimeAsync(5000)
    expect(writes).toHaveBeenCalledTimes(1)
    live.count(2)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await totals()).toEqual([1, 1])
    expect([...(writes.mock.lastCall?.[0].tokens.keys() ?? [])]).toEqual([2])
  })

  it('writes remaining changes when it stops, and nothing afterwards', async () => {
    const { live, writer, writes, totals } = await setUp()
    writer.start()
    live.count(1)
    await writer.stop()
    expect(await totals()).toEqual([1, 0])
    live.count(1)
    await vi.advanceTimersByTimeAsync(5000)
    expect(writes).toHaveBeenCalledTimes(1)
  })

  it('keeps counters that could not be written and writes them later', async () => {
    const { path, live, writer, errors, totals } = await setUp()
    const raw = openRaw(path)
    raw.exec("create trigger broken before update on client_tokens begin select raise(abort, 'no'); end")
    writer.start()
    live.count(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(await totals()).toEqual([0, 0])
    expect(errors).toHaveLength(1)
    live.count(1)
    live.count(2)
    raw.exec('drop trigger broken')
    await vi.advanceTimersByTimeAsync(1000)
    expect(await totals()).toEqual([2, 1])
    expect(errors).toHaveLength(1)
  })

  it('reports a failed last flush and still stops', async () => {
    const { store, live, writer, errors } = await setUp()
    writer.start()
    live.count(1)
    await store.close()
    await writer.stop()
    expect(errors).toHaveLength(1)
  })

  it('never runs two flushes at once, not even to stop', async () => {
    const { store, live, writer, writes, totals } = await setUp()
    const gate = Promise.withResolvers<void>()
    const blocking = store.transaction(() => gate.promise)
    writer.start()
    live.count(1)
    await vi.advanceTimersByTimeAsync(5000)
    live.count(1)
    await vi.advanceTimersByTimeAsync(5000)
    const stopping = writer.stop()
    expect(writes).toHaveBeenCalledTimes(1)
    gate.resolve()
    await Promise.all([blocking, stopping])
    expect(writes).toHaveBeenCalledTimes(2)
    expect(await totals()).toEqual([2, 0])
  })
})
