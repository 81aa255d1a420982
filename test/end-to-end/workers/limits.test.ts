// Limits and books hold over all worker processes, as the backends see it.
import { describe, expect, it } from 'vitest'
import { SLOW_MS } from '../../support/daemon-process.ts'
import { REFEREE_TOKENS, startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, workerCounts } from './worker-daemon.ts'

describe.each(workerCounts)('%i workers', { timeout: SLOW_MS }, (workers) => {
  it('together send an endpoint no more requests at once than it takes, and lose none', async () => {
    const [narrow, wide] = [await startReferee(), await startReferee()]
    const daemon = await startWorkers(workers, [narrow, wide], [{ max_concurrent: 1 }, { max_concurrent: 5 }])
    const requests = 200
    const replies = await Promise.all(Array.from({ length: requests }, () => daemon.complete()))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect(narrow.peak()).toBe(1)
    expect(wide.peak()).toBeLessThanOrEqual(5)
    expect(narrow.total() + wide.total()).toBe(requests)
    await daemon.told(
      'all requests, and none that waits',
      ({ stats }) => stats.total_requests_served === requests && stats.queued === 0,
    )
    const { endpoints, stats } = await daemon.state()
    expect(endpoints.map((endpoint) => endpoint.total_requests)).toEqual([narrow.total(), wide.total()])
    expect(endpoints.map((endpoint) => endpoint.completion_tokens_total)).toEqual(
      [narrow, wide].map((backend) => backend.total() * REFEREE_TOKENS),
    )
    expect(stats.total_inflight).toBe(0)
  })

  it('let the one slot of an endpoint go to whichever of them has a request that waits', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(workers, [backend], [{ max_concurrent: 1 }])
    backend.hold()
    const replies = Array.from({ length: 3 * workers }, () => daemon.complete())
    for (let served = 0; served < replies.length; served += 1) {
      await backend.holds(1)
      await daemon.told('the rest in the queue', ({ stats }) => stats.queued === replies.length - served - 1)
      expect(backend.running()).toBe(1)
      backend.release(1)
    }
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual(replies.map(() => 200))
    expect(backend.peak()).toBe(1)
  })

  it('without a queue refuse a request only where the endpoint is full, whichever of them has its slot', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(workers, [backend], [{ max_concurrent: 1 }], { LB_QUEUE_MAX: '0' })
    for (let sent = 0; sent < 4 * workers; sent += 1) {
      expect((await daemon.complete()).status).toBe(200)
      await daemon.told('its end', ({ stats }) => stats.total_inflight === 0)
    }
    backend.hold()
    const held = daemon.complete()
    await backend.holds(1)
    const refused = await Promise.all(Array.from({ length: 2 * workers }, () => daemon.complete()))
    for (const { status, body } of refused) {
      expect(status).toBe(503)
      expect(JSON.parse(body)).toMatchObject({ code: 'LB_ERR_ALL_FULL' })
    }
    backend.release(1)
    expect((await held).status).toBe(200)
  })
})
