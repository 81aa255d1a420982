// Checks responses that the balancer buffers completely: for the cache, or to turn an error into an event.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { jsonResponse, jsonHead, serveWell, wholeReply } from '../../conformance/responses.ts'
import { sendRaw } from '../../conformance/raw-client.ts'
import type { Script } from '../../conformance/scripted-upstream.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'
import { silence, startScriptedApp } from '../../support/apps/scripted-app.ts'

const CHAT = '/v1/chat/completions'
const TOO_LARGE_BYTES = 17 * 1024 * 1024

/** The only token there is: after its first request it is answered from the cache alone. */
async function startCached(script: Script) {
  const { app } = await startScriptedApp({ scripts: [script] })
  const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
  return () => app.post(CHAT, chatOf(), { authorization: `Bearer ${token}` })
}

describe('a response for the cache', () => {
  it('is given again', async () => {
    const ask = await startCached(serveWell)
    expect((await ask()).text).toBe(wholeReply)
    const again = await ask()
    expect([again.status, again.text, again.headers['x-lb-cache']]).toEqual([200, wholeReply, 'HIT'])
  })

  it.each([
    ['renamed', CHAT],
    ['renamed and translated', '/v1/messages'],
  ])('is given again as the client got it: %s', async (_change, path) => {
    const app = await startApp({ endpoints: { apis: ['chat'] } })
    const { token } = await app.admin.token('capped', { min_traffic_percent: 1 })
    await app.admin.call('POST', '/model-aliases', {
      name: 'smart',
      targets: [{ model: 'sim-model' }],
      rewrite_response: true,
    })
    const body = { ...chatOf(), model: 'smart', max_tokens: 5 }
    const ask = () => app.post(path, body, { authorization: `Bearer ${token}` })
    const first = await ask()
    expect([first.status, first.json()]).toEqual([200, expect.objectContaining({ model: 'smart' })])
    const again = await ask()
    expect([again.status, again.text, again.headers['x-lb-cache']]).toEqual([200, first.text, 'HIT'])
  })

  it.each<[string, Script, number]>([
    [
      'encoded',
      async (exchange) => {
        const bytes = gzipSync(wholeReply)
        await exchange.write(jsonHead(bytes.length, 'Content-Encoding: gzip\r\n'))
        await exchange.write(bytes)
      },
      gzipSync(wholeReply).length,
    ],
    [
      'too large',
      async (exchange) => void (await exchange.write(jsonResponse(`"${'x'.repeat(TOO_LARGE_BYTES)}"`))),
      TOO_LARGE_BYTES + 2,
    ],
  ])('that is %s passes and is not kept', async (_name, script, length) => {
    const ask = await startCached(script)
    const first = await ask()
    expect([first.status, first.isComplete, first.bytes.length]).toEqual([200, true, length])
    expect((await ask()).status).toBe(503)
  })
})

describe('a response for an event', () => {
  it('that is too large is an error of another kind', async () => {
    const { app, upstream } = await startScriptedApp({
      scripts: [silence],
      environment: { LB_SSE_KEEPALIVE_SECONDS: '0.05' },
    })
    const response = sendRaw({
      url: app.url + CHAT,
      body: JSON.stringify(chatOf({ stream: true })),
      authorization: undefined,
      waitMs: 60_000,
    })
    const exchange = await upstream.exchange(0)
    await response.until('the head', () => response.status() === 200)
    const message = 'x'.repeat(TOO_LARGE_BYTES)
    await exchange.write(
      jsonResponse(JSON.stringify({ error: { message } })).replace('200 OK', '400 Bad Request'),
    )
    expect(await response.ended()).toBe('complete')
    expect(response.text()).toContain('LB_ERR_UPSTREAM_BROKEN')
    expect(response.length()).toBeLessThan(100_000)
  })
})
