// Sessions over HTTP: where a restart of the balancer finds them again.
import { expect, it } from 'vitest'
import { chatOf, startApp } from '../../support/apps/running-app.ts'
import { send } from '../../support/clients/http-client.ts'

it('sessions that have not moved are at their endpoints again after a restart, where their names lead them', async () => {
  const app = await startApp({ backends: [{}, {}, {}] })
  await app.admin.call('PATCH', '/routing', { routing_mode: 'balanced' })
  await app.admin.call('PATCH', '/incoming-blocks/1', { session_affinity: 'header:x-session-id' })
  const endpointsOf = async (url: string): Promise<unknown[]> => {
    const served: unknown[] = []
    for (let session = 0; session < 12; session += 1) {
      const { status, headers } = await send(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-session-id': `session ${session}` },
        body: JSON.stringify(chatOf()),
      })
      expect(status).toBe(200)
      served.push(headers['x-lb-endpoint'])
    }
    return served
  }
  const before = await endpointsOf(app.url)
  expect(new Set(before).size).toBe(3)
  expect(await endpointsOf(app.url)).toEqual(before)
  expect(await endpointsOf(await app.restart())).toEqual(before)
})
