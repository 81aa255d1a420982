// Anthropic's own client against the balancer, over HTTP.
import Anthropic, {
  APIError,
  AuthenticationError,
  NotFoundError,
  OverloadedError,
  ServiceUnavailableError,
} from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import { eventually, startApp, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { bodiesAt, PIXEL, refusals } from '../../support/clients/client-trials.ts'

const QUESTION = 'Where does the queue move to, and why?'
const PROMPT_TOKENS = countTokens(QUESTION)
const request = {
  model: 'sim-model',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: QUESTION }],
}
const nineTokens = { backends: [{ minTokens: 9, maxTokens: 9 }] }

const clientOf = ({ url }: RunningApp, apiKey = 'none', maxRetries = 0) =>
  new Anthropic({ baseURL: url, apiKey, authToken: null, maxRetries })

const failureOf = (promise: PromiseLike<unknown>): Promise<APIError> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(APIError)
      return error as APIError
    },
  )

const forecast = z.object({ city: z.string(), days: z.number().int() })
const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
  },
}

describe("Anthropic's unmodified client", () => {
  it('gets a message with its usage, which the endpoint is charged', async () => {
    const app = await startApp(nineTokens)
    const { data, response, request_id } = await clientOf(app).messages.create(request).withResponse()
    expect(data.content[0]).toMatchObject({
      type: 'text',
      text: expect.stringMatching(/^(\S+ ){9}$/) as string,
    })
    expect(data).toMatchObject({ role: 'assistant', stop_reason: 'end_turn' })
    expect(data.usage).toMatchObject({ input_tokens: PROMPT_TOKENS, output_tokens: 9 })
    expect(response.headers.get('x-lb-endpoint')).toBe('backend-1')
    expect(request_id).toBe(response.headers.get('x-request-id'))
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      prompt_tokens_total: PROMPT_TOKENS,
      completion_tokens_total: 9,
    })
    expect(await app.requestLines()).toMatchObject([
      { route: '/v1/messages', status: 200, prompt_tokens: PROMPT_TOKENS, completion_tokens: 9 },
    ])
  })

  it('streams a message, and counts cached input as prompt', async () => {
    const app = await startApp({ backends: [{ minTokens: 60, maxTokens: 60, cachedPercent: 40 }] })
    const whole = await clientOf(app).messages.create(request)
    app.backend.configure({ seed: 1 })
    const deltas: string[] = []
    const stream = clientOf(app).messages.stream(request)
    stream.on('text', (text) => deltas.push(text))
    const final = await stream.finalMessage()
    expect(final.content).toEqual(whole.content)
    expect(deltas).toHaveLength(60)
    expect(final).toMatchObject({ stop_reason: 'end_turn', usage: whole.usage })
    expect(final.usage.input_tokens + (final.usage.cache_read_input_tokens ?? 0)).toBe(PROMPT_TOKENS)
    expect(final.usage.cache_read_input_tokens).toBeGreaterThan(0)
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 2 * PROMPT_TOKENS,
      completion_tokens_total: 120,
    })
    expect((await app.requestLines())[1]).toMatchObject({
      stream: true,
      ttft_ms: expect.any(Number) as number,
    })
  })

  it('calls a tool, whole and streamed', async () => {
    const app = await startApp()
    const asked = { ...request, tools: [weather], tool_choice: { type: 'any' as const } }
    const input = { city: expect.any(String) as string, days: expect.any(Number) as number }
    for (const { content, stop_reason } of [
      await clientOf(app).messages.create(asked),
      await clientOf(app).messages.stream(asked).finalMessage(),
    ]) {
      expect(stop_reason).toBe('tool_use')
      expect(content).toMatchObject([{ type: 'tool_use', name: 'get_weather', input }])
    }
  })

  it.each([
    ['natively', {}],
    ['translated', { apis: ['chat'] }],
  ])('gets an object after a schema, and has an image sent: %s', async (_how, endpoints) => {
    const app = await startApp({ endpoints })
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PIXEL }
    const { parsed_output: parsed } = await clientOf(app).messages.parse({
      ...request,
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
      output_config: { format: zodOutputFormat(forecast) },
    })
    expect(forecast.parse(parsed)).toEqual(parsed)
    expect(bodiesAt(app).at(-1)).toContain(PIXEL)
  })

  it('counts tokens, which costs none', async () => {
    const app = await startApp()
    const { input_tokens } = await clientOf(app).messages.countTokens({
      model: request.model,
      messages: request.messages,
      system: 'Be brief.',
    })
    expect(input_tokens).toBe(PROMPT_TOKENS + countTokens('Be brief.'))
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 1,
      prompt_tokens_total: 0,
      completion_tokens_total: 0,
    })
    expect(await app.requestLines()).toMatchObject([{ route: '/v1/messages/count_tokens', stream: false }])
  })

  it('aborts a stream, and so the request of the backend; what was delivered is counted', async () => {
    const app = await startApp({ backends: [{ minTokens: 100, maxTokens: 100, tokensPerSecond: 20 }] })
    const stream = await clientOf(app).messages.create({ ...request, stream: true })
    for await (const event of stream) if (event.type === 'content_block_delta') break
    await eventually(() => expect(app.backend.served().total).toMatchObject({ aborted: 1, requests: 1 }))
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_success: 0, total_failures: 0 })
    const [line] = await app.requestLines()
    expect(line).toMatchObject({ status: 499, outcome: 'aborted', prompt_tokens: PROMPT_TOKENS })
    expect(line?.completion_tokens).toBeGreaterThan(0)
  })

  it('uses a client token, and is told in words that it needs one', async () => {
    const app = await startApp()
    const { token } = await app.admin.token('claude')
    await clientOf(app, token).messages.create(request)
    await new Anthropic({ baseURL: app.url, apiKey: null, authToken: token, maxRetries: 0 }).messages.create(
      request,
    )
    const error = await failureOf(clientOf(app, 'wrong').messages.create(request))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({
      status: 401,
      type: 'authentication_error',
      apiMessage: 'unknown client token',
    })
    expect(error.requestID).toBe(error.headers?.get('x-request-id'))
    expect(error.message).toMatch(
      /^401 \{"type":"error","error":\{"type":"authentication_error","message":"unknown client token"\},"request_id":"[\w-]+","code":"LB_ERR_UNAUTHORIZED"\}$/,
    )
    expect(app.arrived()).toBe(2)
  })

  it('is told which models there are instead of one that no endpoint serves', async () => {
    const app = await startListingApp({ backends: [{ models: ['claude-sim'] }] })
    await eventually(async () => expect((await app.send('/v1/models')).text).toContain('claude-sim'))
    const error = await failureOf(clientOf(app).messages.create({ ...request, model: 'claude-simm' }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error.type).toBe('not_found_error')
    expect(error.apiMessage).toContain('Did you mean "claude-sim"?')
    expect(app.arrived()).toBe(0)
  })

  it('gets 529 where every endpoint is full, and repeats it by itself', async () => {
    const app = await startApp({
      backends: [{ minTokens: 50, maxTokens: 50, tokensPerSecond: 50 }],
      endpoints: { max_concurrent: 1 },
      environment: { LB_QUEUE_MAX: '0' },
    })
    const running = clientOf(app).messages.create(request)
    await eventually(() => expect(app.backend.served().total.requests).toBe(1))
    const error = await failureOf(clientOf(app).messages.create(request))
    expect(error).toBeInstanceOf(OverloadedError)
    expect(error).toMatchObject({ status: 529, type: 'overloaded_error' })
    expect(Number(error.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect(await app.requestLines()).toMatchObject([{ status: 529, outcome: 'refused' }])
    const repeated = await clientOf(app, 'none', 10).messages.create(request)
    expect(repeated.stop_reason).toBe('end_turn')
    await running
  })

  it.each(refusals)('is told in words: $what', async ({ status, anthropicStatus, words, start }) => {
    const { app, model } = await start()
    for (const stream of [false, true]) {
      const error = await failureOf(clientOf(app).messages.create({ ...request, model, stream }))
      expect(error).toMatchObject({
        status: anthropicStatus ?? status,
        apiMessage: expect.stringContaining(words) as string,
      })
    }
  })

  it('gets 503 where there is no endpoint', async () => {
    const app = await startApp()
    await app.admin.patchEndpoint(app.endpoint.id, { enabled: false })
    const error = await failureOf(clientOf(app).messages.create(request))
    expect(error).toBeInstanceOf(ServiceUnavailableError)
    expect(error).toMatchObject({ type: 'api_error', apiMessage: 'no connected endpoints available' })
    expect(error.headers?.get('retry-after')).toBe('5')
  })

  it('throws the error of a stream that breaks off, and does not take it for complete', async () => {
    const app = await startApp()
    for (const kind of ['die', 'no-done'] as const) {
      await app.backend.setFault({ kind, ...(kind === 'die' ? { afterChunks: 5 } : {}) })
      const error = await failureOf(clientOf(app).messages.stream(request).finalMessage())
      expect(error).toMatchObject({ type: 'api_error', status: undefined })
      expect(error.message).toContain('LB_ERR_UPSTREAM_')
    }
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_success: 0, total_failures: 2 })
  })

  it('is moved to another endpoint where the first event of a stream is an error', async () => {
    const app = await startApp({ backends: [{}, {}], endpoints: [{ token_quota_percent: 100 }, {}] })
    await app.backend.setFault({ kind: 'error-body' })
    for (const stream of [false, true]) {
      const sent = stream
        ? clientOf(app).messages.stream(request).finalMessage()
        : clientOf(app).messages.create(request)
      expect((await sent).stop_reason).toBe('end_turn')
    }
    expect(await app.requestLines()).toMatchObject([
      { endpoint: 'backend-2', attempts: 2 },
      { endpoint: 'backend-2', attempts: 2 },
    ])
  })

  it('is told the mistakes that the backend finds in the words of the backend', async () => {
    const app = await startApp()
    const error = await failureOf(clientOf(app).messages.create({ ...request, messages: [] }))
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(error.apiMessage).toMatch(/^messages: /)
    expect(error.error).not.toHaveProperty('code')
  })

  it('lists the models page by page, and finds one by its id', async () => {
    const models = ['a', 'b', 'org/c', 'd', 'e']
    const app = await startListingApp({ backends: [{ models }] })
    const { token } = await app.admin.token('claude')
    const client = clientOf(app, token)
    await eventually(async () => expect((await client.models.list()).data).toHaveLength(5))
    const listed: string[] = []
    for await (const { id, type, display_name, created_at } of client.models.list({ limit: 2 })) {
      expect({ type, display_name }).toEqual({ type: 'model', display_name: id })
      expect(Date.parse(created_at)).toBeGreaterThan(0)
      listed.push(id)
    }
    expect(listed).toEqual(models.toSorted())
    expect(await client.models.retrieve('b')).toMatchObject({
      id: 'b',
      type: 'model',
      max_input_tokens: 131_072,
    })
    const missing = await failureOf(client.models.retrieve('nothing'))
    expect(missing).toMatchObject({ status: 404, type: 'not_found_error' })
    const badLimit = await failureOf(client.models.list({ limit: 1001 }))
    expect(badLimit).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(badLimit.requestID).toBe(badLimit.headers?.get('x-request-id'))
    const refused = await failureOf(clientOf(app, 'wrong').models.list())
    expect(refused).toMatchObject({ status: 401, type: 'authentication_error' })
  })

  it('has its header fields sent upstream, its key aside', async () => {
    const app = await startApp()
    await clientOf(app, 'key-of-the-client').beta.messages.create({
      ...request,
      betas: ['context-1m-2025-08-07'],
    })
    const raw = app.backend.served().last.at(-1)?.rawHeaders ?? []
    const sent = Object.fromEntries(
      raw.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1]]] : [])),
    )
    expect(sent).toMatchObject({
      'anthropic-version': expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
      'anthropic-beta': 'context-1m-2025-08-07',
      'x-stainless-lang': 'js',
    })
    expect(sent).not.toHaveProperty('x-api-key')
    expect(JSON.stringify(raw)).not.toContain('key-of-the-client')
  })
})
