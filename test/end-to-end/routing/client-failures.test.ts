// Checks that the failing requests of one client, or for one model, take no endpoint from the others.
import { describe, expect, it } from 'vitest'
import { serveWell } from '../../conformance/responses.ts'
import type { Script } from '../../conformance/scripted-upstream.ts'
import { chatOf, type RunningApp } from '../../support/apps/running-app.ts'
import { refuseWith, startScriptedApp } from '../../support/apps/scripted-app.ts'

const CHAT = '/v1/chat/completions'

/** An engine that responds with 500 to requests it cannot process, as llama.cpp does. */
const strict: Script = (exchange) =>
  exchange.request.body.includes('malformed') ? refuseWith(500)(exchange) : serveWell(exchange)

/** Requests that the engine cannot process, each different from all others. */
const malformed = (index: number) => chatOf({ messages: [{ role: 'user', content: `malformed ${index}` }] })

async function createClients(app: RunningApp, names: readonly string[]) {
  const tokens = await Promise.all(names.map(async (name) => (await app.admin.token(name)).token))
  return tokens.map((token) => async (body: object) => {
    const { status } = await app.post(CHAT, body, { authorization: `Bearer ${token}` })
    return status
  })
}

const breakersOf = async ({ admin }: RunningApp): Promise<string[]> =>
  (await admin.state()).endpoints.map(({ breaker_state }) => breaker_state)

const failovers = ['0', '2']

describe('requests of one client that the engines answer with 500', () => {
  it.each(failovers)(
    'leave the other clients served, six of them at two endpoints (LB_FAILOVER_ATTEMPTS=%s)',
    async (attempts) => {
      const { app } = await startScriptedApp({
        scripts: [strict, strict],
        environment: { LB_FAILOVER_ATTEMPTS: attempts },
      })
      await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
      const [careless, ...others] = await createClients(app, ['careless', 'anna', 'bert'])
      for (let index = 0; index < 6; index += 1) expect(await careless?.(malformed(index))).toBe(500)
      for (const send of others) expect([await send(chatOf()), await send(chatOf())]).toEqual([200, 200])
    },
  )

  it.each(failovers)(
    'leave another client forty of forty responses (LB_FAILOVER_ATTEMPTS=%s)',
    async (attempts) => {
      const { app } = await startScriptedApp({
        scripts: [strict, strict, strict],
        environment: { LB_FAILOVER_ATTEMPTS: attempts },
      })
      await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
      const [careless, other] = await createClients(app, ['careless', 'anna'])
      if (!careless || !other) throw new Error('no clients')
      const statuses: number[] = []
      for (let index = 0; index < 40; index += 1) {
        const bad = [0, 1, 2].map((part) => careless(malformed(3 * index + part)))
        statuses.push(await other(chatOf()))
        await Promise.all(bad)
      }
      expect(statuses.filter((status) => status === 200)).toHaveLength(40)
    },
  )

  it('open nothing where they fail alike at endpoints that serve others, although no token tells clients apart', async () => {
    const { app } = await startScriptedApp({ scripts: [strict, strict] })
    await app.admin.call('PATCH', '/routing', { routing_mode: 'percentage' })
    for (let index = 0; index < 4; index += 1) expect((await app.post(CHAT, chatOf())).status).toBe(200)
    for (let index = 0; index < 6; index += 1)
      expect((await app.post(CHAT, malformed(index))).status).toBe(500)
    expect(await breakersOf(app)).toEqual(['closed', 'closed'])
    const { endpoints } = await app.admin.state()
    expect(endpoints.map(({ consecutive_failures }) => consecutive_failures)).toEqual([0, 0])
  })
})

describe('a 401 or 403', () => {
  it.each([401, 403])('(%i) for one model sets the endpoint aside for no other', async (status) => {
    const { app } = await startScriptedApp({
      scripts: [
        (exchange) =>
          exchange.request.body.includes('secret-model') ? refuseWith(status)(exchange) : serveWell(exchange),
      ],
    })
    for (let round = 0; round < 3; round += 1) {
      for (let index = 0; index < 3; index += 1)
        expect((await app.post(CHAT, chatOf({ model: 'secret-model' }))).status).toBe(status)
      expect((await app.post(CHAT, chatOf())).status).toBe(200)
      expect(await breakersOf(app)).toEqual(['closed'])
    }
  })

  it('for every request sets it aside within the threshold', async () => {
    const { app } = await startScriptedApp({ scripts: [refuseWith(401)] })
    for (let index = 0; index < 3; index += 1) expect((await app.post(CHAT, chatOf())).status).toBe(401)
    expect((await app.post(CHAT, chatOf())).status).toBe(503)
    expect(await breakersOf(app)).toEqual(['open'])
  })
})
