// What a page asks for itself, to show it, counts nowhere.
import { expect, it } from 'vitest'
import { chatOf, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'

/** What requests of clients add to. */
async function countedIn(app: RunningApp) {
  const { stats, endpoints, client_tokens } = await app.admin.state()
  const metrics = (await app.send('/metrics')).text
  return {
    served: stats.total_requests_served,
    errors: stats.total_errors,
    perSecond: stats.requests_per_second,
    byEndpoint: endpoints.map((one) => one.total_requests),
    byToken: client_tokens.map((one) => one.total_requests),
    inMetrics: metrics.split('\n').filter((line) => /^lb_(requests|endpoint_requests)_total/.test(line)),
  }
}

it('the look-ups of models, tests of endpoints and explanations of a page count nowhere', async () => {
  const app = await startListingApp()
  const { token } = await app.admin.token('app')
  const before = await countedIn(app)
  const headers = { authorization: `Bearer ${token}` }
  expect((await app.send('/v1/models', { headers })).status).toBe(200)
  await app.admin.call('POST', `/endpoints/${app.endpoint.id}/test`, {})
  await app.admin.call('POST', '/endpoint-test', { base_url: app.backend.baseUrl })
  await app.admin.call('GET', `/endpoints/${app.endpoint.id}/models`)
  await app.admin.call('GET', '/models?limit=0')
  await app.admin.call('GET', '/decisions')
  await app.admin.call('GET', '/audit?limit=20')
  expect(await countedIn(app)).toEqual(before)

  // A request does count.
  expect((await app.post('/v1/chat/completions', chatOf(), headers)).status).toBe(200)
  expect(await countedIn(app)).toMatchObject({ served: before.served + 1, byToken: [1], byEndpoint: [1] })
})
