import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { gatewayError } from '../../../src/core/gateway-error.ts'
import { apiNames } from '../../../src/contract/objects/api-names.ts'
import { apis, routes } from '../../../src/proxy/apis/apis.ts'
import { chat } from '../../../src/proxy/apis/chat.ts'
import { countTokens } from '../../../src/proxy/apis/anthropic/count-tokens.ts'
import { messages } from '../../../src/proxy/apis/anthropic/messages.ts'
import { ollamaChat } from '../../../src/proxy/apis/ollama/chat.ts'
import { ollamaEmbed } from '../../../src/proxy/apis/ollama/embed.ts'
import { responses } from '../../../src/proxy/apis/responses.ts'
import { prepareBody } from '../../../src/proxy/request/prepare-body.ts'
import { requestDigest } from '../../../src/proxy/response/response-from-cache.ts'
import { endpointConfig } from '../../support/gateway/gateway-fixture.ts'
import { createScriptedForwards } from '../../support/gateway/scripted-forwards.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'

const generating = apis.filter(({ tokenMeasure }) => tokenMeasure !== 'none')
const EVENTS = { 'content-type': 'text/event-stream' }

describe('the adapters of the forwarded calls', () => {
  it('have the names that operators may write, and distinct routes that end in the upstream path', () => {
    const names = new Set(apis.map(({ name }) => name))
    expect([...names]).toEqual(apiNames.filter((name) => name !== 'other'))
    const addresses = new Set(routes.map(({ api, url }) => `${api.method} ${url}`))
    expect(addresses.size).toBe(routes.length)
    for (const { url, path } of routes) expect(url.endsWith(path.replace(/^\/v1/, ''))).toBe(true)
  })

  it('of token counts stream nothing and cost nothing', () => {
    expect(countTokens.readRequest(Buffer.from('{"model":"m","stream":true}'))).toMatchObject({
      model: 'm',
      stream: false,
    })
    expect(countTokens.tokenMeasure).toBe('none')
  })

  it('of Ollama stream unless the request says otherwise, and read the most output from its options', () => {
    const read = (body: object) => {
      const { model, stream, maxTokens } = ollamaChat.readRequest(Buffer.from(JSON.stringify(body)))
      return { model, stream, maxTokens }
    }
    const whole = { model: 'm', stream: false, maxTokens: undefined }
    expect(read({ model: 'm', stream: false, max_tokens: 7 })).toEqual(whole)
    for (const stream of [undefined, null, true]) expect(read({ stream })).toMatchObject({ stream: true })
    expect(read({ options: { num_predict: 42 } }).maxTokens).toBe(42)
    for (const options of [null, [42], { num_predict: -1 }, { num_predict: '9' }, { a: { num_predict: 9 } }])
      expect(read({ options }).maxTokens).toBeUndefined()
    expect(ollamaEmbed.readRequest(Buffer.from('{"stream":true}')).stream).toBe(false)
    expect(ollamaEmbed.tokenMeasure).toBe('prompt')
  })

  it('give equal bodies different cache keys, for every path and query', () => {
    const calls = routes.flatMap((route) =>
      ['', '?a=1'].map((query) => ({ ...route, query, objectId: undefined })),
    )
    const digests = calls.map((call) => requestDigest(call, prepareBody(Buffer.from('{}')), requestFor()))
    const paths = new Set(routes.map(({ api, path }) => `${api.method} ${path}`))
    expect(new Set(digests).size).toBe(2 * paths.size)
  })

  it.each(apis)(
    'of $name reports a stream without its end as incomplete only where all servers send it',
    (api) => {
      const reader = api.createResponseReader({ status: 200, headers: EVENTS, hideUsage: false })
      reader.push(Buffer.from('data: {}\n\n'))
      reader.end()
      expect(reader.isCut()).toBe(['chat', 'completions', 'messages', 'count_tokens'].includes(api.name))
    },
  )

  it.each(generating)('of $name reads the end of its own events', (api) => {
    const reader = api.createResponseReader({ status: 200, headers: EVENTS, hideUsage: false })
    reader.push(Buffer.from('data: {"type":"response.completed"}\n\n'))
    expect(reader.facts.done).toBe(
      /^(?:responses|images|image_edits|speech|transcriptions|translations)$/.test(api.name),
    )
  })
})

describe('a response without usage', () => {
  const read = (name: string, headers: Record<string, string>, body: string) => {
    const api = apis.find((each) => each.name === name) ?? chat
    const all = { 'content-type': 'application/json', ...headers }
    const reader = api.createResponseReader({ status: 200, headers: all, hideUsage: false })
    reader.push(Buffer.from(body))
    reader.end()
    return reader.facts.usage?.promptTokens
  }

  it('has what TEI says in a header, unless it has its own', () => {
    const header = { 'x-compute-tokens': '12' }
    expect(read('rerank', header, '[{"index":0,"score":0.5}]')).toBe(12)
    expect(read('embeddings', header, '{"usage":{"prompt_tokens":7}}')).toBe(7)
    const length = { 'content-length': '29' }
    expect(read('embeddings', { ...header, ...length }, '{"usage":{"prompt_tokens":7}}')).toBe(7)
    for (const bad of ['', '-1', 'x', '1.5'])
      expect(read('rerank', { 'x-compute-tokens': bad }, '[]')).toBeUndefined()
    expect(read('rerank', { ...header, 'content-encoding': 'gzip' }, '[]')).toBeUndefined()
  })
})

describe('the error event of a stream', () => {
  const error = gatewayError('LB_ERR_UPSTREAM_BROKEN', 'broke off')
  const upstream = Buffer.from('{"error":{"message":"no","code":500,"param":"n"}}')
  const dataOf = (event: string): unknown => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? '')

  it('of responses is typed and numbered, as its clients dispatch on both, and the response has failed', () => {
    const event = responses.errors.event(error, 7)
    expect(event.startsWith('event: error\n')).toBe(true)
    expect(dataOf(event)).toEqual({
      type: 'error',
      code: 'LB_ERR_UPSTREAM_BROKEN',
      message: 'broke off',
      param: null,
      sequence_number: 7,
    })
    const failed = /^event: response\.failed\ndata: (.*)\n\n$/m.exec(event)?.[1]
    expect(JSON.parse(failed ?? '')).toEqual({
      type: 'response.failed',
      response: {
        object: 'response',
        status: 'failed',
        error: { code: 'LB_ERR_UPSTREAM_BROKEN', message: 'broke off' },
        output: [],
      },
      sequence_number: 8,
    })
    const passedOn = { type: 'error', code: '500', message: 'no', param: 'n', sequence_number: 0 }
    expect(dataOf(responses.errors.upstreamEvent(upstream, 500))).toEqual(passedOn)
    expect(dataOf(responses.errors.upstreamEvent(Buffer.from('<html>'), 502))).toMatchObject({
      code: 'LB_ERR_UPSTREAM_BROKEN',
      message: 'the endpoint answered with status 502',
    })
  })

  it('of chat is an object with an error', () => {
    expect(dataOf(chat.errors.event(error, 7))).toMatchObject({ error: { code: 'LB_ERR_UPSTREAM_BROKEN' } })
    expect(dataOf(chat.errors.upstreamEvent(upstream, 500))).toEqual({
      error: { message: 'no', code: 500, param: 'n' },
    })
  })
})

describe('the last line of a stream of Ollama', () => {
  it('has the error as a text, with the words of the upstream where it sent any', () => {
    const { event, upstreamEvent } = ollamaChat.errors
    expect(event(gatewayError('LB_ERR_UPSTREAM_BROKEN', 'broke\noff'), 7)).toBe('{"error":"broke\\noff"}\n')
    expect(upstreamEvent(Buffer.from('{"error":"no"}'), 500)).toBe('{"error":"no"}\n')
    expect(upstreamEvent(Buffer.from('<html>'), 502)).toBe(
      '{"error":"the endpoint answered with status 502"}\n',
    )
  })
})

describe('the error event of messages', () => {
  it('is named, and has the words of the upstream where it sent an error', () => {
    const own = messages.errors.event(gatewayError('LB_ERR_ALL_FULL', 'busy'), 7)
    expect(own).toBe(
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"},"code":"LB_ERR_ALL_FULL"}\n\n',
    )
    const body = '{"error":\r\n {"message":"no"}}'
    expect(messages.errors.upstreamEvent(Buffer.from(body), 500)).toBe(
      'event: error\ndata: {"error":\ndata:  {"message":"no"}}\n\n',
    )
    for (const text of ['<html>', '{"error":"text"}', '']) {
      const event = messages.errors.upstreamEvent(Buffer.from(text), 502)
      expect(event).toContain('"type":"api_error","message":"the endpoint answered with status 502"')
    }
  })
})

describe('failover', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
  })

  it.each([true, false])('happens only where the adapter permits it (%s)', (mayRepeat) => {
    const bodies: string[] = []
    const { open, send } = createScriptedForwards([endpointConfig(1), endpointConfig(2)], 1, {
      ...chat,
      mayRepeat({ bytes }) {
        bodies.push(bytes.toString())
        return mayRepeat
      },
    })
    send({ n: 1 })
    open[0]?.settle({ status: 500, body: '{"error":{}}' })
    expect(open).toHaveLength(mayRepeat ? 1 : 0)
    expect(new Set(bodies)).toEqual(new Set(['{"n":1}']))
  })
})
