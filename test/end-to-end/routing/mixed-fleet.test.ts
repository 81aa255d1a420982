// A fleet of different engines behind one balancer, which knows of them no more than their addresses.
import { Ollama } from 'ollama'
import { describe, expect, it } from 'vitest'
import { chatOf, eventually, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'

const SHARED = 'shared-model'
const backends = [
  { kind: 'vllm', models: ['qwen', SHARED] },
  { kind: 'llama.cpp', models: ['gemma'] },
  { kind: 'ollama', models: ['llama3:8b', SHARED] },
  { kind: 'tei', models: ['bge'] },
] as const
const [VLLM, LLAMA_CPP, OLLAMA, TEI] = ['backend-1', 'backend-2', 'backend-3', 'backend-4']

/** Started once all models are known. */
async function startFleet(): Promise<RunningApp> {
  const app = await startListingApp({
    backends: backends.map(({ kind, models }) => ({ kind, models: [...models], minTokens: 5, maxTokens: 5 })),
  })
  await eventually(async () => {
    const { data } = (await app.send('/v1/models')).json() as { data: { id: string }[] }
    expect(data.map(({ id }) => id)).toEqual(['bge', 'gemma', 'llama3:8b', 'qwen', SHARED])
  })
  return app
}

/** Each endpoint's counters are what its backend says that it served. */
async function expectUsage(app: RunningApp): Promise<void> {
  await app.settled()
  const { endpoints } = await app.admin.state()
  const counted = endpoints.map(({ prompt_tokens_total: prompt, completion_tokens_total: completion }) => ({
    promptTokens: prompt,
    completionTokens: completion,
  }))
  expect(counted).toEqual(
    app.backends.map((backend) => {
      const { promptTokens, completionTokens } = backend.served().total
      return { promptTokens, completionTokens }
    }),
  )
  for (const { promptTokens } of counted) expect(promptTokens).toBeGreaterThan(0)
}

describe('a fleet of vLLM, llama.cpp, Ollama and TEI', () => {
  it('serves every model and call where it is, and counts the usage of each', async () => {
    const app = await startFleet()
    const stream = { stream: true }
    const prompt = { prompt: 'Hello there' }
    const calls: [string, object, string | undefined][] = [
      ['/v1/chat/completions', chatOf({ model: 'qwen' }), VLLM],
      ['/v1/chat/completions', chatOf({ model: 'qwen', ...stream }), VLLM],
      ['/v1/score', { model: 'qwen', text_1: 'a', text_2: 'b' }, VLLM],
      ['/v1/chat/completions', chatOf({ model: 'gemma' }), LLAMA_CPP],
      ['/v1/chat/completions', chatOf({ model: 'gemma', ...stream }), LLAMA_CPP],
      ['/v1/completions', { model: 'gemma', ...prompt, ...stream }, LLAMA_CPP],
      ['/v1/responses', { model: 'gemma', input: 'Hello there', ...stream }, LLAMA_CPP],
      ['/v1/chat/completions', chatOf({ model: 'llama3:8b', ...stream }), OLLAMA],
      ['/api/chat', chatOf({ model: 'llama3:8b' }), OLLAMA],
      ['/api/generate', { model: 'llama3:8b', ...prompt, stream: false }, OLLAMA],
      ['/api/embed', { model: 'llama3:8b', input: ['a', 'b'] }, OLLAMA],
      ['/v1/embeddings', { model: 'bge', input: 'Hello there' }, TEI],
      ['/rerank', { model: 'bge', query: 'Which?', texts: ['this', 'that one'] }, TEI],
    ]
    for (const [path, body, endpoint] of calls) {
      const { status, headers } = await app.post(path, body)
      expect([path, status, headers['x-lb-endpoint']]).toEqual([path, 200, endpoint])
    }
    await expectUsage(app)
    expect((await app.admin.state()).endpoints.map((each) => each.total_failures)).toEqual([0, 0, 0, 0])
  })

  it('finds of two engines with one model the one that has the call, and asks the other once', async () => {
    const app = await startFleet()
    const client = new Ollama({ host: app.url })
    const messages = [{ role: 'user', content: 'Hello there' }]
    for (let count = 0; count < 4; count += 1) {
      await client.chat({ model: SHARED, messages })
      const scored = await app.post('/v1/score', { model: SHARED, text_1: 'a', text_2: 'b' })
      expect([scored.status, scored.headers['x-lb-endpoint']]).toEqual([200, VLLM])
    }
    const shared = await Promise.all(
      Array.from({ length: 4 }, () => app.post('/v1/chat/completions', chatOf({ model: SHARED }))),
    )
    expect(new Set(shared.map(({ headers }) => headers['x-lb-endpoint']))).toEqual(new Set([VLLM, OLLAMA]))
    const [vllm, , ollama] = app.backends.map((backend) => backend.served().routes)
    expect(ollama?.['/api/chat']).toMatchObject({ finished: 4 })
    expect(vllm?.['/v1/score']).toMatchObject({ finished: 4 })
    for (const routes of [vllm, ollama]) expect(routes?.['other']?.requests ?? 0).toBeLessThan(2)
    expect((await app.admin.state()).endpoints.map((each) => each.total_failures)).toEqual([0, 0, 0, 0])
  })
})
