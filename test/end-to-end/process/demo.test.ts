// What the demo shows: two models on three endpoints, an alias, and the hits of the backends' caches.
import { expect, it } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import { chatOf, eventually } from '../../support/apps/running-app.ts'
import { send } from '../../support/clients/http-client.ts'
import { callAdmin, SLOW_MS, startDaemon } from '../../support/daemon-process.ts'

it(
  'the demo shows two models on three endpoints, an alias, and hits of their caches',
  { timeout: SLOW_MS },
  async () => {
    const daemon = await startDaemon({ args: ['--demo'], environment: { LB_DB_PATH: temporaryPath() } })
    const { endpoints, model_aliases: aliases } = await callAdmin<StateView>(daemon, 'GET', '/state')
    expect(endpoints.map(({ name }) => name)).toEqual(['sim-fast', 'sim-steady', 'sim-slow'])
    expect(aliases.map(({ name }) => name)).toEqual(['demo-smart'])
    await eventually(async () => {
      const { data } = (await send(`${daemon.url}/v1/models`)).json() as { data: { id: string }[] }
      expect(data.map(({ id }) => id)).toEqual(['demo-large', 'demo-model', 'demo-smart'])
    })

    const messages = [{ role: 'user', content: 'The balancer keeps what was said before. '.repeat(200) }]
    const ask = (model: string) =>
      send(`${daemon.url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify(chatOf({ model, messages, max_tokens: 2 })),
      })
    const { status, headers } = await ask('demo-smart')
    expect([status, headers['x-lb-model']]).toEqual([200, 'demo-large'])
    for (let n = 0; n < 4; n += 1) expect((await ask('demo-model')).status).toBe(200)
    const live = await callAdmin<LiveView>(daemon, 'GET', '/live')
    expect(Math.max(...live.endpoints.map(({ cached_percent: percent }) => percent ?? 0))).toBeGreaterThan(25)
  },
)
