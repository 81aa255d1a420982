// Multipart forms through the balancer: passed on while they arrive, byte for byte.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually, startApp, type RunningApp } from '../../support/apps/running-app.ts'
import { connectRaw, rawPost, readResponse, responseOf } from '../../support/clients/http-client.ts'

const MIB = 1_048_576
const BOUNDARY = 'boundary-of-the-test'
const PATH = '/v1/audio/transcriptions'
const FORM = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }
const END = `\r\n--${BOUNDARY}--\r\n`

const part = (name: string, more = ''): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`
const modelPart = (model: string): string => `${part('model')}${model}\r\n`
const FILE = part('file', '; filename="a.wav"')

interface Arrived {
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly sha256: string
  readonly bytes: number
}

/** An upstream that hashes what it gets, and answers at the end. */
async function startHashing(respond?: (request: IncomingMessage, response: ServerResponse) => void) {
  const arrived: Arrived[] = []
  const open = new Set<IncomingMessage>()
  let received = 0
  const server = createServer((request, response) => {
    open.add(request)
    request.once('close', () => open.delete(request))
    if (respond) return respond(request, response)
    const hash = createHash('sha256')
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk)
      bytes += chunk.length
      received += chunk.length
    })
    request.once('end', () => {
      arrived.push({ url: request.url ?? '', headers: request.headers, sha256: hash.digest('hex'), bytes })
      response.setHeader('content-type', 'application/json')
      response.end('{"text":"hello","usage":{"type":"tokens","input_tokens":14,"output_tokens":5}}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  return { baseUrl, arrived, open, received: () => received }
}

async function startAt(
  baseUrls: readonly string[],
  environment = {},
  fields: object = {},
): Promise<RunningApp> {
  const app = await startApp({ environment, backends: baseUrls.map(() => ({})) })
  for (const [at, { id }] of app.endpoints.entries())
    await app.admin.patchEndpoint(id, { base_url: baseUrls[at], ...fields })
  return app
}

/** Opens a request whose body the test writes. */
function upload({ port }: RunningApp, headers: object = {}, path = PATH): ClientRequest {
  const client = request({
    port,
    host: '127.0.0.1',
    path,
    method: 'POST',
    headers: { ...FORM, ...headers },
    agent: false,
  })
  client.on('error', () => undefined)
  onTestFinished(() => void client.destroy())
  return client
}

/** Writes with back-pressure. @returns the hash of all bytes. */
async function writeForm(client: ClientRequest, pieces: Iterable<string | Buffer>): Promise<string> {
  const hash = createHash('sha256')
  for (const piece of pieces) {
    hash.update(piece)
    if (!client.write(piece) && !client.destroyed)
      await Promise.race([once(client, 'drain'), once(client, 'close')])
  }
  client.end()
  return hash.digest('hex')
}

function* file(head: string, mib: number, tail = END): Generator<string | Buffer> {
  yield head
  for (let sent = 0; sent < mib; sent += 1) yield randomBytes(MIB)
  yield tail
}

const finish = async (client: ClientRequest) => readResponse(await responseOf(client))

describe('a multipart form', () => {
  it.each([
    ['small', 0, modelPart('whisper') + FILE],
    ['large, its model before the file', 3, modelPart('whisper') + FILE],
    ['large, its model behind the file', 3, FILE],
  ])('arrives byte for byte, chunked or not, and is routed by its model: %s', async (_what, mib, head) => {
    const [right, wrong] = [await startHashing(), await startHashing()]
    const app = await startAt([wrong.baseUrl, right.baseUrl])
    const [first, second] = app.endpoints
    await app.admin.patchEndpoint(first?.id ?? 0, { models: ['other'] })
    await app.admin.patchEndpoint(second?.id ?? 0, { models: ['whisper'] })
    const tail = head === FILE ? `\r\n${modelPart('whisper')}--${BOUNDARY}--\r\n` : END
    for (const isChunked of [true, false]) {
      const pieces = [...file(head, mib, tail)]
      const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
      const client = upload(app, isChunked ? {} : { 'content-length': length }, `${PATH}?x=1`)
      const [sha256, response] = await Promise.all([writeForm(client, pieces), finish(client)])
      expect([response.status, response.headers['x-lb-endpoint']]).toEqual([200, 'backend-2'])
      expect(right.arrived.at(-1)).toMatchObject({ url: `${PATH}?x=1`, sha256, bytes: length })
      const headers = right.arrived.at(-1)?.headers ?? {}
      expect(headers['content-type']).toBe(FORM['content-type'])
      // What is read as a whole has a known length.
      const isStreamed = mib > 0 && head !== FILE
      expect(headers['content-length']).toBe(isStreamed && isChunked ? undefined : String(length))
    }
    expect(wrong.arrived).toEqual([])
    expect((await app.admin.state()).endpoints[1]).toMatchObject({
      total_success: 2,
      prompt_tokens_total: 28,
      completion_tokens_total: 10,
      inflight: 0,
    })
  })

  it('names its model as the endpoint does, where that has another name, and keeps every other byte', async () => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl], {}, { model_map: { whisper: 'openai/whisper-large-v3' } })
    for (const mib of [0, 2]) {
      const block = randomBytes(mib * MIB)
      const formOf = (model: string) =>
        Buffer.concat([Buffer.from(modelPart(model) + FILE), block, Buffer.from(END)])
      const form = formOf('whisper')
      const client = upload(app, { 'content-length': form.length })
      const [, response] = await Promise.all([writeForm(client, [form]), finish(client)])
      expect(response.status).toBe(200)
      const expected = formOf('openai/whisper-large-v3')
      expect(upstream.arrived.at(-1)).toMatchObject({
        sha256: createHash('sha256').update(expected).digest('hex'),
        bytes: expected.length,
      })
    }
  })

  it('comes from the unmodified openai client as well as from any other', async () => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl])
    const audio = new File([randomBytes(2 * MIB)], 'a.wav')
    const { text } = await app.openai().audio.transcriptions.create({ model: 'whisper', file: audio })
    expect(text).toBe('hello')
    await app.openai().audio.translations.create({ model: 'whisper', file: audio })
    await app.openai().images.edit({ model: 'painter', image: audio, prompt: 'a queue' })
    expect(upstream.arrived.map(({ url }) => url)).toEqual([
      '/v1/audio/transcriptions',
      '/v1/audio/translations',
      '/v1/images/edits',
    ])
    expect((await app.requestLines()).map(({ model }) => model)).toEqual(['whisper', 'whisper', 'painter'])
  })

  it('takes the back-pressure of the backend to the client', async () => {
    const held: IncomingMessage[] = []
    const { baseUrl } = await startHashing((request) => void held.push(request.pause()))
    const app = await startAt([baseUrl])
    const client = upload(app)
    let written = 0
    const block = Buffer.alloc(MIB)
    client.write(modelPart('m') + FILE)
    // Until nothing has been taken for a while: buffers of the system are full.
    const isTaken = (): Promise<boolean> =>
      Promise.race([
        once(client, 'drain').then(() => true),
        new Promise<boolean>((go) => setTimeout(go, 1_000, false)),
      ])
    while (client.write(block) || (await isTaken())) {
      written += 1
      expect(written, 'MiB are taken although the backend reads nothing').toBeLessThan(64)
    }
    expect(held).toHaveLength(1)
    held[0]?.resume()
    await once(client, 'drain')
  })

  it.each([
    ['chunked', {}],
    ['with its length', { 'content-length': 8 * MIB }],
  ])('ends at the backend when its client leaves, without a counted failure: %s', async (_framing, head) => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl])
    const client = upload(app, head)
    client.write(modelPart('m') + FILE)
    client.write(randomBytes(2 * MIB))
    await eventually(() => expect(upstream.received()).toBeGreaterThan(MIB))
    client.destroy()
    await eventually(() => expect(upstream.open.size).toBe(0))
    expect(upstream.arrived).toEqual([])
    await app.settled()
    expect((await app.admin.state()).endpoints[0]).toMatchObject({
      total_failures: 0,
      consecutive_failures: 0,
    })
    await eventually(async () =>
      expect(await app.requestLines()).toMatchObject([{ status: 499, outcome: 'aborted' }]),
    )
  })

  it('that is answered before its end is read to it, and leaves its connection to further requests', async () => {
    const upstream = await startHashing((_request, response) => response.writeHead(413).end('{}'))
    const app = await startAt([upstream.baseUrl])
    const client = await connectRaw(app.port)
    const form = modelPart('m') + FILE
    const head = `Content-Type: ${FORM['content-type']}`
    client.write(rawPost(PATH, [head, `Content-Length: ${8 * MIB}`], form))
    client.write(Buffer.alloc(2 * MIB))
    await eventually(() => expect(client.text()).toMatch(/^HTTP\/1\.1 413 [^]*\{\}/))
    client.write(Buffer.alloc(6 * MIB - form.length))
    client.write(rawPost(PATH, [head, 'Connection: close'], form + END))
    await client.closed
    expect(client.text().match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 413'])
  })

  it('whose last bytes decide that it is passed on is at its end then', async () => {
    const upstream = await startHashing((request, response) => {
      request.resume()
      // Longer than a client may be silent.
      request.once('end', () => setTimeout(() => response.end('{}'), 2_000))
    })
    const app = await startAt([upstream.baseUrl], { LB_CLIENT_STALL_SECONDS: '1' })
    const client = await connectRaw(app.port)
    const form = modelPart('m') + FILE
    const head = [`Content-Type: ${FORM['content-type']}`, `Content-Length: ${MIB + 1}`, 'Connection: close']
    client.write(rawPost(PATH, head, form))
    client.write(Buffer.alloc(MIB + 1 - form.length))
    await client.closed
    expect(client.text()).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('is refused with 413 where it is too large, whether it says so or not', async () => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl], { LB_MAX_UPLOAD_BYTES: String(3 * MIB) })
    const declared = upload(app, { 'content-length': 4 * MIB })
    declared.write('x')
    const isTooLarge = { error: { code: 'LB_ERR_BODY_TOO_LARGE', type: 'invalid_request_error' } }
    const refused = await finish(declared)
    expect([refused.status, refused.json()]).toMatchObject([413, isTooLarge])
    const chunked = upload(app)
    const [, response] = await Promise.all([
      writeForm(chunked, file(modelPart('m') + FILE, 6)),
      finish(chunked),
    ])
    expect([response.status, response.json()]).toMatchObject([413, isTooLarge])
    expect(upstream.arrived).toEqual([])
    await eventually(() => expect(upstream.open.size).toBe(0))
    expect((await app.admin.state()).endpoints[0]).toMatchObject({ total_failures: 0, inflight: 0 })
  })

  it('fails over while it is held as a whole, and not once a part of it has been sent', async () => {
    const broken = await startHashing((request, response) => {
      request.resume()
      request.once('end', () => response.writeHead(500).end('{}'))
    })
    const right = await startHashing()
    const app = await startAt([broken.baseUrl, right.baseUrl])
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    await app.admin.patchEndpoint(app.endpoint.id, { priority_order: 1 })
    const send = async (mib: number) => {
      const client = upload(app)
      const [, response] = await Promise.all([
        writeForm(client, file(modelPart('m') + FILE, mib)),
        finish(client),
      ])
      return [response.status, response.headers['x-lb-attempts']]
    }
    expect(await send(0)).toEqual([200, '2'])
    expect(await send(2)).toEqual([500, '1'])
    expect(right.arrived).toHaveLength(1)
  })

  it('goes to another endpoint where the first refuses the connection, although it is large', async () => {
    const right = await startHashing()
    const app = await startAt(['http://127.0.0.1:9/v1', right.baseUrl])
    await app.admin.call('PATCH', '/routing', { routing_mode: 'priority' })
    await app.admin.patchEndpoint(app.endpoint.id, { priority_order: 1 })
    const client = upload(app)
    const [sha256, response] = await Promise.all([
      writeForm(client, file(modelPart('m') + FILE, 2)),
      finish(client),
    ])
    expect([response.status, response.headers['x-lb-attempts']]).toEqual([200, '2'])
    expect(right.arrived).toMatchObject([{ sha256 }])
  })

  it('whose model does not come in time is passed on only where any endpoint takes any model', async () => {
    const upstream = await startHashing()
    const limit = { LB_MAX_REQUEST_BODY_BYTES: String(2 * MIB) }
    const app = await startAt([upstream.baseUrl], limit)
    const send = async () => {
      const client = upload(app)
      const [, response] = await Promise.all([writeForm(client, file(FILE, 4)), finish(client)])
      return response
    }
    expect((await send()).status).toBe(200)
    await app.admin.patchEndpoint(app.endpoint.id, { models: ['whisper'] })
    const refused = await send()
    expect([refused.status, refused.json()]).toMatchObject([
      400,
      { error: { code: 'LB_ERR_BAD_REQUEST', param: 'model' } },
    ])
    expect(upstream.arrived).toHaveLength(1)
  })

  it('that is no form, or is malformed, is refused, and nothing goes upstream', async () => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl])
    for (const path of ['/v1/audio/transcriptions', '/audio/translations', '/v1/any-pool/images/edits']) {
      for (const [body, headers, code] of [
        ['{}', { 'content-type': 'application/json' }, 'LB_ERR_BAD_REQUEST'],
        ['x', { 'content-type': 'multipart/form-data' }, 'LB_ERR_BAD_REQUEST'],
        ['x', { 'content-type': `multipart/form-data; boundary="${'b'.repeat(71)}"` }, 'LB_ERR_BAD_REQUEST'],
        ['no form', FORM, 'LB_ERR_INVALID_BODY'],
        [`${modelPart('m')}${modelPart('n')}--${BOUNDARY}--`, FORM, 'LB_ERR_DUPLICATE_KEY'],
      ] as const) {
        const response = await app.post(path, body, headers)
        expect([path, response.status, response.json()]).toMatchObject([path, 400, { error: { code } }])
      }
      const encoded = await app.post(path, 'x', { ...FORM, 'content-encoding': 'gzip' })
      expect(encoded.status).toBe(415)
    }
    expect(upstream.open.size + upstream.arrived.length).toBe(0)
  })

  it('that names its model a second time is not passed on to its end', async () => {
    const upstream = await startHashing()
    const app = await startAt([upstream.baseUrl])
    const client = upload(app)
    const tail = `\r\n${modelPart('other')}--${BOUNDARY}--\r\n`
    const [, response] = await Promise.all([
      writeForm(client, file(modelPart('m') + FILE, 2, tail)),
      finish(client),
    ])
    expect([response.status, response.json()]).toMatchObject([
      400,
      { error: { code: 'LB_ERR_DUPLICATE_KEY' } },
    ])
    expect(upstream.arrived).toEqual([])
  })
})
