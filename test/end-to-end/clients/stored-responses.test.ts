// Responses that backends keep, with the unmodified openai client and several backends.
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { eventually, startApp } from '../../support/apps/running-app.ts'

const model = 'sim-model'
const QUESTION = 'What waits in the queue?'

describe('a conversation over stored responses', () => {
  it('stays at the backend that has its first response, streamed and not, while others go where there is room', async () => {
    const app = await startApp({ backends: [{}, {}, {}] })
    const client = app.openai()
    const countOf = () => app.backends.map(({ served }) => served().routes['/v1/responses']?.finished ?? 0)
    const first = await client.responses.create({ model, input: QUESTION })
    const home = countOf().indexOf(1)
    const others = Array.from({ length: 6 }, () => client.responses.create({ model, input: QUESTION }))
    await Promise.all(others)
    const before = countOf()
    expect(before.filter((count) => count > 0).length).toBeGreaterThan(1)

    const second = await client.responses.create({
      model,
      input: 'And then?',
      previous_response_id: first.id,
    })
    const stream = client.responses.stream({ model, input: 'And now?', previous_response_id: second.id })
    const third = await stream.finalResponse()
    // Each prompt holds what was said before.
    expect(third.usage?.input_tokens).toBeGreaterThan(second.usage?.total_tokens ?? Infinity)
    expect(await client.responses.retrieve(third.id)).toMatchObject({
      id: third.id,
      status: 'completed',
      output_text: third.output_text,
    })
    expect((await client.responses.inputItems.list(first.id)).data).toMatchObject([{ content: QUESTION }])
    const after = countOf()
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual(
      before.map((_, index) => (index === home ? 2 : 0)),
    )
  })

  it('ends in an error that the client can read once its response is gone', async () => {
    const app = await startApp({ backends: [{}, {}] })
    const client = app.openai()
    const { id } = await client.responses.create({ model, input: QUESTION })
    await client.responses.delete(id)
    await expect(client.responses.retrieve(id)).rejects.toThrow(`404 Response with id '${id}' not found.`)
    const followed = client.responses.create({ model, input: 'And?', previous_response_id: id })
    await expect(followed).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(followed).rejects.toMatchObject({
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    })
  })
})

describe('a response in the background', () => {
  it('is asked for until it is complete, or cancelled', async () => {
    const app = await startApp({ backends: [{ ttftMs: 20 }, { ttftMs: 20 }] })
    const client = app.openai()
    const started = await client.responses.create({ model, input: QUESTION, background: true })
    expect(started.status).toBe('queued')
    await eventually(async () =>
      expect((await client.responses.retrieve(started.id)).status).toBe('completed'),
    )
    await client.responses.retrieve(started.id)
    await app.settled()
    const { usage } = await client.responses.retrieve(started.id)
    const { endpoints } = await app.admin.state()
    expect(usage?.output_tokens).toBeGreaterThan(0)
    expect(endpoints.reduce((sum, each) => sum + each.completion_tokens_total, 0)).toBe(usage?.output_tokens)
    for (const backend of app.backends) backend.configure({ ttftMs: 3_600_000 })
    const long = await client.responses.create({ model, input: QUESTION, background: true })
    expect((await client.responses.cancel(long.id)).status).toBe('cancelled')
  })
})
