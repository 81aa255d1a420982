import { expect, it } from 'vitest'
import { systemTimer, type Timer } from '../../../src/simulation/timer.ts'
import { eventData, send } from '../../support/clients/http-client.ts'
import { chatOf, eventually, startApp } from '../../support/apps/running-app.ts'

const STREAMS = 1000
const CHAT = '/v1/chat/completions'

/** Time that stands still until it is released. */
function createGate() {
  const waiting: { delayMs: number; run: () => void }[] = []
  let releasedMs: number | undefined
  const timer: Timer = {
    // Or a process that the machine lets wait would find its responses due already.
    nowMs: () => (releasedMs === undefined ? 0 : systemTimer.nowMs() - releasedMs),
    after(delayMs, run) {
      if (releasedMs !== undefined) return systemTimer.after(delayMs, run)
      waiting.push({ delayMs, run })
      return () => undefined
    },
  }
  return {
    timer,
    release() {
      releasedMs = systemTimer.nowMs()
      for (const { delayMs, run } of waiting) systemTimer.after(delayMs, run)
    },
  }
}

it('carries a thousand streams at once and counts every token of them once', async () => {
  const gate = createGate()
  const app = await startApp({
    backends: [1, 2, 3].map((seed) => ({
      seed,
      ttftMs: 1,
      minTokens: 5,
      maxTokens: 15,
      tokensPerSecond: 50,
    })),
    endpoints: [{ token_quota_percent: 50 }, { token_quota_percent: 30 }, { token_quota_percent: 20 }],
    environment: { LB_MAX_CONNECTIONS: '1000' },
    backendParts: { timer: gate.timer },
  })
  const tokens = [await app.admin.token('one'), await app.admin.token('two')]
  const streams = Promise.all(
    Array.from({ length: STREAMS }, (_, index) =>
      send(app.url + CHAT, {
        method: 'POST',
        headers: { authorization: `Bearer ${tokens[index % 2]?.token}` },
        body: JSON.stringify(chatOf({ stream: true })),
      }),
    ),
  )
  await eventually(async () => {
    // None is answered before its time.
    expect(await app.requestLines()).toEqual([])
    expect((await app.admin.state()).stats.total_inflight).toBe(STREAMS)
    expect(app.arrived()).toBe(STREAMS)
  })
  gate.release()
  const responses = await streams

  const read = [0, 0]
  for (const [index, response] of responses.entries()) {
    expect([response.status, response.isComplete]).toEqual([200, true])
    expect(response.text.endsWith('data: [DONE]\n\n')).toBe(true)
    const pieces = eventData(response.text).filter(({ choices }) => {
      const [choice] = choices as { delta: { content?: string } }[]
      return choice?.delta.content
    })
    read[index % 2] = (read[index % 2] ?? 0) + pieces.length
  }
  const { endpoints, client_tokens, stats } = await app.admin.state()
  const served = app.backends.map((backend) => backend.served().total)
  expect(endpoints.map((endpoint) => endpoint.completion_tokens_total)).toEqual(
    served.map(({ completionTokens }) => completionTokens),
  )
  expect(endpoints.map((endpoint) => endpoint.prompt_tokens_total)).toEqual(
    served.map(({ promptTokens }) => promptTokens),
  )
  expect(endpoints.map((endpoint) => endpoint.total_success)).toEqual(served.map(({ finished }) => finished))
  expect(client_tokens.map((token) => token.completion_tokens_total)).toEqual(read)
  expect(client_tokens.map((token) => token.total_requests)).toEqual([STREAMS / 2, STREAMS / 2])
  expect(stats).toMatchObject({
    total_inflight: 0,
    total_requests_served: STREAMS,
    total_errors: 0,
    inflight_per_endpoint: Object.fromEntries(endpoints.map(({ id }) => [id, 0])),
  })
  expect(await app.requestLines()).toHaveLength(STREAMS)
})
