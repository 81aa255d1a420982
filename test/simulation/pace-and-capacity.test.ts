import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createManualTimer } from './manual-timer.ts'
import { chatOf, eventData, eventually, post, open, readAll, startBackend } from './start-backend.ts'

const tokens = (count: number, fields: object = {}) =>
  chatOf({ max_tokens: count, ignore_eos: true, ...fields })

/** Counts the events as they arrive. */
function countEvents(response: IncomingMessage) {
  let text = ''
  response.on('data', (part: Buffer) => (text += part.toString('latin1')))
  return () => text.split('\n\n').length - 1
}

describe('a simulated backend with a pace', () => {
  it('sends the head at once, the first token after ttftMs and the others at tokensPerSecond', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ttftMs: 40, tokensPerSecond: 100 }, { timer })
    const client = open(backend.baseUrl, '/chat/completions', tokens(5, { stream: true }))
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    const events = countEvents(response)
    expect([response.statusCode, timer.pending()]).toEqual([200, 1])
    timer.advance(39)
    expect(timer.pending()).toBe(1)
    timer.advance(1)
    await eventually(() => expect(events()).toBe(2))
    timer.advance(20)
    await eventually(() => expect(events()).toBe(4))
    expect(timer.pending()).toBe(1)
    timer.advance(20)
    await once(response, 'end')
    expect(events()).toBe(1 + 5 + 2)
    expect(timer.pending()).toBe(0)
  })

  it('sends an unstreamed response when its last token is due', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ttftMs: 50, tokensPerSecond: 10 }, { timer })
    const client = open(backend.baseUrl, '/chat/completions', tokens(11))
    await eventually(() => expect(timer.pending()).toBe(1))
    timer.advance(1049)
    expect(timer.pending()).toBe(1)
    timer.advance(1)
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
  })

  it('stops writing while the client does not read', async () => {
    const backend = await startBackend()
    const client = open(backend.baseUrl, '/chat/completions', tokens(100_000, { stream: true }))
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    const metrics = async () => (await fetch(new URL('/metrics', backend.baseUrl))).text()
    const sent = async () => Number(/generation_tokens_total\{.*\} (\d+)/.exec(await metrics())?.[1])
    expect(await sent()).toBeLessThan(100_000)
    const { isComplete, bytes } = await readAll(response)
    expect(isComplete).toBe(true)
    expect(bytes.toString().endsWith('data: [DONE]\n\n')).toBe(true)
    await eventually(async () => expect(await sent()).toBe(100_000))
  })

  it('carries 1,000 streams at once and counts every token once', async () => {
    const backend = await startBackend({ minTokens: 5, maxTokens: 50 })
    const body = chatOf({ stream: true, stream_options: { include_usage: true } })
    const answers = await Promise.all(
      Array.from({ length: 1000 }, () => post(backend.baseUrl, '/chat/completions', body)),
    )
    let completionTokens = 0
    for (const { text } of answers) {
      const events = eventData(text)
      const usage = events.at(-1)?.['usage'] as { completion_tokens: number }
      // The role, the finish and the usage are no tokens.
      expect(events).toHaveLength(usage.completion_tokens + 3)
      completionTokens += usage.completion_tokens
    }
    await eventually(() =>
      expect(backend.served().total).toMatchObject({ requests: 1000, finished: 1000, completionTokens }),
    )
  })
})

describe('a simulated backend with a capacity', () => {
  async function fill(queued: readonly object[]) {
    const timer = createManualTimer()
    const backend = await startBackend({ capacity: 1, ttftMs: 10 }, { timer })
    const clients: ReturnType<typeof open>[] = []
    for (const body of [tokens(1), ...queued]) {
      clients.push(open(backend.baseUrl, '/chat/completions', body))
      await eventually(() => expect(backend.served().running + backend.served().waiting).toBe(clients.length))
    }
    return { timer, backend, clients }
  }

  it('lets the others wait, and serves them by priority, then by arrival', async () => {
    const { timer, backend, clients } = await fill([
      tokens(1, { user: 'late', priority: 5 }),
      tokens(1, { user: 'first of zero' }),
      tokens(1, { user: 'second of zero', priority: 0 }),
      tokens(1, { user: 'early', priority: -1 }),
    ])
    const names = ['running', 'late', 'first of zero', 'second of zero', 'early']
    const order: string[] = []
    clients.forEach((client, index) => client.once('response', () => order.push(names[index] ?? '')))
    expect(backend.served()).toMatchObject({ running: 1, waiting: 4 })
    const metrics = await (await fetch(new URL('/metrics', backend.baseUrl))).text()
    expect(metrics).toMatch(/^vllm:num_requests_running\{engine="0",model_name="sim-model"\} 1$/m)
    expect(metrics).toMatch(/^vllm:num_requests_waiting\{engine="0",model_name="sim-model"\} 4$/m)
    for (let served = 1; served <= 5; served += 1) {
      await eventually(() => expect(timer.pending()).toBe(1))
      timer.advance(10)
      await eventually(() => expect(order).toHaveLength(served))
    }
    expect(order).toEqual(['running', 'early', 'first of zero', 'second of zero', 'late'])
  })

  it('frees the slot or the place of a client that leaves, at once', async () => {
    const { timer, backend, clients } = await fill([tokens(1), tokens(1)])
    clients[1]?.destroy()
    await eventually(() => expect(backend.served()).toMatchObject({ running: 1, waiting: 1 }))
    clients[0]?.destroy()
    await eventually(() => expect(backend.served()).toMatchObject({ running: 1, waiting: 0 }))
    expect(timer.pending()).toBe(1)
    clients[2]?.destroy()
    await eventually(() => expect(backend.served()).toMatchObject({ running: 0, waiting: 0 }))
    expect(timer.pending()).toBe(0)
    expect(backend.served().total).toMatchObject({
      requests: 3,
      aborted: 3,
      finished: 0,
      completionTokens: 0,
    })
  })

  it('counts a client that leaves in the middle of a stream as aborted, its tokens as generated only', async () => {
    const timer = createManualTimer()
    const backend = await startBackend({ ttftMs: 10, tokensPerSecond: 100 }, { timer })
    const client = open(backend.baseUrl, '/chat/completions', tokens(50, { stream: true }))
    const [response] = (await once(client, 'response')) as [IncomingMessage]
    timer.advance(30)
    await once(response, 'data')
    client.destroy()
    await eventually(() => expect(backend.served().total.aborted).toBe(1))
    expect(backend.served().total).toMatchObject({ finished: 0, promptTokens: 0, completionTokens: 0 })
    expect(timer.pending()).toBe(0)
    const metrics = await (await fetch(new URL('/metrics', backend.baseUrl))).text()
    expect(metrics).toMatch(/^vllm:generation_tokens_total\{.*\} 3$/m)
    expect(metrics).toMatch(/^vllm:request_success_total\{.*finished_reason="abort"\} 1$/m)
  })

  it('starts waiting requests when the capacity grows', async () => {
    const { backend } = await fill([tokens(1), tokens(1)])
    backend.configure({ capacity: 0 })
    expect(backend.served()).toMatchObject({ running: 3, waiting: 0 })
  })
})
