// The memory that the bodies of all requests take together, as the balancer accounts for it.
import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { connectRaw } from '../../support/clients/http-client.ts'
import { eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { startHeldBackend } from '../../support/upstreams/held-backend.ts'

const CHAT = '/v1/chat/completions'
const bodyOf = (bytes: number): string => JSON.stringify({ model: 'm', messages: [] }).padEnd(bytes)

const CHAT_RESPONSE = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
}

const heldBytes = async (app: RunningApp): Promise<number> => {
  const { text } = await app.send('/metrics')
  return Number(/^lb_request_body_bytes (\d+)$/m.exec(text)?.[1])
}

/** Waits until the balancer reports this many bytes; its metrics may be a second old. */
const holdsBytes = (app: RunningApp, bytes: number): Promise<void> =>
  eventually(async () => expect(await heldBytes(app)).toBe(bytes))

async function startFull(environment: Readonly<Record<string, string>> = {}) {
  const app = await startApp({ environment: { LB_MAX_BODY_MEMORY_BYTES: '100000', ...environment } })
  const backend = await startHeldBackend()
  await app.admin.patchEndpoint(app.endpoint.id, { base_url: backend.baseUrl })
  return { app, backend }
}

describe('the bodies of all requests', () => {
  it('take no more memory than allowed: a further one gets 503 and Retry-After, until another has ended', async () => {
    const { app, backend } = await startFull()
    const inFlight = [app.post(CHAT, bodyOf(40_000)), app.post(CHAT, bodyOf(40_000))]
    await backend.holds(2)
    await holdsBytes(app, 80_000)
    const refused = await app.post(CHAT, bodyOf(30_000))
    expect(refused.status).toBe(503)
    expect(refused.json()).toMatchObject({ code: 'LB_ERR_BODY_MEMORY' })
    expect(refused.headers).toMatchObject({ 'retry-after': '1', connection: 'close' })
    const inPieces = await app.post(CHAT, bodyOf(30_000), { 'transfer-encoding': 'chunked' })
    expect(inPieces.json()).toMatchObject({ code: 'LB_ERR_BODY_MEMORY' })
    await holdsBytes(app, 80_000)
    backend.release()
    for (const { status } of await Promise.all(inFlight)) expect(status).toBe(200)
    await holdsBytes(app, 0)
    const next = app.post(CHAT, bodyOf(90_000))
    await backend.holds(1)
    backend.release()
    expect((await next).status).toBe(200)
  })

  it('that find no memory are refused before they have arrived', async () => {
    const { app, backend } = await startFull()
    const held = app.post(CHAT, bodyOf(90_000))
    await backend.holds(1)
    const connection = await connectRaw(app.port)
    // The body is never sent.
    connection.write(`POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: 20000\r\n\r\n`)
    await connection.closed
    expect(connection.text()).toMatch(/^HTTP\/1\.1 503 /)
    expect(connection.text()).toMatch(/^retry-after: 1\r$/im)
    expect(connection.text()).toContain('LB_ERR_BODY_MEMORY')
    backend.release()
    expect((await held).status).toBe(200)
  })

  it('are bounded while they wait in the queue, and forgotten when their clients leave', async () => {
    const { app, backend } = await startFull()
    await app.admin.patchEndpoint(app.endpoint.id, { max_concurrent: 1 })
    const served = app.post(CHAT, bodyOf(10_000))
    await backend.holds(1)
    const waiting = await connectRaw(app.port)
    waiting.write(`POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: 80000\r\n\r\n${bodyOf(80_000)}`)
    await eventually(async () => expect((await app.admin.state()).stats.queued).toBe(1))
    await holdsBytes(app, 90_000)
    expect((await app.post(CHAT, bodyOf(20_000))).status).toBe(503)
    waiting.socket.destroy()
    await holdsBytes(app, 10_000)
    backend.release()
    expect((await served).status).toBe(200)
  })

  it('do not wait for a client that stops half way: it gets 408, and its memory is given back', async () => {
    const { app } = await startFull({ LB_CLIENT_STALL_SECONDS: '0.2' })
    const half = await connectRaw(app.port)
    half.write(`POST ${CHAT} HTTP/1.1\r\nhost: a\r\ncontent-length: 90000\r\n\r\n{"model":`)
    await holdsBytes(app, 90_000)
    await half.closed
    expect(half.text()).toMatch(/^HTTP\/1\.1 408 /)
    expect(half.text()).toContain('LB_ERR_REQUEST_TIMEOUT')
    await holdsBytes(app, 0)
  })

  it('take memory a second time where they are translated', async () => {
    const { app, backend } = await startFull()
    await app.admin.patchEndpoint(app.endpoint.id, { apis: ['chat'] })
    const ask = (bytes: number) =>
      app.post('/v1/messages', {
        model: 'm',
        max_tokens: 1,
        messages: [{ role: 'user', content: 'x'.repeat(bytes) }],
      })
    const refused = await ask(60_000)
    expect(refused.status).toBe(529)
    expect(refused.json()).toMatchObject({ type: 'error', code: 'LB_ERR_BODY_MEMORY' })
    await holdsBytes(app, 0)
    const served = ask(40_000)
    await backend.holds(1)
    backend.release()
    expect((await served).status).toBe(200)
    await holdsBytes(app, 0)
  })

  it('share it with the responses that are held to be translated, which end with 529 where it does not suffice', async () => {
    const { app } = await startFull()
    let rest = 0
    let held: ServerResponse | undefined
    const { baseUrl } = await startUpstream((request, response) => {
      request.resume()
      if (request.method === 'GET') return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'application/json' }).write(' '.repeat(60_000))
      if (rest > 0) return void response.end(JSON.stringify(CHAT_RESPONSE).padStart(rest))
      held = response
    })
    await app.admin.patchEndpoint(app.endpoint.id, { apis: ['chat'], base_url: baseUrl })
    const body = JSON.stringify({ model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] })
    const ask = () => app.post('/v1/messages', body)
    const first = ask()
    const ownBytes = 2 * body.length
    await eventually(async () => expect(await heldBytes(app)).toBeGreaterThan(60_000))
    rest = 60_000
    const refused = await ask()
    expect(refused.status).toBe(529)
    expect(refused.json()).toMatchObject({ type: 'error', code: 'LB_ERR_BODY_MEMORY' })
    expect(refused.headers['retry-after']).toBe('1')
    held?.end(JSON.stringify(CHAT_RESPONSE))
    expect((await first).json()).toMatchObject({ type: 'message', content: [{ text: 'Hi' }] })
    await holdsBytes(app, 0)
    rest = 100_000 - 60_000 - ownBytes - 100
    expect((await ask()).status).toBe(200)
    await holdsBytes(app, 0)
    // No endpoint is to blame.
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 0 })
  })

  it('may not be larger than the memory for all of them', async () => {
    const { app } = await startFull()
    expect((await app.post(CHAT, bodyOf(100_001))).status).toBe(413)
    await holdsBytes(app, 0)
  })
})
