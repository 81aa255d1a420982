// What a client does with its connection beyond sending one request after another.
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ADMIN_TOKEN, chatOf, eventually, startApp } from '../../support/apps/running-app.ts'
import { connectRaw, rawPost, sendBytes } from '../../support/clients/http-client.ts'

const CHAT = '/v1/chat/completions'
const BODY = JSON.stringify(chatOf())
const statusesIn = (text: string): number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

describe('a request', () => {
  it.each([
    ['two Host fields', `POST ${CHAT} HTTP/1.1\r\nHost: a\r\nhost: b\r\n`],
    ['the same Host twice', `POST ${CHAT} HTTP/1.1\r\nHost: a\r\nHost: a\r\n`],
    ['HTTP/2.0 in its request line', `POST ${CHAT} HTTP/2.0\r\nHost: a\r\n`],
    ['no version in its request line', `POST ${CHAT}\r\nHost: a\r\n`],
  ])('with %s is refused, and nothing goes upstream', async (_name, head) => {
    const app = await startApp()
    const bytes = `${head}Connection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`
    expect((await sendBytes(app.port, bytes)).status).toBe(400)
    const get = bytes.replace(`POST ${CHAT}`, 'GET /livez').replace(/Content-Length[^]*/, '\r\n')
    expect((await sendBytes(app.port, get)).status).toBe(400)
    expect(app.arrived()).toBe(0)
  })

  it.each(['br, chunked', 'gzip,chunked', 'identity, chunked'])(
    'with the transfer codings %s is refused, and its connection closed',
    async (coding) => {
      const app = await startApp()
      const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`
      const head = [`Transfer-Encoding: ${coding}`]
      for (const path of [CHAT, `${CHAT}?x=1`, '/admin/api/session'])
        expect([path, (await sendBytes(app.port, rawPost(path, head, chunked))).status]).toEqual([path, 400])
      expect(app.arrived()).toBe(0)
    },
  )

  it('that is refused before its body has arrived closes the connection, once the client has the response', async () => {
    const app = await startApp({ environment: { LB_CLIENT_TOKENS: 'token' } })
    const client = 'Authorization: Bearer token'
    const refused: readonly (readonly [string, number, ...string[]])[] = [
      [CHAT, 401],
      [`${CHAT}?x=1`, 401],
      ['/admin/api/tokens', 401],
      [CHAT, 413, client],
      ['/v1/pool/chat/completions', 413, client],
      ['/v1/audio/transcriptions', 413, client, 'Content-Type: multipart/form-data; boundary=x'],
      ['/admin/api/tokens', 413, `X-Admin-Token: ${ADMIN_TOKEN}`],
    ]
    const responses = await Promise.all(
      refused.map(([path, , ...credential]) =>
        sendBytes(app.port, rawPost(path, ['Content-Length: 1000000000000', ...credential], '{')),
      ),
    )
    expect(responses.map(({ status, headers }) => [status, headers.get('connection')])).toEqual(
      refused.map(([, status]) => [status, 'close']),
    )
    // What is sent behind the head is this request's body, never another request.
    const smuggled = rawPost(CHAT, ['Authorization: Bearer token'], BODY)
    const connection = await connectRaw(app.port)
    connection.write(rawPost(CHAT, [`Content-Length: ${smuggled.length + 1}`], smuggled))
    await connection.closed
    expect(statusesIn(connection.text())).toEqual([401])
    expect(app.arrived()).toBe(0)
  })

  it('that is bad leaves the responses to those before it on its connection to them', async () => {
    const app = await startApp({ backends: [{ ttftMs: 50 }] })
    const connection = await connectRaw(app.port)
    connection.write(`${rawPost(CHAT, [], BODY)}${rawPost(CHAT, [], BODY)}NONSENSE\r\n\r\n`)
    await connection.closed
    expect(statusesIn(connection.text())).toEqual([200, 200, 400])
    const [first = '', last = ''] = connection.text().split(/(?=HTTP\/1\.1 400)/)
    expect(first).toContain('"usage"')
    expect(last).toContain('LB_ERR_BAD_REQUEST')
  })
})

it('a connection on which bytes came that are not HTTP is closed, also where the client keeps its side open', async () => {
  const app = await startApp()
  const socket = connect({ port: app.port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  socket.write('NONSENSE\r\n\r\n')
  await once(socket, 'end')
  expect(received).toContain('LB_ERR_BAD_REQUEST')
  const reset = once(socket, 'error')
  // Only writing shows that the other side is gone.
  const writing = setInterval(() => socket.write('.'), 20)
  onTestFinished(() => clearInterval(writing))
  expect(await reset).toMatchObject([{ code: expect.stringMatching(/ECONNRESET|EPIPE/) as string }])
})

describe('a client that closes its side after its request', () => {
  it.each([false, true])('gets its response (stream: %s)', async (stream) => {
    const app = await startApp({ backends: [{ ttftMs: 50, minTokens: 5, maxTokens: 5 }] })
    const connection = await connectRaw(app.port)
    connection.socket.end(rawPost(CHAT, [], JSON.stringify(chatOf({ stream }))))
    await connection.closed
    // Interim responses come first where the machine is slow.
    expect(statusesIn(connection.text()).at(-1)).toBe(200)
    expect(connection.text()).toContain(stream ? '[DONE]' : '"usage"')
    expect(await app.requestLines()).toMatchObject([{ status: 200, outcome: 'success' }])
  })

  it('gets its response however late it comes, after interim ones', async () => {
    const app = await startApp({ backends: [{ ttftMs: 700 }] })
    const connection = await connectRaw(app.port)
    connection.socket.end(rawPost(CHAT, [], BODY))
    await connection.closed
    const statuses = statusesIn(connection.text())
    expect([statuses[0], statuses.at(-1)]).toEqual([100, 200])
  })

  it('gets a 400 where its body is incomplete', async () => {
    const app = await startApp()
    const connection = await connectRaw(app.port)
    connection.socket.end(rawPost(CHAT, [`Content-Length: ${BODY.length + 1}`], BODY))
    await connection.closed
    expect(statusesIn(connection.text())).toEqual([400])
    await eventually(async () => expect(await app.requestLines()).toMatchObject([{ outcome: 'refused' }]))
  })

  it('gets a 400 where the body of a request behind its first one is incomplete', async () => {
    const environment = { LB_CLIENT_STALL_SECONDS: '1' }
    const app = await startApp({ environment, backends: [{ ttftMs: 50 }] })
    const connection = await connectRaw(app.port)
    const incomplete = rawPost(CHAT, [`Content-Length: ${BODY.length + 1}`], BODY)
    connection.socket.end(rawPost(CHAT, [], BODY) + incomplete)
    await connection.closed
    expect(statusesIn(connection.text()).filter((status) => status !== 100)).toEqual([200, 400])
  })
})

it('a path below /admin that does not exist is not found, whatever the method would be', async () => {
  const app = await startApp()
  for (const path of ['/admin/nothing', '/admin/assets/none.js'])
    expect([path, (await app.send(path)).status]).toEqual([path, 404])
  expect((await app.send('/v1/chat/completions')).status).toBe(405)
})
