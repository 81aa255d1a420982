// Follows requests over HTTP to the selection of their endpoint, with what it is told of them and what it tells of itself.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { buildParts } from '../../../src/app/parts/build-parts.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { digestSecret } from '../../../src/config/secret-digest.ts'
import type { Admission } from '../../../src/core/queue/admission.ts'
import type { RoutingRequest } from '../../../src/core/routing/routing-request.ts'
import { createLogger } from '../../../src/observability/logger.ts'
import { createDataPlane } from '../../../src/proxy/data-plane.ts'
import {
  aliasConfig,
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'
import { open, responseOf, send } from '../../support/clients/http-client.ts'
import { onEnd } from '../../support/lifetime.ts'
import { startUpstream } from '../../support/upstreams/http-upstream.ts'
import { temporaryStore } from '../../store/temporary-store.ts'

const ROUTE = 'prefix 12 of 13'
const CHAT = '/v1/chat/completions'
const EVENT = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
const SESSION_HEADER = 'x-session-id'

const silent = {
  write: () => undefined,
  writeBytes: () => undefined,
  flush: () => Promise.resolve(),
  flushSync: () => undefined,
  close: () => Promise.resolve(),
}

type Respond = (response: ServerResponse) => void

const respondWhole: Respond = (response) =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}')

/** Block 1 has the clients a and b, block 2, which keeps sessions together, the client c. */
function configured(baseUrl: string) {
  const token = (id: number, secret: string, blockId: number) =>
    tokenConfig(id, { digest: digestSecret(secret), blockId })
  return configuration([endpointConfig(1, { baseUrl })], {
    // Asks for no hashes by itself.
    placement: 'load',
    blocks: [blockConfig(1), blockConfig(2, { sessionAffinity: `header:${SESSION_HEADER}` })],
    tokens: [token(1, 'a', 1), token(2, 'b', 1), token(3, 'c', 2)],
    aliases: [
      aliasConfig(1, { name: 'alias', targets: ['m', 'n'].map((model) => ({ model, endpoint_id: null })) }),
    ],
  })
}

/** The data plane alone, with an admission that keeps each request and gives each lease a route. */
async function startDataPlane(respond = respondWhole, keepaliveMs = 0) {
  const store = await temporaryStore()
  const logger = createLogger({ level: 'silent', destination: silent })
  const config = readConfig({ LB_MODELS_REFRESH_SECONDS: '0' })
  const app = { config, adminToken: 'admin', store, logger, logDestination: silent, version: 'test' }
  const parts = await buildParts({ ...app, processMetrics: false })
  onEnd(() => parts.pools.destroy())
  const upstream = await startUpstream((_request, response) => respond(response))
  parts.state.replace(configured(upstream.baseUrl))

  const requests: RoutingRequest[] = []
  const admission: Admission = {
    ...parts.admission,
    admit(request, ...rest) {
      requests.push(request)
      const result = parts.admission.admit(request, ...rest)
      return 'lease' in result ? { lease: { ...result.lease, route: ROUTE } } : result
    },
  }
  const dataPlane = createDataPlane({
    ...parts,
    admission,
    logger,
    requestIdOf: () => 'id',
    headersOf: () => [],
    refusalOf: () => undefined,
    isDraining: () => false,
    onInternalError: (error) => {
      throw error
    },
    maxBodyBytes: 1e6,
    maxUploadBytes: 1e6,
    translatesMessages: true,
    servesFiles: false,
    failoverAttempts: 0,
    failThreshold: 100,
    hedgeBudget: undefined,
    keepaliveMs,
    totalTimeoutMs: 60_000,
    stallMs: 60_000,
  })
  const server = createServer((request, response) => {
    if (!dataPlane.tryServe(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sent = (client: string, body: object, headers: object = {}) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${client}`, ...headers },
    body: JSON.stringify(body),
  })
  return {
    /** @returns what the selection was told of the request. */
    async ask(client: string, body: object, headers: object = {}, path = CHAT) {
      await send(url + path, sent(client, body, headers))
      const request = requests.at(-1)
      if (request === undefined) throw new Error('the request was not routed')
      return request
    },
    response: (body: object) => send(url + CHAT, sent('a', body)),
    open: (body: object) => open(url + CHAT, sent('a', body)),
  }
}

const body = {
  model: 'm',
  messages: Array.from({ length: 200 }, (_, index) => ({ role: 'user', content: `message ${index}` })),
}
const stream = { ...body, stream: true }

const blocksOf = ({ prompt }: RoutingRequest): string[] => {
  const words = prompt?.blocks() ?? new Int32Array(0)
  return Array.from({ length: words.length / 2 }, (_, block) => `${words[2 * block]} ${words[2 * block + 1]}`)
}

describe('the selection of an endpoint', () => {
  it('is told the same of one prompt of two clients of a block, and nothing alike for others', async () => {
    const { ask } = await startDataPlane()
    const request = await ask('a', body)
    const blocks = blocksOf(request)
    expect(request.prompt?.bytes).toBe(JSON.stringify(body).length)
    expect(blocks).toHaveLength(Math.floor((JSON.stringify(body.messages).length - 1) / 1_024))
    expect(blocksOf(await ask('b', { ...body, user: 'someone', temperature: 1 }))).toEqual(blocks)
    for (const other of [
      await ask('c', body),
      await ask('a', { ...body, model: 'n' }),
      await ask('a', { ...body, cache_salt: 'a' }),
      await ask('a', { ...body, messages: [...body.messages].reverse() }),
    ]) {
      expect(blocksOf(other)).toHaveLength(blocks.length)
      expect(blocksOf(other).filter((block) => blocks.includes(block))).toEqual([])
    }
  })

  it('is told of the prompt by the name that the client gave the model, for each that it may be served as', async () => {
    const { ask } = await startDataPlane()
    const { prompt, targets } = await ask('a', { ...body, model: 'alias' })
    expect(targets?.requests.map(({ model }) => model)).toEqual(['m', 'n'])
    for (const target of targets?.requests ?? []) expect(target.prompt).toBe(prompt)
    expect(prompt?.blocks().length).toBeGreaterThan(0)
    const messages = await ask('a', body, {}, '/v1/messages')
    for (const target of messages.targets?.requests ?? []) expect(target.prompt).toBe(messages.prompt)
  })

  it('is told the session of clients whose block keeps sessions together', async () => {
    const { ask } = await startDataPlane()
    const named = { [SESSION_HEADER]: 'one' }
    const { session } = await ask('c', body, named)
    expect(session).toMatch(/^[\w-]{22}$/)
    expect((await ask('c', {}, named)).session).toBe(session)
    expect((await ask('c', body, { [SESSION_HEADER]: 'two' })).session).not.toBe(session)
    expect((await ask('c', body)).session).toBeUndefined()
    expect((await ask('a', body, named)).session).toBeUndefined()
  })

  it('lets go of the body with the first bytes of a stream', async () => {
    const { ask } = await startDataPlane((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`${EVENT}data: [DONE]\n\n`)
    })
    expect((await ask('a', stream)).prompt?.blocks()).toHaveLength(0)
  })
})

describe('the route of a request', () => {
  it('is told in a header of every response of an endpoint, also of a failure', async () => {
    let respond = respondWhole
    const { response } = await startDataPlane((answer) => respond(answer))
    expect((await response(body)).headers).toMatchObject({
      'x-lb-route': ROUTE,
      'x-lb-endpoint': 'endpoint-1',
    })
    respond = (answer) => void answer.writeHead(500).end()
    expect((await response(body)).headers).toMatchObject({ 'x-lb-route': ROUTE })
    respond = (answer) => void answer.destroy()
    expect((await response(body)).headers).toMatchObject({ 'x-lb-route': ROUTE })
  })

  it('is told in a comment of a stream whose headers were sent before', async () => {
    const waiting: ServerResponse[] = []
    const { open: openStream } = await startDataPlane((response) => void waiting.push(response), 20)
    const response = await responseOf(openStream(stream))
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) {
      text += String(chunk)
      // A comment has come, so that the headers have been sent.
      const answer = waiting.pop()
      answer?.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${EVENT}data: [DONE]\n\n`)
    }
    expect(response.headers).not.toHaveProperty('x-lb-route')
    expect(text).toContain(`: x-lb-endpoint endpoint-1\n: x-lb-route ${ROUTE}\n\n${EVENT}`)
  })
})
