import { describe, expect, it } from 'vitest'
import { post, startBackend } from './start-backend.ts'

async function start() {
  const backend = await startBackend({ minTokens: 4, maxTokens: 4 }, { maxKept: 3 })
  const call = async (method: string, path: string, body?: unknown) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(backend.controlUrl + path, init)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  return { backend, call }
}

describe('the control server', () => {
  it('shows what was served: totals by route and the last requests as received', async () => {
    const { backend, call } = await start()
    const body = { prompt: 'Größe 🚀', nonsense: 12_345 }
    for (let count = 0; count < 4; count += 1) {
      await post(backend.baseUrl, '/completions?x=1', body, { 'X-Odd-Case': 'as it came' })
    }
    const served = (await call('GET', '/served')).body as {
      routes: unknown
      last: { url: string; rawHeaders: string[]; bodyBase64: string }[]
    }
    expect(served.routes).toMatchObject({
      '/v1/completions': { requests: 4, finished: 4, completionTokens: 16 },
    })
    expect(served.last).toHaveLength(3)
    const [last] = served.last
    expect(last?.url).toBe('/v1/completions?x=1')
    expect(last?.rawHeaders.join()).toContain('X-Odd-Case,as it came')
    expect(Buffer.from(last?.bodyBase64 ?? '', 'base64').toString()).toBe(JSON.stringify(body))

    expect((await call('DELETE', '/served')).status).toBe(200)
    expect(backend.served()).toMatchObject({ total: { requests: 0 }, routes: {}, last: [] })
  })

  it('changes settings while the backend runs, all of them or none', async () => {
    const { backend, call } = await start()
    expect(
      (await call('PUT', '/settings', { capacity: 3, headers: { 'x-extra': 'yes' } })).body,
    ).toMatchObject({
      capacity: 3,
      minTokens: 4,
    })
    const answer = await post(backend.baseUrl, '/completions', { prompt: 'x' })
    expect(answer.headers).toMatchObject({ 'x-extra': 'yes', server: 'uvicorn' })
    for (const bad of [{ capacity: 5, ttftMs: -1 }, { unknown: 1 }, { minTokens: 9 }, [], 'text']) {
      expect((await call('PUT', '/settings', bad)).status).toBe(400)
    }
    expect(((await call('GET', '/settings')).body as { capacity: number }).capacity).toBe(3)
  })

  it('sets and clears a fault, and works while the backend refuses connections', async () => {
    const { backend, call } = await start()
    expect((await call('PUT', '/fault', { kind: 'refuse' })).body).toEqual({ kind: 'refuse' })
    await expect(fetch(`${backend.baseUrl}/models`)).rejects.toThrow()
    expect((await call('GET', '/fault')).body).toEqual({ kind: 'refuse' })
    expect((await call('DELETE', '/fault')).body).toBeNull()
    expect((await fetch(`${backend.baseUrl}/models`)).status).toBe(200)
  })

  it('responds with 400 to an invalid fault and with 404 to an unknown path', async () => {
    const { backend, call } = await start()
    expect((await call('PUT', '/fault', { kind: 'sulk' })).status).toBe(400)
    expect((await call('GET', '/nothing')).status).toBe(404)
    const response = await fetch(`${backend.controlUrl}/fault`, { method: 'PUT', body: '{' })
    expect(response.status).toBe(400)
  })
})

describe('the counts of a simulated backend', () => {
  it('include every path, rejections and requests that never arrived completely', async () => {
    const { backend } = await start()
    await post(backend.baseUrl, '/nowhere', {})
    await post(backend.baseUrl, '/models', {})
    await post(backend.baseUrl, '/chat/completions', { messages: 'none' })
    await post(backend.baseUrl, '/embeddings', { input: 'four' })
    const { total, routes } = backend.served()
    expect(routes).toMatchObject({
      other: { requests: 1, rejected: 1 },
      '/v1/models': { requests: 1, rejected: 1 },
      '/v1/chat/completions': { requests: 1, rejected: 1, promptTokens: 0 },
      '/v1/embeddings': { requests: 1, finished: 1, promptTokens: 1, completionTokens: 0 },
    })
    expect(total).toMatchObject({ requests: 4, rejected: 3, finished: 1 })
  })
})
