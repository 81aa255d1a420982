import { expect, it } from 'vitest'
import { eventData } from '../../support/clients/http-client.ts'
import { chatOf, startApp } from '../../support/apps/running-app.ts'

interface Chunk {
  choices: { finish_reason: string | null }[]
}

it("an engine's timings reach the client that did not ask for usage, who finds a choice in every chunk", async () => {
  const app = await startApp({ backends: [{ timings: true, minTokens: 4, maxTokens: 4 }] })
  for (const [path, body] of [
    ['/v1/chat/completions', chatOf({ stream: true })],
    ['/v1/completions', { prompt: 'x', stream: true }],
  ] as const) {
    const { text } = await app.post(path, body)
    const chunks = eventData(text) as unknown as Chunk[]
    expect(chunks.filter((chunk) => 'timings' in chunk)).toHaveLength(1)
    expect(text).toContain('"timings":{"cache_n":0,')
    expect(text).not.toContain('"usage":{')
    expect(chunks.filter(({ choices }) => choices.length !== 1)).toEqual([])
    expect(chunks.filter(({ choices }) => choices[0]?.finish_reason === 'stop')).toHaveLength(1)
  }
  const { endpoints } = await app.admin.state()
  expect(endpoints[0]).toMatchObject({ completion_tokens_total: 8 })
  const asked = chatOf({ stream: true, stream_options: { include_usage: true } })
  const { text } = await app.post('/v1/chat/completions', asked)
  expect((eventData(text) as unknown as Chunk[]).at(-1)).toMatchObject({
    choices: [],
    usage: {},
    timings: {},
  })
})
