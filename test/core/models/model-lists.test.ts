import { describe, expect, it } from 'vitest'
import { createModelLists, type ModelList } from '../../../src/core/models/model-lists.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
} from '../../support/gateway/gateway-fixture.ts'

/** Endpoints 1 to `count`, the requests for their lists, and a clock whose timers the test advances. */
function setup(count = 1, maxConcurrent = 0) {
  const clock = manualClock()
  const state = gatewayState(
    configuration(Array.from({ length: count }, (_, at) => endpointConfig(at + 1, { maxConcurrent }))),
    clock.now,
  )
  const asked: { id: number; respond: (models: ModelList | undefined) => void }[] = []
  const timers = new Map<() => void, number>()
  let releases = 0
  const lists = createModelLists({
    fetchModels: ({ id }) => new Promise((resolve) => asked.push({ id, respond: resolve })),
    clock: clock.now,
    setTimer(callback, ms) {
      timers.set(callback, clock.now() + ms)
      return () => void timers.delete(callback)
    },
    slots: state.slots,
    onRelease: () => void (releases += 1),
  })
  const endpoints = state.targets(1)
  return {
    state,
    asked,
    endpoints,
    releases: () => releases,
    read: async () => (await lists.read(endpoints)).map(({ models }) => models?.map(({ id }) => id)),
    respond: (at: number, ...ids: string[]) => asked[at]?.respond(ids.map((id) => ({ id }))),
    advance(ms: number) {
      clock.advance(ms)
      for (const [callback, atMs] of timers)
        if (atMs <= clock.now()) {
          timers.delete(callback)
          callback()
        }
    },
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

describe('model lists', () => {
  it('ask each endpoint once for any number of readers', async () => {
    const { asked, read, respond } = setup(20)
    const readers = Array.from({ length: 50 }, read)
    expect(asked.map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
    for (const at of asked.keys()) respond(at, `m-${at}`)
    const expected = Array.from({ length: 20 }, (_, at) => [`m-${at}`])
    for (const reader of readers) expect(await reader).toEqual(expected)
    expect(await read()).toEqual(expected)
    expect(asked).toHaveLength(20)
  })

  it('are read anew after ten seconds, by one request, while readers get the known one', async () => {
    const { asked, read, respond, advance } = setup()
    const first = read()
    respond(0, 'old')
    expect(await first).toEqual([['old']])
    advance(9_999)
    expect(await read()).toEqual([['old']])
    expect(asked).toHaveLength(1)
    advance(1)
    expect(await read()).toEqual([['old']])
    expect(await read()).toEqual([['old']])
    expect(asked).toHaveLength(2)
    respond(1, 'new')
    await tick()
    expect(await read()).toEqual([['new']])
    expect(asked).toHaveLength(2)
  })

  it('are shown for a minute after they were requested', async () => {
    const { asked, read, respond, advance } = setup()
    const first = read()
    respond(0, 'old')
    await first
    advance(10_000)
    await read()
    advance(50_000)
    expect(await read()).toEqual([['old']])
    advance(1)
    expect(await read()).toEqual([undefined])
    expect(asked).toHaveLength(2)
  })

  it('wait for a hung endpoint only once, and no longer than 0.8 seconds', async () => {
    const { asked, read, respond, advance } = setup(2)
    const first = read()
    respond(1, 'quick')
    advance(800)
    expect(await first).toEqual([undefined, ['quick']])
    expect(await read()).toEqual([undefined, ['quick']])
    expect(asked).toHaveLength(2)
    respond(0, 'slow')
    await tick()
    expect(await read()).toEqual([['slow'], ['quick']])
  })

  it('take a slot while they are requested, and do not ask an endpoint without one', async () => {
    const { state, asked, endpoints, read, respond, advance, releases } = setup(1, 1)
    const [endpoint] = endpoints
    if (!endpoint) throw new Error('no endpoint')
    state.slots.take(endpoint)
    expect(await read()).toEqual([undefined])
    expect(asked).toHaveLength(0)
    state.slots.release(endpoint)
    const reader = read()
    expect(endpoint.inflight).toBe(1)
    respond(0, 'known')
    expect(await reader).toEqual([['known']])
    expect(endpoint.inflight).toBe(0)
    expect(releases()).toBe(1)
    state.slots.take(endpoint)
    advance(600_000)
    expect(await read()).toEqual([['known']])
    expect(asked).toHaveLength(1)
  })

  it('keep what is known where an endpoint fails, and ask again', async () => {
    const { asked, read, respond, advance } = setup()
    const first = read()
    respond(0, 'known')
    await first
    advance(20_000)
    await read()
    asked[1]?.respond(undefined)
    await tick()
    expect(await read()).toEqual([['known']])
    expect(asked).toHaveLength(3)
  })

  it('of another address or key are not those of the old one', async () => {
    const { state, asked, read, respond } = setup()
    const first = read()
    respond(0, 'old')
    await first
    state.replace(configuration([endpointConfig(1, { apiKey: 'another', posX: 5 })]))
    const second = read()
    expect(asked).toHaveLength(2)
    respond(1, 'new')
    expect(await second).toEqual([['new']])
    state.replace(configuration([endpointConfig(1, { apiKey: 'another', name: 'renamed' })]))
    expect(await read()).toEqual([['new']])
    expect(asked).toHaveLength(2)
  })
})
