import { describe, expect, it } from 'vitest'
import { createModelCatalog } from '../../../src/core/models/model-catalog.ts'
import type { ModelList } from '../../../src/core/models/served-models.ts'
import type { EndpointConfig } from '../../../src/core/state/configuration.ts'
import { createTimers } from '../../support/gateway/timers.ts'
import {
  configuration,
  endpointConfig,
  gatewayState,
  manualClock,
  tripFor,
} from '../../support/gateway/gateway-fixture.ts'

const DAY_MS = 86_400_000

const tick = () => new Promise((resolve) => setImmediate(resolve))

/** A catalog of these endpoints, and the requests for lists that it makes. */
function setup(endpoints: readonly EndpointConfig[] = [endpointConfig(1)], refreshMs = 60_000) {
  const clock = manualClock()
  const { setTimer, advance } = createTimers(clock)
  const state = gatewayState(configuration(endpoints), clock.now)
  const asked: {
    id: number
    baseUrl: string
    config: EndpointConfig
    respond: (list: ModelList | undefined) => void
  }[] = []
  const changes: number[] = []
  const catalog = createModelCatalog({
    state,
    fetchModels: (config) =>
      new Promise((resolve) =>
        asked.push({ id: config.id, baseUrl: config.baseUrl, config, respond: resolve }),
      ),
    clock: clock.now,
    // A day later than the clock.
    now: () => clock.now() + DAY_MS,
    setTimer,
    refreshMs,
    onChange: ({ config: { id } }) => changes.push(id),
  })
  return {
    state,
    catalog,
    asked,
    changes,
    start: () => catalog.sync(state.snapshot()),
    replace(next: readonly EndpointConfig[]) {
      state.replace(configuration(next))
      catalog.sync(state.snapshot())
    },
    namesOf: (id: number) => state.endpoint(id).list?.map((model) => model.id),
    /** The endpoints that requests for the model may go to. */
    takers: (model: string) =>
      state
        .wires(1, { api: 'chat', path: '/v1/chat/completions', model, needsRoute: false })
        .map(({ endpoint }) => endpoint.config.id),
    async respond(at: number, ...ids: string[]) {
      asked[at]?.respond(ids.map((id) => ({ id })))
      await tick()
    },
    async fail(at: number) {
      asked[at]?.respond(undefined)
      await tick()
    },
    advance,
  }
}

describe('the model catalog', () => {
  it('reads the list of each enabled endpoint at the start, and again after the interval', async () => {
    const { start, asked, respond, advance, namesOf, changes } = setup([
      endpointConfig(1),
      endpointConfig(2, { enabled: false }),
      endpointConfig(3),
    ])
    start()
    expect(asked.map(({ id }) => id)).toEqual([1, 3])
    await respond(0, 'a')
    await respond(1, 'b')
    expect([namesOf(1), namesOf(2), namesOf(3)]).toEqual([['a'], undefined, ['b']])
    advance(59_000)
    expect(asked).toHaveLength(2)
    advance(1_000)
    expect(asked.map(({ id }) => id)).toEqual([1, 3, 1, 3])
    await respond(2, 'a')
    await respond(3, 'c')
    expect(namesOf(3)).toEqual(['c'])
    expect(changes).toEqual([1, 3, 3])
  })

  it('asks an endpoint by one request at a time, and a large fleet in turns', async () => {
    const { start, asked, respond, advance } = setup(
      Array.from({ length: 100 }, (_, at) => endpointConfig(at + 1)),
    )
    start()
    expect(asked).toHaveLength(64)
    advance(120_000)
    expect(asked).toHaveLength(64)
    for (let at = 0; at < 100; at += 1) await respond(at, 'm')
    expect(new Set(asked.map(({ id }) => id)).size).toBe(100)
  })

  it('keeps the last known list where a read fails, and asks again sooner', async () => {
    const { start, asked, respond, fail, advance, namesOf } = setup()
    start()
    await fail(0)
    expect(namesOf(1)).toBeUndefined()
    advance(4_000)
    expect(asked).toHaveLength(2)
    await respond(1, 'a')
    advance(60_000)
    await fail(2)
    expect(namesOf(1)).toEqual(['a'])
    advance(4_000)
    expect(asked).toHaveLength(4)
  })

  it('reads anew where an endpoint is back from a cooldown or from failed checks', async () => {
    const { state, start, asked, respond, advance } = setup()
    start()
    await respond(0, 'a')
    const endpoint = state.endpoint(1)
    for (const [setAside, bringBack] of [
      [() => (endpoint.tripped = tripFor(20_000, 1_000)), () => (endpoint.tripped = null)],
      [() => (endpoint.unhealthy = true), () => (endpoint.unhealthy = false)],
    ] as const) {
      const before = asked.length
      setAside()
      advance(2_000)
      expect(asked).toHaveLength(before)
      bringBack()
      advance(1_000)
      expect(asked).toHaveLength(before + 1)
      await respond(before, 'a')
    }
  })

  it('asks again where the key is sent in another way', async () => {
    const { start, asked, replace, respond } = setup()
    start()
    await respond(0, 'a')
    replace([endpointConfig(1, { authStyle: 'x-api-key' })])
    expect(asked).toHaveLength(2)
  })

  it('forgets the list where the address changes, keeps it where the key does, and takes no late one', async () => {
    const { start, asked, replace, respond, namesOf } = setup()
    start()
    await respond(0, 'a')
    replace([endpointConfig(1, { apiKey: 'new' })])
    expect(asked).toHaveLength(2)
    expect(namesOf(1)).toEqual(['a'])
    replace([endpointConfig(1, { apiKey: 'new', baseUrl: 'http://127.0.0.1:9/other' })])
    expect(asked[2]?.baseUrl).toBe('http://127.0.0.1:9/other')
    expect(namesOf(1)).toBeUndefined()
    await respond(1, 'late')
    expect(namesOf(1)).toBeUndefined()
    await respond(2, 'b')
    expect(namesOf(1)).toEqual(['b'])
    // Neither a position nor a quota is a reason to ask.
    replace([endpointConfig(1, { apiKey: 'new', baseUrl: 'http://127.0.0.1:9/other', quotaPercent: 5 })])
    expect(asked).toHaveLength(3)
  })

  it('asks with the present configuration, by which connections are kept', async () => {
    const { state, start, asked, replace, respond, advance } = setup()
    start()
    await respond(0, 'a')
    replace([endpointConfig(1, { timeoutS: 7 })])
    advance(60_000)
    expect(asked[1]?.config).toBe(state.endpoint(1).config)
  })

  it('asks no disabled endpoint, and forgets its list where its address changes meanwhile', async () => {
    const { start, asked, replace, respond, advance, namesOf } = setup()
    start()
    await respond(0, 'a')
    const moved = 'http://127.0.0.1:9/moved'
    replace([endpointConfig(1, { enabled: false })])
    advance(300_000)
    expect(asked).toHaveLength(1)
    expect(namesOf(1)).toEqual(['a'])
    replace([endpointConfig(1, { enabled: false, baseUrl: moved })])
    expect(namesOf(1)).toBeUndefined()
    expect(asked).toHaveLength(1)
    replace([endpointConfig(1, { baseUrl: moved })])
    expect(asked.map(({ baseUrl }) => baseUrl)).toEqual(['http://127.0.0.1:9/1/v1', moved])
  })

  it('reads a list at once that was found wrong, but not more than once in five seconds', async () => {
    const { state, catalog, start, asked, respond, advance } = setup()
    start()
    await respond(0, 'a')
    for (let n = 0; n < 10; n += 1) catalog.refresh([state.endpoint(1)])
    expect(asked).toHaveLength(1)
    advance(4_000)
    expect(asked).toHaveLength(1)
    advance(1_000)
    expect(asked).toHaveLength(2)
    await respond(1, 'b')
    advance(5_000)
    catalog.refresh([state.endpoint(1)])
    expect(asked).toHaveLength(3)
  })

  it('lets readers wait for the first read, 0.8 s at most, and for no other', async () => {
    const { state, catalog, start, respond, advance } = setup([endpointConfig(1), endpointConfig(2)])
    start()
    const endpoints = [state.endpoint(1), state.endpoint(2)]
    let isRead = false
    const read = async () => {
      await catalog.firstRead(endpoints)
      isRead = true
    }
    const first = read()
    await respond(0, 'a')
    expect(isRead).toBe(false)
    advance(800)
    await first
    isRead = false
    const second = read()
    await respond(1, 'b')
    await second
    advance(60_000)
    await read()
  })

  it('tells when each list was read, whether that has failed since, and that pages show something else', async () => {
    const { catalog, start, replace, respond, fail, advance } = setup()
    const revisions = [catalog.revision()]
    const isNew = (): boolean => {
      revisions.push(catalog.revision())
      return revisions.at(-1) !== revisions.at(-2)
    }
    start()
    expect(catalog.reading(1)).toEqual({ readAtMs: undefined, hasFailed: false })
    expect(isNew()).toBe(true)
    await fail(0)
    expect(catalog.reading(1)).toEqual({ readAtMs: undefined, hasFailed: true })
    expect(isNew()).toBe(true)
    advance(4_000)
    await fail(1)
    expect(isNew()).toBe(false)
    advance(8_000)
    await respond(2, 'a')
    const readAtMs = DAY_MS + 13_000
    expect(catalog.reading(1)).toEqual({ readAtMs, hasFailed: false })
    expect(isNew()).toBe(true)
    advance(60_000)
    await respond(3, 'a')
    expect(catalog.reading(1)).toEqual({ readAtMs: readAtMs + 60_000, hasFailed: false })
    expect(isNew()).toBe(false)
    advance(60_000)
    await fail(4)
    expect(catalog.reading(1)).toEqual({ readAtMs: readAtMs + 60_000, hasFailed: true })
    expect(isNew()).toBe(true)
    replace([endpointConfig(1, { apiKey: 'new' })])
    expect(catalog.reading(1)).toEqual({ readAtMs: readAtMs + 60_000, hasFailed: false })
    replace([endpointConfig(1, { baseUrl: 'http://127.0.0.1:9/other' })])
    expect(catalog.reading(1)).toEqual({ readAtMs: undefined, hasFailed: false })
    expect(catalog.reading(2)).toEqual({ readAtMs: undefined, hasFailed: false })
    expect(isNew()).toBe(true)
  })

  it('sends no request for a model for a minute to an endpoint without a list that says it lacks it', async () => {
    const { state, catalog, start, asked, changes, takers, fail, respond, advance } = setup([
      endpointConfig(1),
      endpointConfig(2),
    ])
    start()
    await fail(0)
    await respond(1)
    expect(takers('a')).toEqual([1, 2])
    catalog.reportLack(state.endpoint(1), 'a')
    expect([takers('a'), takers('b')]).toEqual([[2], [1, 2]])
    expect(changes).toEqual([2, 1])
    catalog.reportLack(state.endpoint(2), 'a')
    expect(takers('a')).toEqual([])
    advance(30_000)
    catalog.reportLack(state.endpoint(2), 'a')
    advance(29_000)
    expect(takers('a')).toEqual([])
    advance(1_000)
    expect(takers('a')).toEqual([1])
    advance(30_000)
    expect(takers('a')).toEqual([1, 2])
    expect(asked.length).toBeGreaterThan(2)
  })

  it('sends them again once it lists models, or where its address or its own field says something else', async () => {
    const { state, catalog, start, replace, asked, takers, fail, respond, advance } = setup()
    const lack = (): void => {
      catalog.reportLack(state.endpoint(1), 'a')
      expect(takers('a')).toEqual([])
    }
    start()
    await fail(0)
    lack()
    replace([endpointConfig(1, { models: ['*'] })])
    expect(takers('a')).toEqual([1])
    lack()
    replace([endpointConfig(1, { models: ['*'], baseUrl: 'http://127.0.0.1:9/other' })])
    expect(takers('a')).toEqual([1])
    lack()
    await respond(asked.length - 1, 'a')
    expect(takers('a')).toEqual([1])
    // What it lists is what it has.
    catalog.reportLack(state.endpoint(1), 'a')
    expect(takers('a')).toEqual([1])
    advance(5_000)
    await respond(asked.length - 1, 'b')
    replace([endpointConfig(1, { baseUrl: 'http://127.0.0.1:9/other' })])
    expect(takers('a')).toEqual([])
  })

  it('remembers what endpoints lack also with an interval of 0', () => {
    const { state, catalog, start, takers, advance } = setup(undefined, 0)
    start()
    catalog.reportLack(state.endpoint(1), 'a')
    expect(takers('a')).toEqual([])
    advance(60_000)
    expect(takers('a')).toEqual([1])
  })

  it('asks nothing with an interval of 0, nor after it has been stopped', () => {
    const silent = setup(undefined, 0)
    silent.start()
    silent.advance(300_000)
    expect(silent.asked).toEqual([])
    const { start, catalog, asked, advance } = setup()
    start()
    catalog.stop()
    advance(300_000)
    expect(asked).toHaveLength(1)
  })
})
