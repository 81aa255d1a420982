// What a signal does: nothing new begins, what has begun ends well, and what was counted is kept.
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EndpointView } from '../../src/contract/endpoint.ts'
import type { StateView } from '../../src/contract/gateway.ts'
import { readAll } from '../simulation/start-backend.ts'
import { callAdmin, newDatabasePath, startDaemon, waitFor, type Daemon } from '../support/daemon-process.ts'

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`
const delta = (content: string) => event({ choices: [{ index: 0, delta: { content } }] })
const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }

/** A backend that begins every stream, and answers or ends only when it is told to. */
async function startHeldBackend() {
  const waiting: { response: ServerResponse; stream: boolean }[] = []
  const server = createServer((incoming, response) => {
    let text = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      const { stream = false } = JSON.parse(text) as { stream?: boolean }
      if (stream) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(delta('one'))
      waiting.push({ response, stream })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    waiting: () => waiting.length,
    release() {
      for (const { response, stream } of waiting.splice(0)) {
        if (stream) response.end(`${delta('two')}${event({ choices: [], usage })}data: [DONE]\n\n`)
        else
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'late' } }], usage }))
      }
    },
  }
}

/** Sends a chat completion over a connection that the client would keep. */
function post(daemon: Daemon, stream: boolean) {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const client = request(`${daemon.url}/v1/chat/completions`, { method: 'POST', agent })
  client.on('error', () => undefined)
  client.end(JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], stream }))
  return once(client, 'response') as Promise<[IncomingMessage]>
}

async function startWired(environment: Record<string, string> = {}) {
  const backend = await startHeldBackend()
  const path = newDatabasePath()
  const daemon = await startDaemon({ environment: { LB_DB_PATH: path, ...environment } })
  await callAdmin<EndpointView>(daemon, 'POST', '/endpoints', {
    body: { name: 'held', base_url: backend.baseUrl, connected: true },
  })
  return { backend, daemon, path }
}

/** What a new client meets: a refused or broken connection, or the status and code of an answer. */
async function knock({ url }: Daemon): Promise<string> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{"messages":[]}' })
    const { code } = (await response.json()) as { code?: string }
    return `${response.status} ${code}`
  } catch {
    return 'refused'
  }
}

describe('a signal to the daemon', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s lets open requests finish and refuses new ones', async (signal) => {
    const { backend, daemon, path } = await startWired()
    const [streamed] = await post(daemon, true)
    const unstreamed = post(daemon, false)
    await waitFor('both requests upstream', () => backend.waiting() === 2 || undefined)

    daemon.kill(signal)
    expect(await daemon.logged('stopping')).toMatchObject({ signal })
    expect(await knock(daemon)).toMatch(/^(refused|503 LB_ERR_DRAINING)$/)
    expect(backend.waiting()).toBe(2)

    backend.release()
    const stream = await readAll(streamed)
    expect(stream.isComplete).toBe(true)
    expect(stream.bytes.toString()).toMatch(/one[^]*two[^]*data: \[DONE\]\n\n$/)
    const [answer] = await unstreamed
    expect(answer.statusCode).toBe(200)
    expect(answer.headers.connection).toBe('close')
    expect((await readAll(answer)).bytes.toString()).toContain('late')
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(daemon.log().at(-1)).toMatchObject({ msg: 'stopped' })

    const again = await startDaemon({ environment: { LB_DB_PATH: path } })
    const { endpoints } = await callAdmin<StateView>(again, 'GET', '/state')
    expect(endpoints).toMatchObject([
      { total_requests: 2, total_success: 2, prompt_tokens_total: 6, completion_tokens_total: 10 },
    ])
  })

  it('ends in time although a stream hangs, which its client sees as broken', async () => {
    const { backend, daemon } = await startWired({ LB_DRAIN_TIMEOUT_SECONDS: '1' })
    const [streamed] = await post(daemon, true)
    const unanswered = post(daemon, false).then(
      () => 'answered',
      () => 'broken',
    )
    await waitFor('both requests upstream', () => backend.waiting() === 2 || undefined)
    daemon.kill('SIGTERM')
    expect((await readAll(streamed)).isComplete).toBe(false)
    expect(await unanswered).toBe('broken')
    expect(await daemon.exit).toMatchObject({ code: 0, signal: null, stderr: '' })
  })
})
