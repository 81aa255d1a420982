import { describe, expect, it } from 'vitest'
import { firstTokenHistoryView, historyView, liveView } from '../../../src/contract/traffic/live.ts'
import type { Settlement } from '../../../src/core/lease/settlement.ts'
import { blockValues } from '../../store/temporary-store.ts'
import { tripFor } from '../../support/gateway/gateway-fixture.ts'
import { eventually } from '../../support/apps/running-app.ts'
import { openEvents } from '../../support/clients/event-reader.ts'
import { send } from '../../support/clients/http-client.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin, type Admin } from '../start-admin.ts'

const result = (values: Partial<Settlement> = {}): Settlement => ({
  outcome: 'success',
  promptTokens: 1,
  completionTokens: 10,
  deltas: 0,
  latencyMs: 100,
  ...values,
})

const SERVED = { model: 'llama', aliasId: undefined }
const NO_NAME = { model: null, aliasId: undefined }

const credential = { 'x-admin-token': ADMIN_TOKEN }
const eventsUrl = ({ address }: Admin): string => `${address}${PREFIX}/events`
const openOwn = (admin: Admin) => openEvents(eventsUrl(admin), credential)

/** Two wired endpoints, a client token, ten seconds since the start. */
async function startWired() {
  const admin = await startAdmin()
  const [a, b] = [
    await admin.endpoint('a', { connected: true }),
    await admin.endpoint('b', { connected: true }),
  ]
  await admin.call('POST', '/tokens', { name: 't' })
  const { traffic } = admin.state
  const client = { blockId: 1, token: { id: 1 } }
  const serve = (endpointId: number, values?: Partial<Settlement>): void =>
    traffic.settle(traffic.begin(client, endpointId, SERVED), result(values))
  admin.time.nowMs += 60_000
  const live = async () => liveView.strict().parse((await admin.call('GET', '/live')).body)
  return { ...admin, a, b, client, serve, live }
}

describe('what goes on now', () => {
  it('is told of the whole, of endpoints, blocks, wires and busy client tokens, as the contract has it', async () => {
    const { a, b, client, serve, live, state, time, waiting } = await startWired()
    for (let n = 0; n < 30; n += 1) serve(a, { completionTokens: 20, firstTokenMs: 40 })
    for (let n = 0; n < 10; n += 1) serve(b, { firstTokenMs: n < 5 ? 100 : undefined })
    serve(b, { outcome: 'failure', completionTokens: undefined })
    serve(b, { outcome: 'failure', completionTokens: undefined, superseded: true })
    state.traffic.countUnleased(client, true)
    state.traffic.countUnleased(undefined, false)
    state.traffic.begin(client, a, SERVED)
    waiting.set(1, { requests: 3, oldestMs: 1_234.5, tokenIds: [1] })
    time.nowMs += 9_500
    const { stats, endpoints, incoming_blocks, client_tokens, wires } = await live()
    const spanS = 9.5
    const perSecond = (count: number): unknown => expect.closeTo(count / spanS, 2)
    expect(stats).toMatchObject({
      tokens_per_second: perSecond(700),
      requests_per_second: perSecond(43),
      errors_per_second: perSecond(2),
      first_token_ms: expect.closeTo((30 * 40 + 5 * 100) / 35, 2) as unknown,
    })
    const ofA = { inflight: 1, tokens_per_second: perSecond(600), requests_per_second: perSecond(30) }
    const ofB = { inflight: 0, tokens_per_second: perSecond(100), requests_per_second: perSecond(12) }
    expect(endpoints).toMatchObject([
      { id: a, success_percent: 100, first_token_ms: 40, errors_per_second: 0, share_percent: 85.71 },
      {
        id: b,
        ...ofB,
        success_percent: 83.33,
        first_token_ms: 100,
        errors_per_second: perSecond(2),
        share_percent: 14.29,
      },
    ])
    expect(incoming_blocks).toMatchObject([
      {
        id: 1,
        inflight: 1,
        queued: 3,
        oldest_queued_ms: 1_235,
        queued_token_ids: [1],
        tokens_per_second: perSecond(700),
        requests_per_second: perSecond(42),
        errors_per_second: perSecond(2),
      },
    ])
    expect(client_tokens).toEqual([
      {
        id: 1,
        inflight: 1,
        tokens_per_second: perSecond(700),
        requests_per_second: perSecond(42),
        errors_per_second: perSecond(2),
        total_requests: 0,
        prompt_tokens_total: 0,
        completion_tokens_total: 0,
        cached_tokens_total: 0,
        reasoning_tokens_total: 0,
      },
    ])
    expect(wires).toMatchObject([
      { incoming_block_id: 1, endpoint_id: a, ...ofA },
      { incoming_block_id: 1, endpoint_id: b, ...ofB },
    ])
  })

  it('tells of an endpoint that is set aside since when, and whether it sends nothing', async () => {
    const { a, b, live, state, time } = await startWired()
    const { watch } = state.endpoint(a)
    watch.hang = { sinceMs: time.nowMs, probe: undefined, nextProbeMs: time.nowMs, failedProbes: 0 }
    state.endpoint(b).tripped = tripFor(20_000, time.nowMs)
    time.nowMs += 1_500
    expect((await live()).endpoints).toMatchObject([
      { id: a, hung: true, breaker_age_s: 1.5, breaker_state: 'half_open' },
      { id: b, hung: false, breaker_age_s: 1.5, breaker_state: 'open' },
    ])
  })

  it('tells what placement achieves: cached prompts, work that is waited for, speed, and moves of sessions', async () => {
    const { a, b, live, serve, state } = await startWired()
    serve(a, { promptTokens: 300, cachedTokens: 200 })
    serve(a, { promptTokens: 100, cachedTokens: 100 })
    // It does not tell.
    serve(a, { promptTokens: 600 })
    const { work } = state.endpoint(a)
    work.prefilling = 2
    work.prefillTokens = 500
    work.prefillMs = 0.25
    state.totals.sessionMoves = 3
    const { stats, endpoints, wires } = await live()
    expect(stats).toMatchObject({ cached_percent: 75, session_moves: 3 })
    expect(endpoints).toMatchObject([
      {
        id: a,
        cached_percent: 75,
        prefilling: 2,
        expected_wait_ms: 125,
        prefill_tokens_per_second: 4_000,
      },
      {
        id: b,
        cached_percent: null,
        prefilling: 0,
        expected_wait_ms: null,
        prefill_tokens_per_second: null,
      },
    ])
    expect(wires.map(({ cached_percent }) => cached_percent)).toEqual([75, null])
  })

  it('has no figure where nothing tells of one, and no client token that is idle', async () => {
    const { a, live, serve, time } = await startWired()
    serve(a)
    time.nowMs += 70_000
    const { stats, endpoints, client_tokens } = await live()
    expect(stats).toMatchObject({ tokens_per_second: 0, first_token_ms: null })
    expect(endpoints[0]).toMatchObject({ success_percent: null, first_token_ms: null, share_percent: null })
    expect(client_tokens).toEqual([])
  })

  it('tells nothing of what was deleted, and of what was restored what it had', async () => {
    const { a, b, call, live, serve } = await startWired()
    serve(a)
    serve(b)
    await call('DELETE', `/endpoints/${a}`)
    await call('DELETE', '/tokens/1')
    const after = await live()
    expect(after.endpoints.map(({ id }) => id)).toEqual([b])
    expect(after.wires.map(({ endpoint_id }) => endpoint_id)).toEqual([b])
    expect(after.client_tokens).toEqual([])
    expect(after.endpoints[0]?.share_percent).toBe(50)
    await call('POST', `/endpoints/${a}/restore`)
    await call('POST', '/tokens/1/restore')
    const restored = await live()
    expect(restored.endpoints.map(({ requests_per_second }) => requests_per_second > 0)).toEqual([true, true])
    expect(restored.client_tokens).toMatchObject([{ id: 1 }])
  })

  it('is zero after reset-stats but for what is in flight', async () => {
    const { a, call, client, live, serve, state } = await startWired()
    serve(a)
    state.traffic.begin(client, a, SERVED)
    await call('POST', '/reset-stats')
    const { stats, wires, endpoints, client_tokens } = await live()
    expect(stats).toMatchObject({ tokens_per_second: 0, requests_per_second: 0, errors_per_second: 0 })
    expect(endpoints[0]).toMatchObject({ tokens_per_second: 0, share_percent: null })
    expect(wires[0]).toMatchObject({ inflight: 1, requests_per_second: 0 })
    expect(client_tokens).toMatchObject([{ id: 1, inflight: 1, requests_per_second: 0 }])
  })
})

describe('the history', () => {
  it('has steps of two seconds, oldest first, of equal length for all', async () => {
    const { a, b, call, serve, time } = await startWired()
    serve(a, { completionTokens: 30 })
    time.nowMs += 2_000
    serve(a, { outcome: 'failure', completionTokens: 50 })
    time.nowMs += 4_000
    const history = historyView.strict().parse((await call('GET', '/history')).body)
    expect(history.step_seconds).toBe(2)
    expect(history.totals.tokens_per_second).toHaveLength(33)
    expect(history.totals.tokens_per_second.slice(-4)).toEqual([0, 15, 25, 0])
    expect(history.totals.errors_per_second.slice(-4)).toEqual([0, 0, 0.5, 0])
    expect(history.endpoints.map(({ id }) => id)).toEqual([a, b])
    expect(history.endpoints[0]?.requests_per_second.slice(-4)).toEqual([0, 0.5, 0.5, 0])
    expect(history.endpoints[1]?.tokens_per_second).toEqual(Array.from({ length: 33 }, () => 0))
    expect(history.incoming_blocks).toMatchObject([{ id: 1 }])
    time.nowMs += 600_000
    const later = historyView.parse((await call('GET', '/history')).body)
    expect(later.totals.tokens_per_second).toEqual(Array.from({ length: 150 }, () => 0))
  })
})

describe('the history of first tokens', () => {
  it('has the means of steps of ten seconds for all and for each endpoint', async () => {
    const { a, b, call, serve, time } = await startWired()
    // The middle of a step.
    time.nowMs = 10_000 * Math.ceil(time.nowMs / 10_000) + 5_000
    serve(a, { firstTokenMs: 40 })
    serve(b, { firstTokenMs: 100 })
    time.nowMs += 10_000
    serve(a, { firstTokenMs: 50 })
    serve(a, { firstTokenMs: 60 })
    const history = firstTokenHistoryView.strict().parse((await call('GET', '/history/first-token')).body)
    expect(history.step_seconds).toBe(10)
    const lastTwo = ({ first_token_ms, streams }: typeof history.totals) => [
      first_token_ms.slice(-2),
      streams.slice(-2),
    ]
    expect(lastTwo(history.totals)).toEqual([
      [70, 55],
      [2, 2],
    ])
    expect(history.endpoints.map((one) => [one.id, ...lastTwo(one)])).toEqual([
      [a, [40, 55], [1, 2]],
      [b, [100, null], [1, 0]],
    ])
    for (const { first_token_ms, streams } of [history.totals, ...history.endpoints])
      expect([first_token_ms.length, streams.length]).toEqual([30, 30])
  })
})

describe('the stream of events', () => {
  it('begins with the state and what goes on', async () => {
    const admin = await startWired()
    const reader = await openOwn(admin)
    expect(reader.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    const { body } = await admin.call('GET', '/state')
    expect(await reader.next('state')).toEqual(body)
    expect(reader.events[0]).toMatchObject({ name: 'state', id: body.etag })
    const live = await reader.next('live')
    expect({ ...live, at: '' }).toEqual({ ...(await admin.live()), at: '' })
  })

  it('tells what goes on again at each tick, and sets no timer without readers', async () => {
    const admin = await startWired()
    expect(admin.timerCount()).toBe(0)
    const readers = [await openOwn(admin), await openOwn(admin)]
    for (const reader of readers) await reader.next('live')
    expect(admin.timerCount()).toBe(1)
    admin.serve(admin.a)
    admin.runTimers()
    for (const reader of readers)
      expect((await reader.next('live')).stats.requests_per_second).toBeGreaterThan(0)
    for (const reader of readers) reader.leave()
    await eventually(() => expect(admin.timerCount()).toBe(0))
  })

  it('tells of many changes at once, and of each that is made afterwards', async () => {
    const admin = await startWired()
    const reader = await openOwn(admin)
    await reader.next('state')
    for (const name of ['c', 'd', 'e']) await admin.endpoint(name)
    admin.runTimers()
    expect((await reader.next('state')).endpoints.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e'])
    await admin.call('PATCH', '/positions', { endpoints: [{ id: admin.a, pos_x: 7, pos_y: 8 }] })
    admin.runTimers()
    expect((await reader.next('state')).endpoints[0]).toMatchObject({ pos_x: 7, pos_y: 8 })
    expect(reader.events.filter(({ name }) => name === 'state')).toHaveLength(3)
  })

  it('tells a reader that keeps up what has changed instead of the whole', async () => {
    const admin = await startWired()
    const { a, b } = admin
    for (let n = 0; n < 3; n += 1) await admin.call('POST', '/tokens', { name: `t${n}` })
    const reader = await openEvents(`${eventsUrl(admin)}?changes=true`, credential)
    await reader.next('state')
    await admin.call('PATCH', '/tokens/2', { name: 'renamed' })
    await admin.call('DELETE', '/tokens/3')
    admin.runTimers()
    const { body } = await admin.call('GET', '/state')
    expect(await reader.next('state-change')).toMatchObject({
      etag: body.etag,
      endpoints: [],
      incoming_blocks: [],
      wires: null,
      client_tokens: [{ id: 2, name: 'renamed' }],
      removed: { endpoints: [], incoming_blocks: [], client_tokens: [3] },
    })
    await admin.call('DELETE', `/wires/1/${b}`)
    admin.runTimers()
    expect(await reader.next('state-change')).toMatchObject({
      endpoints: [{ id: b, connected: false }],
      wires: [{ incoming_block_id: 1, endpoint_id: a }],
      client_tokens: [],
    })
    expect(reader.events.filter(({ name }) => name === 'state')).toHaveLength(1)
    // Only figures were reset, which a change does not hold.
    await admin.call('POST', '/reset-stats')
    admin.runTimers()
    expect((await reader.next('state')).client_tokens).toHaveLength(3)
  })

  it('tells a reader that keeps up the figures that have changed', async () => {
    const admin = await startWired()
    const reader = await openEvents(`${eventsUrl(admin)}?changes=true`, credential)
    expect((await reader.next('live')).endpoints).toHaveLength(2)
    // Its first tick: it may have missed changes since its first figures.
    admin.runTimers()
    expect((await reader.next('live')).endpoints).toHaveLength(2)
    admin.runTimers()
    expect(await reader.next('live-change')).toMatchObject({
      endpoints: [],
      incoming_blocks: [],
      client_tokens: [],
      wires: [],
    })
    admin.serve(admin.b)
    admin.runTimers()
    expect(await reader.next('live-change')).toMatchObject({
      endpoints: [
        { id: admin.a, share_percent: 0 },
        { id: admin.b, share_percent: 100 },
      ],
      client_tokens: [{ id: 1 }],
      wires: [{ endpoint_id: admin.b }],
      models: [{ model: 'llama', share_percent: 100 }],
    })
    // The last that is told of a client token are its totals, without rates, although its count has been dropped.
    admin.time.nowMs += 11_000
    const other = { blockId: 1, token: null }
    admin.state.traffic.settle(admin.state.traffic.begin(other, admin.b, NO_NAME), result())
    admin.runTimers()
    const last = await reader.next('live-change')
    expect(last.client_tokens).toMatchObject([{ id: 1, requests_per_second: 0 }])
    expect(last.models).toMatchObject([
      { model: null, share_percent: 100 },
      { model: 'llama', requests_per_second: 0, share_percent: 0 },
    ])
    admin.time.nowMs += 11_000
    admin.runTimers()
    expect(await reader.next('live-change')).toMatchObject({
      client_tokens: [],
      models: [{ model: null, requests_per_second: 0, share_percent: null }],
    })
  })

  it('tells a reader of very many changes the whole', async () => {
    const admin = await startWired()
    const reader = await openEvents(`${eventsUrl(admin)}?changes=true`, credential)
    await reader.next('state')
    const yaml = `client_tokens:\n${Array.from({ length: 501 }, (_, n) => `  - { name: many-${n}, incoming_block: Incoming 1 }\n`).join('')}`
    expect((await admin.call('POST', '/config/apply', { yaml })).status).toBe(200)
    admin.runTimers()
    expect((await reader.next('state')).client_tokens.length).toBeGreaterThan(500)
  })

  it('ends with the session that opened it, and with no other', async () => {
    const admin = await startWired()
    const signIn = async (): Promise<{ cookie: string; 'x-csrf-token': string }> => {
      const { headers, body } = await admin.call<{ csrf_token: string }>('POST', '/session', {
        token: ADMIN_TOKEN,
      })
      return { cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '', 'x-csrf-token': body.csrf_token }
    }
    const [first, second] = [await signIn(), await signIn()]
    const [ending, staying] = [
      await openEvents(eventsUrl(admin), first),
      await openEvents(eventsUrl(admin), second),
    ]
    await send(`${admin.address}${PREFIX}/session`, { method: 'DELETE', headers: first })
    expect(await ending.next('bye')).toEqual({ reason: 'session_ended' })
    expect(await ending.ended).toEqual({ clean: true })
    for (let n = 0; n < 2; n += 1) await staying.next('live').finally(admin.runTimers)
    admin.time.nowMs += 3_600_000
    admin.runTimers()
    expect(await staying.next('bye')).toEqual({ reason: 'session_ended' })
    await staying.ended
    await eventually(() => expect(admin.timerCount()).toBe(0))
  })

  it('says goodbye when the server shuts down, and does not hold it up', async () => {
    const admin = await startWired()
    const reader = await openOwn(admin)
    await reader.next('live')
    await admin.close()
    expect(await reader.next('bye')).toEqual({ reason: 'shutting_down' })
    expect(await reader.ended).toEqual({ clean: true })
  })

  it('is given to a hundred readers at most, and again when one has left', async () => {
    const admin = await startWired()
    const readers = await Promise.all(Array.from({ length: 100 }, () => openOwn(admin)))
    const refused = await admin.call('GET', '/events')
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(refused.body.code).toBe('LB_ERR_TOO_MANY_STREAMS')
    readers[0]?.leave()
    await eventually(async () => void (await openOwn(admin)))
  })

  it('needs a credential, and takes no HEAD', async () => {
    const admin = await startAdmin()
    expect((await send(eventsUrl(admin))).status).toBe(401)
    const head = await send(eventsUrl(admin), { method: 'HEAD', headers: credential })
    expect(head.status).toBe(405)
  })

  it('keeps nothing for a reader that does not read, whom it cuts in the end', async () => {
    const admin = await startAdmin()
    await admin.store.transaction(async (tx) => {
      for (let n = 0; n < 20_000; n += 1) await tx.blocks.insert(blockValues(`b${n}`))
    })
    admin.state.replace(await admin.store.readConfiguration())
    const reader = await openOwn(admin)
    reader.response.pause()
    const { heapUsed, external } = process.memoryUsage()
    for (let tick = 0; tick < 119; tick += 1) {
      admin.time.nowMs += 500
      admin.runTimers()
    }
    // Each of them is more than two megabytes.
    const grown = process.memoryUsage().external - external + process.memoryUsage().heapUsed - heapUsed
    expect(grown).toBeLessThan(60_000_000)
    expect(admin.timerCount()).toBe(1)
    admin.time.nowMs += 1_500
    admin.runTimers()
    admin.runTimers()
    await eventually(() => expect(admin.timerCount()).toBe(0))
    reader.response.resume()
    expect(await reader.ended).toEqual({ clean: false })
    expect(reader.events.length).toBeLessThan(6)
  })
})
