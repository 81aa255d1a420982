// What one worker learns of a request that harms endpoints all of them act on, as the backends see it.
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { SLOW_MS } from '../../support/daemon-process.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, workerCounts } from './worker-daemon.ts'

const saying = (content: string) => ({ messages: [{ role: 'user', content }] })

/** A backend that does `harm` where a request says so. */
const startHarmed = (harm: (response: ServerResponse) => void) =>
  startReferee({
    serve(response, { text }) {
      if (text.includes('poison')) harm(response)
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}')
    },
  })

describe.each(workerCounts)('%i workers', { timeout: SLOW_MS }, (workers) => {
  it('send a request that breaks connections to two endpoints, and then refuse it all, in whichever of them', async () => {
    const backends = await Promise.all([1, 2, 3].map(() => startHarmed((response) => response.destroy())))
    const daemon = await startWorkers(workers, backends, [], { LB_FAIL_THRESHOLD: '10' })
    const refusal = expect.objectContaining({ code: 'LB_ERR_REQUEST_BREAKS_ENDPOINTS' }) as unknown
    const first = await daemon.complete(saying('poison'))
    expect([first.status, JSON.parse(first.body)]).toEqual([502, refusal])
    const asked = () => backends.map((backend) => backend.total())
    expect(asked().sort()).toEqual([0, 1, 1])
    const before = asked()
    // The next connection may be that of a worker which has not been told yet.
    await daemon.told(
      'both breaks',
      ({ endpoints }) => endpoints.filter((one) => one.total_failures === 1).length === 2,
    )
    const later = await Promise.all(
      Array.from({ length: 4 * workers }, () => daemon.complete(saying('poison'))),
    )
    for (const { status, body } of later) expect([status, JSON.parse(body)]).toEqual([502, refusal])
    expect(asked()).toEqual(before)
    const others = await Promise.all(
      Array.from({ length: 4 * workers }, () => daemon.complete(saying('harmless'))),
    )
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200))
  })

  it('count a request that fails at all endpoints alike against one of them once, however often and wherever it comes', async () => {
    const fail = (response: ServerResponse): void =>
      void response.writeHead(500).end('{"error":{"message":"no"}}')
    const backends = await Promise.all([1, 2].map(() => startHarmed(fail)))
    const daemon = await startWorkers(workers, backends, [], { LB_FAIL_THRESHOLD: '2' })
    for (let sent = 1; sent <= 4 * workers; sent += 1) {
      expect((await daemon.complete(saying('poison'))).status).toBe(500)
      await daemon.told('its end', ({ stats }) => stats.total_requests_served === sent)
    }
    const { endpoints } = await daemon.state()
    expect(endpoints.map((one) => one.breaker_state)).toEqual(['closed', 'closed'])
    expect(endpoints.reduce((sum, one) => sum + one.consecutive_failures, 0)).toBe(1)
    expect(backends.map((backend) => backend.total())).toEqual([4 * workers, 4 * workers])
  })
})
