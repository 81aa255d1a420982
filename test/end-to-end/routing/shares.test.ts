import { expect, it } from 'vitest'
import { keepAliveAgent, send } from '../../support/clients/http-client.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'

const IN_FLIGHT = 64
const BODIES = [false, true].map((stream) => JSON.stringify(chatOf({ stream })))

it('shares completion tokens by quota, with 64 requests in flight and responses of any length', async () => {
  const app = await startApp({
    backends: [1, 2, 3].map((seed) => ({ seed, minTokens: 5, maxTokens: 200, tokensPerSecond: 4000 * seed })),
    endpoints: [{ token_quota_percent: 50 }, { token_quota_percent: 30 }, { token_quota_percent: 20 }],
  })
  const agent = keepAliveAgent(IN_FLIGHT)
  const run = async (requests: number): Promise<void> => {
    let started = 0
    const client = async (): Promise<void> => {
      while (started < requests) {
        started += 1
        const { status } = await send(`${app.url}/v1/chat/completions`, {
          method: 'POST',
          agent,
          body: BODIES[started % 2] ?? '',
        })
        expect(status).toBe(200)
      }
    }
    await Promise.all(Array.from({ length: IN_FLIGHT }, client))
  }
  const tokens = async (): Promise<number[]> =>
    (await app.admin.state()).endpoints.map((endpoint) => endpoint.completion_tokens_total)
  const shares = (counts: readonly number[]): number[] => {
    const total = counts.reduce((sum, count) => sum + count, 0)
    return counts.map((count) => (100 * count) / total)
  }
  const expectShares = (counts: readonly number[], quotas: readonly number[], within: number): void => {
    for (const [index, share] of shares(counts).entries()) {
      expect(Math.abs(share - (quotas[index] ?? 0))).toBeLessThanOrEqual(within)
    }
  }

  await run(2000)
  const before = await tokens()
  expectShares(before, [50, 30, 20], 1)
  expect(app.backends.map((backend) => backend.served().total.completionTokens)).toEqual(before)

  const quotas = [10, 30, 60]
  for (const [index, { id }] of app.endpoints.entries()) {
    await app.admin.patchEndpoint(id, { token_quota_percent: quotas[index] })
  }
  await run(300)
  const after = await tokens()
  expectShares(
    after.map((count, index) => count - (before[index] ?? 0)),
    quotas,
    3,
  )
})
