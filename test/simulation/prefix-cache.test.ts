// The prefix cache and the load of a simulated backend, as clients and scrapers see them.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createManualTimer } from './manual-timer.ts'
import { chatOf, connectionError, eventData, eventually, open, post, startBackend } from './start-backend.ts'

const CACHE = { minTokens: 4, maxTokens: 4, cacheBlocks: 1000 }
const system = { role: 'system', content: 'You are the tester of caches. '.repeat(32) }
const question = (content: string) => ({ messages: [system, { role: 'user', content }] })
/** Tokens of the system's message that whole blocks hold. */
const SHARED = Math.floor(system.content.length / 4 / 16) * 16

type Backend = Awaited<ReturnType<typeof startBackend>>

const metricsOf = async ({ baseUrl }: Backend) => (await fetch(new URL('/metrics', baseUrl))).text()
const figure = (metrics: string, name: string) =>
  Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'm').exec(metrics)?.[1])

async function cachedTokens({ baseUrl }: Backend, body: object, path = '/chat/completions') {
  const { usage } = JSON.parse((await post(baseUrl, path, body)).text) as {
    usage: { prompt_tokens: number; prompt_tokens_details: { cached_tokens: number } }
  }
  return usage.prompt_tokens_details.cached_tokens
}

describe('a simulated backend with a prefix cache', () => {
  it('finds what prompts have in common at their beginning, and counts it', async () => {
    const backend = await startBackend(CACHE)
    expect(await cachedTokens(backend, question('one'))).toBe(0)
    expect(await cachedTokens(backend, question('two'))).toBe(SHARED)
    expect(await cachedTokens(backend, { messages: [{ role: 'user', content: 'two' }, system] })).toBe(0)
    const metrics = await metricsOf(backend)
    const { promptTokens } = backend.served().total
    expect(figure(metrics, 'vllm:prefix_cache_queries_total')).toBe(promptTokens)
    expect(figure(metrics, 'vllm:prefix_cache_hits_total')).toBe(SHARED)
    expect(metrics).toContain(
      '\nvllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="1000"} 1\n',
    )
  })

  it.each([
    ['model', { model: 'other' }],
    ['salt', { cache_salt: 'pepper' }],
    ['tools', { tools: [{ type: 'function', function: { name: 'look' } }] }],
    ['role', { messages: [{ ...system, role: 'developer' }] }],
  ])('shares no prefix with a request of another %s', async (_name, fields) => {
    const backend = await startBackend({ ...CACHE, models: ['sim-model', 'other'] })
    const same = { messages: [system] }
    await post(backend.baseUrl, '/chat/completions', same)
    expect(await cachedTokens(backend, { ...same, ...fields })).toBe(0)
    expect(await cachedTokens(backend, { ...same, ...fields })).toBeGreaterThan(0)
  })

  it('reports hits in the form of each call', async () => {
    const backend = await startBackend({ ...CACHE, timings: true })
    const { baseUrl } = backend
    const prompt = system.content
    const bodies = {
      '/completions': { prompt },
      '/responses': { input: prompt },
      '/messages': { max_tokens: 9, system: prompt, messages: [{ role: 'user', content: 'Hi' }] },
    }
    const usages = async (fields: object = {}) =>
      Promise.all(
        Object.entries(bodies).map(
          async ([path, body]) => (await post(baseUrl, path, { ...body, ...fields })).text,
        ),
      )
    await post(baseUrl, '/chat/completions', question('one'))
    // The same text under a role is another prompt.
    expect(await cachedTokens(backend, bodies['/completions'], '/completions')).toBe(0)
    await usages()
    const [completion = '', response = '', message = ''] = await usages()
    expect(JSON.parse(completion)).toMatchObject({
      usage: { prompt_tokens_details: { cached_tokens: SHARED - 16 } },
      timings: { cache_n: SHARED - 16 },
    })
    expect(JSON.parse(response)).toMatchObject({
      usage: { input_tokens_details: { cached_tokens: SHARED - 16 } },
    })
    expect(JSON.parse(message)).toMatchObject({ usage: { cache_read_input_tokens: SHARED } })
    const streams = await usages({ stream: true })
    expect(eventData(streams[2] ?? '')[0]).toMatchObject({
      message: { usage: { cache_read_input_tokens: SHARED } },
    })
  })

  it('sends the first token of a cached prompt as much earlier as its prefill is shorter', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ...CACHE, prefillTokensPerSecond: 1000 }, { timer })
    const tokens = Math.ceil(system.content.length / 4) + 1
    const ask = async () => {
      const client = open(backend.baseUrl, '/chat/completions', { ...question('Hi'), stream: true })
      const [response] = (await once(client, 'response')) as [IncomingMessage]
      await eventually(() => expect(timer.pending()).toBe(1))
      return { response, ended: once(response.resume(), 'end') }
    }
    for (const prefillMs of [tokens, tokens - SHARED]) {
      const { ended } = await ask()
      timer.advance(prefillMs - 1)
      expect(figure(await metricsOf(backend), 'vllm:generation_tokens_total')).toBe(
        prefillMs === tokens ? 0 : 4,
      )
      timer.advance(1)
      await ended
    }
    expect(timer.nowMs()).toBe(2 * tokens - SHARED)
  })

  it('processes one prompt at a time while the others wait, and loses its cache when it dies', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ...CACHE, prefillTokensPerSecond: 1000, dieOn: 'deadly' }, { timer })
    const { baseUrl } = backend
    const clients = [1, 2, 3].map(() => open(baseUrl, '/chat/completions', chatOf()))
    await eventually(() => expect(backend.served()).toMatchObject({ running: 1, waiting: 2 }))
    const metrics = await metricsOf(backend)
    expect(figure(metrics, 'vllm:num_requests_running')).toBe(1)
    expect(figure(metrics, 'vllm:num_requests_waiting')).toBe(2)
    for (const client of clients) client.destroy()
    await eventually(() => expect(backend.served()).toMatchObject({ running: 0, waiting: 0 }))
    expect(timer.pending()).toBe(0)

    backend.configure({ prefillTokensPerSecond: 0 })
    await post(baseUrl, '/chat/completions', question('one'))
    await connectionError(baseUrl, '/chat/completions', chatOf({ user: 'deadly' }))
    await backend.revive()
    expect(await cachedTokens(backend, question('two'))).toBe(0)
  })

  it('forgets its cache when a control route says so', async () => {
    const backend = await startBackend(CACHE)
    await post(backend.baseUrl, '/chat/completions', question('one'))
    const cleared = await fetch(`${backend.controlUrl}/cache`, { method: 'DELETE' })
    expect(cleared.status).toBe(200)
    expect(await cachedTokens(backend, question('two'))).toBe(0)
  })

  it('holds as many blocks as it is told to while it runs', async () => {
    const backend = await startBackend(CACHE)
    await post(backend.baseUrl, '/chat/completions', question('one'))
    backend.configure({ cacheBlocks: 2 })
    expect(await cachedTokens(backend, question('two'))).toBe(32)
    backend.configure({ cacheBlocks: 0, cachedPercent: 50 })
    expect(await cachedTokens(backend, chatOf())).toBe(1)
    expect(await metricsOf(backend)).toContain('num_gpu_blocks="62500"')
  })
})

describe('the metrics of a simulated backend', () => {
  it.each([
    ['llama.cpp', ['llamacpp:requests_processing 1', 'llamacpp:requests_deferred 2']],
    ['tei', ['te_queue_size 2']],
  ] as const)('have the names of %s', async (kind, lines) => {
    const backend = await startBackend({ kind, capacity: 1, ttftMs: 3_600_000 })
    const [path, body] = kind === 'tei' ? ['/embeddings', { input: 'x' }] : ['/chat/completions', chatOf()]
    for (let count = 0; count < 3; count += 1) open(backend.baseUrl, path, body)
    await eventually(() => expect(backend.served()).toMatchObject({ running: 1, waiting: 2 }))
    const metrics = (await metricsOf(backend)).split('\n')
    expect(metrics).toEqual(expect.arrayContaining([...lines]))
  })

  it('tell of no cache where there is none', async () => {
    const backend = await startBackend()
    await post(backend.baseUrl, '/chat/completions', chatOf())
    const metrics = await metricsOf(backend)
    expect(figure(metrics, 'vllm:prefix_cache_queries_total')).toBe(0)
    expect(figure(metrics, 'vllm:prefix_cache_hits_total')).toBe(0)
    expect(figure(metrics, 'vllm:kv_cache_usage_perc')).toBe(0)
  })
})
