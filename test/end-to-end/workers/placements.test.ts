// Requests that belong together reach the same endpoint through whichever worker, as the backends see it.
import { describe, expect, it } from 'vitest'
import { callAdmin, SLOW_MS } from '../../support/daemon-process.ts'
import { startObjectKeeper } from '../../support/upstreams/object-keeper.ts'
import { startReferee } from '../../support/upstreams/referee.ts'
import { startWorkers, workerCounts } from './worker-daemon.ts'

const saying = (content: string) => ({ messages: [{ role: 'user', content }] })

describe.each(workerCounts)('%i workers', { timeout: SLOW_MS }, (workers) => {
  it('keep a session at one endpoint', async () => {
    const backends = await Promise.all(Array.from({ length: 4 }, () => startReferee()))
    const daemon = await startWorkers(workers, backends)
    await callAdmin(daemon, 'PATCH', '/incoming-blocks/1', { body: { session_affinity: 'user' } })
    for (let session = 0; session < 6; session += 1) {
      const endpoints = new Set<unknown>()
      for (let sent = 0; sent < 2 * workers; sent += 1)
        endpoints.add((await daemon.complete({ user: `user-${session}` })).headers['x-lb-endpoint'])
      expect(endpoints.size).toBe(1)
    }
  })

  it('find at once what another of them has had made', async () => {
    const keepers = [await startObjectKeeper('one'), await startObjectKeeper('two')]
    const daemon = await startWorkers(workers, keepers)
    for (let round = 0; round < 100; round += 1) {
      const made = await daemon.post('/v1/responses', { model: 'm', input: 'Hello' })
      const { id } = JSON.parse(made.body) as { id: string }
      const next = await daemon.post('/v1/responses', { model: 'm', input: 'More', previous_response_id: id })
      expect([next.status, next.headers['x-lb-endpoint']]).toEqual([200, made.headers['x-lb-endpoint']])
    }
    const unknown = await daemon.post('/v1/responses', {
      model: 'm',
      input: 'More',
      previous_response_id: 'resp_none',
    })
    expect(unknown.status).toBe(404)
    expect(unknown.body).toContain('previous_response_not_found')
  })

  it('know which beginnings of prompts another of them has sent where', async () => {
    const backend = await startReferee()
    const daemon = await startWorkers(workers, [backend], [], { LB_ROUTE_HEADER: 'on' })
    await callAdmin(daemon, 'PATCH', '/routing', { body: { routing_mode: 'balanced' } })
    let sent = 0
    for (let round = 0; round < 8; round += 1) {
      const prompt = `round ${round} ${'of words that all requests share '.repeat(400)}`
      const complete = async (end: string): Promise<string> =>
        String((await daemon.complete(saying(prompt + end))).headers['x-lb-route'])
      expect(await complete('first')).toMatch(/hit=0\//)
      sent += 1
      // The workers are told of the prompt before this is told, and of a new connection after it.
      await daemon.told('the request', ({ stats }) => stats.total_requests_served === sent)
      for (let later = 0; later < workers; later += 1) expect(await complete(`${later}`)).toMatch(/hit=[1-9]/)
      sent += workers
      await daemon.told('the requests', ({ stats }) => stats.total_requests_served === sent)
    }
  })
})
