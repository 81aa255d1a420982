// The route of the stored history, over HTTP.
import { describe, expect, it } from 'vitest'
import type { HistoryRangeView } from '../../../src/contract/traffic/history.ts'
import type { HistorySample } from '../../../src/core/history/history-sample.ts'
import { sketchBytes } from '../../../src/core/history/sketch-bytes.ts'
import { sketchOf } from '../../core/traffic/sketch-of.ts'
import { startAdmin, type Admin } from '../start-admin.ts'

const MINUTE_MS = 60_000

/** The start of a fine step, some minutes ago. */
const ago = (minutes: number): number => Math.floor((Date.now() - minutes * MINUTE_MS) / 10_000) * 10

const sample = (atS: number, values: Partial<HistorySample> = {}): HistorySample => ({
  atS,
  kind: 'total',
  id: 0,
  requests: 4,
  failures: 1,
  tokens: 100,
  firstTokens: 2,
  firstTokenMs: 300,
  inflight: 3,
  waiting: 2,
  firstTokenTimes: null,
  durationTimes: null,
  ...values,
})

const read = (admin: Admin, query = '') => admin.call<HistoryRangeView>('GET', `/history/range${query}`)

describe('GET /history/range', () => {
  it('tells the last hour of the whole gateway by default, with the sums of its objects', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('one')
    await admin.store.writeHistory([
      sample(ago(30)),
      sample(ago(30), { kind: 'endpoint', id, tokens: 60, firstTokens: 0 }),
      sample(ago(30), { kind: 'block', id: 1 }),
      sample(ago(20), { requests: 1, failures: 0, waiting: 7 }),
      sample(ago(90)),
    ])
    const { status, body } = await read(admin)
    expect(status).toBe(200)
    expect(body.step_seconds).toBe(10)
    const length = (Date.parse(body.to) - Date.parse(body.from)) / 10_000
    expect(Object.values(body.points).map((series) => series.length)).toEqual(Array(12).fill(length))
    expect(body.points.requests.filter((one) => one !== null)).toEqual([4, 1])
    expect(body.points.first_token_ms.filter((one) => one !== null)).toEqual([150, 150])
    expect(body.totals).toEqual({
      requests: 5,
      failures: 1,
      tokens: 200,
      first_token_ms: 150,
      inflight: 3,
      waiting: 7,
      first_token_p50_ms: null,
      first_token_p95_ms: null,
      first_token_p99_ms: null,
      duration_p50_ms: null,
      duration_p95_ms: null,
      duration_p99_ms: null,
    })
    expect(body.endpoints).toMatchObject([{ id, tokens: 60, first_token_ms: null }])
    expect(body.incoming_blocks).toMatchObject([{ id: 1, requests: 4 }])
  })

  it('tells one endpoint or block of a window in the step asked for, idle where only others had traffic', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('one')
    const at = Math.floor(ago(200) / 300) * 300
    await admin.store.writeHistory([
      sample(at),
      sample(at, { kind: 'endpoint', id, tokens: 60 }),
      sample(at + 300),
      sample(at + 300, { kind: 'block', id: 1, tokens: 40 }),
    ])
    const times = `from=${new Date(at * 1000).toISOString()}&to=${new Date((at + 900) * 1000).toISOString()}`
    const { body } = await read(admin, `?${times}&step=300&endpoint_id=${id}`)
    expect(body.points.tokens).toEqual([60, 0, null])
    expect(body.totals.tokens).toBe(60)
    expect((await read(admin, `?${times}&step=300&block_id=1`)).body.points.tokens).toEqual([0, 40, null])
  })

  it('tells the percentiles of two windows, so that they can be compared', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('one')
    const at = Math.floor(ago(200) / 300) * 300
    const write = (step: number, ms: number) => {
      const times = sketchBytes(sketchOf(Array.from({ length: 50 }, (_, n) => ms * (n + 1))))
      return sample(at + step * 10, { kind: 'endpoint', id, firstTokenTimes: times, durationTimes: times })
    }
    // Twice as slow in the second five minutes; the steps of a window are told together.
    await admin.store.writeHistory([0, 7].map((step) => write(step, 10)))
    await admin.store.writeHistory([30, 31, 45].map((step) => write(step, 20)))
    const totalsFrom = async (fromS: number) => {
      const times = `from=${new Date(fromS * 1000).toISOString()}&to=${new Date((fromS + 300) * 1000).toISOString()}`
      const { body } = await read(admin, `?${times}&endpoint_id=${id}`)
      const { first_token_p50_ms: half, first_token_p95_ms: most, duration_p99_ms: nearlyAll } = body.totals
      return [half, most, nearlyAll]
    }
    const expectWithin = (found: readonly (number | null)[], exact: readonly number[]): void => {
      for (const [index, ms] of exact.entries())
        expect(Math.abs((found[index] ?? Number.NaN) / ms - 1)).toBeLessThanOrEqual(0.0501)
    }
    expectWithin(await totalsFrom(at), [250, 480, 500])
    expectWithin(await totalsFrom(at + 300), [500, 960, 1_000])
  })

  it('lists the changes of the configuration in the window, without moves and operations', async () => {
    const admin = await startAdmin()
    const id = await admin.endpoint('one')
    await admin.call('PATCH', `/endpoints/${id}`, { max_concurrent: 3 })
    await admin.call('PATCH', '/positions', { endpoints: [{ id, pos_x: 1, pos_y: 2 }] })
    await admin.call('POST', '/cache/clear')
    const { changes, has_more_changes } = (await read(admin)).body
    expect(changes).toMatchObject([
      { action: 'endpoint.create', object_id: String(id), name: 'one', fields: [] },
      { action: 'endpoint.update', object_id: String(id), fields: ['max_concurrent'] },
    ])
    expect(has_more_changes).toBe(false)
    const earlier = `?from=${new Date(Date.now() - 7_200_000).toISOString()}&to=${new Date(Date.now() - 3_600_000).toISOString()}`
    expect((await read(admin, earlier)).body.changes).toEqual([])
  })

  it('bounds its answer, whatever is asked', async () => {
    const admin = await startAdmin()
    const { body } = await read(admin, '?from=2001-01-01&step=10')
    expect(body.points.requests.length).toBeLessThanOrEqual(500)
    expect(Date.now() - Date.parse(body.from)).toBeLessThan(36 * 86_400_000)
  })

  it.each([
    ['?from=2027-01-02&to=2027-01-01', 'to'],
    ['?endpoint_id=1&block_id=1', 'block_id'],
    ['?step=5', 'step'],
    ['?from=yesterday', 'from'],
  ])('refuses %s', async (query, field) => {
    const admin = await startAdmin()
    const { status, body } = await admin.call('GET', `/history/range${query}`)
    expect(status).toBe(422)
    expect(body.errors.map(({ pointer }) => pointer)).toContain(`/${field}`)
  })
})
