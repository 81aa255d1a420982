// A backend that starts every stream at once, and sends more or ends only when the test says so.
import { once } from 'node:events'
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'
import { waitFor } from '../daemon-process.ts'
import { listenAsUpstream } from './http-upstream.ts'

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`
const delta = (content: string) => event({ choices: [{ index: 0, delta: { content } }] })

/** The usage of each of its responses. */
export const heldUsage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }

function finish(response: ServerResponse, stream: boolean): void {
  if (stream) {
    response.end(`${delta('two')}${event({ choices: [], usage: heldUsage })}data: [DONE]\n\n`)
    return
  }
  const message = { role: 'assistant', content: 'late' }
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ choices: [{ index: 0, message }], usage: heldUsage }))
}

export async function startHeldBackend() {
  const held: { response: ServerResponse; stream: boolean }[] = []
  const server = createServer((incoming, response) => {
    let text = ''
    // The list of models, which a daemon reads on its own.
    if (incoming.method === 'GET') return void response.writeHead(404).end()
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      const { stream = false } = JSON.parse(text) as { stream?: boolean }
      if (stream) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(delta('one'))
      held.push({ response, stream })
    })
  })
  const { baseUrl } = await listenAsUpstream(server)
  return {
    baseUrl,
    held: () => held.length,
    holds: (count: number) =>
      waitFor(`${count} requests at the backend`, () => held.length === count || undefined),
    release() {
      for (const { response, stream } of held.splice(0)) finish(response, stream)
    },
  }
}

/** Sends a chat completion on a keep-alive connection. Resolves with the head of the response. */
export function openChat({ url }: { url: string }, stream: boolean): Promise<[IncomingMessage]> {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const client = request(`${url}/v1/chat/completions`, { method: 'POST', agent })
  client.on('error', () => undefined)
  client.end(JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], stream }))
  return once(client, 'response') as Promise<[IncomingMessage]>
}
