// Sends many requests to endpoints that fail at random: a request is lost only if it failed at every endpoint.
import { describe, expect, it } from 'vitest'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import { keepAliveAgent, send, type HttpResponse } from '../../support/clients/http-client.ts'
import { chatOf, startApp, type RunningApp } from '../../support/apps/running-app.ts'

const CHAT = '/v1/chat/completions'
const REQUESTS = 2000
const CONCURRENCY = 64

/**
 * Faults that strike before a stream has begun, so that another endpoint can still answer. No reset is among them: on a
 * connection that was kept alive it is repeated without being counted, so that the backend would count more requests.
 */
const kinds: readonly FaultInput[] = [
  { kind: 'status', status: 500 },
  { kind: 'status', status: 502 },
  { kind: 'status', status: 429 },
  { kind: 'malformed', form: 'bytes' },
  { kind: 'die', afterChunks: 0 },
  { kind: 'status', status: 401 },
]

interface Run {
  readonly app: RunningApp
  /** Asked before each request. @returns the faults that the backends have from then on; undefined for no change. */
  readonly faults: (index: number) => readonly (FaultInput | null)[] | undefined
}

/** Sends all requests, every second one for a stream, so many at a time. */
async function run({ app, faults }: Run): Promise<HttpResponse[]> {
  const agent = keepAliveAgent(CONCURRENCY)
  const responses: HttpResponse[] = []
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < REQUESTS; index = next++) {
      const changed = faults(index)
      if (changed) await Promise.all(app.backends.map((backend, at) => backend.setFault(changed[at] ?? null)))
      const body = JSON.stringify(chatOf({ stream: index % 2 === 0 }))
      responses.push(await send(app.url + CHAT, { method: 'POST', agent, body }))
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return responses
}

const isWhole = (response: HttpResponse): boolean =>
  response.status === 200 &&
  response.isComplete &&
  (response.headers['content-type']?.startsWith('text/event-stream')
    ? response.text.endsWith('data: [DONE]\n\n') && !response.text.includes('"error"')
    : 'choices' in (response.json() as object))

/** What the balancer has counted of each endpoint is what its backend served. */
async function expectSameBooks(app: RunningApp): Promise<void> {
  await app.settled()
  const { endpoints } = await app.admin.state()
  for (const [index, backend] of app.backends.entries()) {
    const { total, faults } = backend.served()
    const struck = Object.values(faults).reduce((sum, count) => sum + count, 0)
    expect(endpoints[index]).toMatchObject({
      total_requests: total.requests,
      total_success: total.finished,
      total_failures: struck,
      prompt_tokens_total: total.promptTokens,
      completion_tokens_total: total.completionTokens,
    })
  }
}

const struckOf = ({ backends }: RunningApp): number =>
  backends.flatMap(({ served }) => Object.values(served().faults)).reduce((sum, count) => sum + count, 0)

const backendsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ seed: index + 1 }))

describe('a tenth of the requests failing at each of three endpoints', () => {
  it('loses only those that failed at all three, and counts every token once', async () => {
    const app = await startApp({ backends: backendsOf(3), environment: { LB_FAIL_THRESHOLD: '1000' } })
    const responses = await run({
      app,
      faults: (index) =>
        index % 100 === 0
          ? app.backends.map(
              (_, at) => ({ ...kinds[(index / 100 + at) % kinds.length], probability: 0.1 }) as FaultInput,
            )
          : undefined,
    })
    const lost = responses.filter((response) => !isWhole(response))
    for (const { headers } of lost) {
      expect(headers).toMatchObject({ 'x-lb-attempts': '3', 'x-should-retry': 'false' })
    }
    expect(lost.length).toBeLessThan(REQUESTS / 100)
    const attempts = responses.reduce((sum, { headers }) => sum + Number(headers['x-lb-attempts']), 0)
    expect(attempts).toBe(app.arrived())
    // Each fault cost one attempt: it led to another one, or was the last of a request that is lost.
    expect(struckOf(app)).toBe(attempts - REQUESTS + lost.length)
    expect(struckOf(app)).toBeGreaterThan(REQUESTS / 20)
    await expectSameBooks(app)
    const { stats } = await app.admin.state()
    expect(stats).toMatchObject({ total_requests_served: REQUESTS, total_errors: lost.length, queued: 0 })
  })
})

describe('two bad endpoints and a good one', () => {
  it('lose no request, in any state of the breakers', async () => {
    const app = await startApp({ backends: backendsOf(3), environment: { LB_COOLDOWN_SECONDS: '0.05' } })
    const responses = await run({
      app,
      faults: (index) => {
        if (index % 250 !== 0) return undefined
        const kind = (at: number) =>
          ({ ...kinds[(index / 250 + at) % kinds.length], probability: 0.5 }) as FaultInput
        return [kind(0), kind(1), null]
      },
    })
    expect(responses.filter((response) => !isWhole(response))).toEqual([])
    expect(struckOf(app)).toBeGreaterThan(0)
    await expectSameBooks(app)
    const { stats } = await app.admin.state()
    expect(stats).toMatchObject({ total_requests_served: REQUESTS, total_errors: 0 })
  })
})
