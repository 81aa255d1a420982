// Messages of Anthropic's own client, served by endpoints that know chat completions alone.
import Anthropic, { type APIError, BadRequestError, NotFoundError } from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import { eventually, startApp, startListingApp, type RunningApp } from '../../support/apps/running-app.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'

const QUESTION = 'Where does the queue move to, and why?'
const request = {
  model: 'sim-model',
  max_tokens: 100,
  messages: [{ role: 'user' as const, content: QUESTION }],
}
const weather = {
  name: 'get_weather',
  input_schema: {
    type: 'object' as const,
    properties: { city: { type: 'string' }, days: { type: 'integer' } },
    required: ['city', 'days'],
  },
}

const clientOf = ({ url }: RunningApp) =>
  new Anthropic({ baseURL: url, apiKey: 'none', authToken: null, maxRetries: 0 })

const failureOf = (promise: PromiseLike<unknown>): Promise<APIError> =>
  Promise.resolve(promise).then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error as APIError,
  )

const chatOnly = {
  backends: [{ minTokens: 9, maxTokens: 9, cachedPercent: 40 }],
  endpoints: { apis: ['chat'] },
}

describe('messages for an endpoint that serves chat completions alone', () => {
  it('are translated both ways, whole and streamed, with their usage, and marked', async () => {
    const app = await startApp(chatOnly)
    const { data, response } = await clientOf(app).messages.create(request).withResponse()
    expect(response.headers.get('x-lb-translated')).toBe('chat')
    expect(data).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
    expect(data.content).toMatchObject([
      { type: 'text', text: expect.stringMatching(/^(\S+ ){9}$/) as string },
    ])
    const { input_tokens: input, cache_read_input_tokens: cached, output_tokens: output } = data.usage
    expect([input + (cached ?? 0), output]).toEqual([countTokens(QUESTION), 9])
    expect(cached).toBeGreaterThan(0)
    app.backend.configure({ seed: 1 })
    const stream = clientOf(app).messages.stream(request)
    const deltas: string[] = []
    stream.on('text', (text) => deltas.push(text))
    const final = await stream.finalMessage()
    expect(final.content).toEqual(data.content)
    expect([deltas.length, final.stop_reason, final.usage]).toMatchObject([9, 'end_turn', data.usage])
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 2 * countTokens(QUESTION),
      completion_tokens_total: 18,
    })
    const { routes, total } = app.backend.served()
    expect([total.requests, routes['/v1/chat/completions']?.requests]).toEqual([2, 2])
  })

  it('call tools, and take their results and images', async () => {
    const app = await startApp({ backends: [{ callsTools: true }], endpoints: { apis: ['chat'] } })
    const asked = await clientOf(app).messages.create({ ...request, tools: [weather] })
    expect(asked.stop_reason).toBe('tool_use')
    const call = asked.content.find((block) => block.type === 'tool_use')
    expect(call).toMatchObject({ name: 'get_weather', input: { city: expect.any(String) as string } })
    const image = { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' }
    const answered = await clientOf(app)
      .messages.stream({
        ...request,
        messages: [
          ...request.messages,
          { role: 'assistant', content: asked.content },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: call?.id ?? '', content: 'Sunny.' },
              { type: 'image', source: image },
            ],
          },
        ],
      })
      .finalMessage()
    expect(answered.stop_reason).toBe('end_turn')
  })

  it('fail in Anthropic’s form: what has no counterpart, a model that is not there, a backend that refuses', async () => {
    const app = await startApp(chatOnly)
    const prefilled = await failureOf(
      clientOf(app).messages.create({
        ...request,
        messages: [...request.messages, { role: 'assistant', content: 'It moves to' }],
      }),
    )
    expect(prefilled).toBeInstanceOf(BadRequestError)
    expect(prefilled.error).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
    expect(app.arrived()).toBe(0)
    const missing = await failureOf(clientOf(app).messages.create({ ...request, model: 'gone' }))
    expect(missing).toBeInstanceOf(NotFoundError)
    expect(missing.error).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
    const { endpoints } = await app.admin.state()
    expect(endpoints[0]).toMatchObject({ consecutive_failures: 0 })
    await app.backend.setFault({ kind: 'status', status: 429 })
    const busy = await failureOf(clientOf(app).messages.create(request))
    expect(busy.error).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } })
  })

  it('are sent natively where an endpoint serves them, whatever else is there', async () => {
    const app = await startApp({ backends: [{}, {}], endpoints: [{ apis: ['chat'] }, {}] })
    for (let n = 0; n < 4; n += 1) {
      const { response } = await clientOf(app).messages.create(request).withResponse()
      expect(response.headers.get('x-lb-endpoint')).toBe('backend-2')
      expect(response.headers.get('x-lb-translated')).toBeNull()
    }
    await app.admin.patchEndpoint(app.endpoints[1]?.id ?? 0, { enabled: false })
    const { response } = await clientOf(app).messages.create(request).withResponse()
    expect(response.headers.get('x-lb-translated')).toBe('chat')
  })

  it('find out which endpoint lacks them: the first request already is answered', async () => {
    const asked: string[] = []
    const { baseUrl } = await startUpstream((incoming, response) => {
      asked.push(incoming.url ?? '')
      response.setHeader('content-type', 'application/json')
      response.statusCode = incoming.url === '/v1/chat/completions' ? 200 : 404
      const choice = { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'Hello.' } }
      const usage = { prompt_tokens: 3, completion_tokens: 2 }
      const body = response.statusCode === 200 ? { choices: [choice], usage } : { detail: 'Not Found' }
      response.end(JSON.stringify(body))
    })
    const app = await startApp()
    await app.admin.call('DELETE', `/endpoints/${app.endpoint.id}`)
    await app.admin.endpoint('old', baseUrl)
    for (let n = 0; n < 2; n += 1) {
      const { data, response } = await clientOf(app).messages.create(request).withResponse()
      expect(data.content).toEqual([{ type: 'text', text: 'Hello.' }])
      expect(response.headers.get('x-lb-translated')).toBe('chat')
    }
    expect(asked).toEqual(['/v1/messages', '/v1/chat/completions', '/v1/chat/completions'])
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 0, total_success: 2 })
  })

  it('are refused where LB_TRANSLATE_MESSAGES is off, and reach aliases where it is on', async () => {
    const off = await startApp({ ...chatOnly, environment: { LB_TRANSLATE_MESSAGES: 'false' } })
    expect(await failureOf(clientOf(off).messages.create(request))).toBeInstanceOf(NotFoundError)
    expect(off.arrived()).toBe(0)
    const on = await startListingApp(chatOnly)
    await on.admin.call('POST', '/model-aliases', {
      name: 'claude-sonnet',
      targets: [{ model: 'sim-model' }],
      rewrite_response: true,
    })
    await eventually(async () => {
      const message = await clientOf(on)
        .messages.stream({ ...request, model: 'claude-sonnet' })
        .finalMessage()
      expect(message.model).toBe('claude-sonnet')
    })
  })
})
