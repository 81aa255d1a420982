// An upstream that keeps what it makes: responses, conversations, files and batches, each known to it alone.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { listenAsUpstream } from './http-upstream.ts'

const prefixes: Readonly<Record<string, string>> = {
  responses: 'resp',
  conversations: 'conv',
  files: 'file',
  batches: 'batch',
}

const usage = { input_tokens: 3, output_tokens: 4 }

type Body = Readonly<Record<string, unknown>>

const parse = (text: string): Body => {
  try {
    return JSON.parse(text) as Body
  } catch {
    return {}
  }
}

/** @param name - part of the ids of what it makes. */
export async function startObjectKeeper(name: string) {
  const kept = new Set<string>()
  const running = new Set<string>()
  const asked: string[] = []
  let last = 0
  let respondInstead: ((request: IncomingMessage, response: ServerResponse) => void) | undefined

  const make = (kind: string): string => {
    const id = `${prefixes[kind] ?? kind}_${name}_${(last += 1)}`
    kept.add(id)
    return id
  }
  const create = (kind: string, body: Body): object => {
    const id = make(kind)
    const isRunning = body.background === true
    if (isRunning) running.add(id)
    return {
      // The id need not come first.
      object: kind,
      metadata: { id: 'of another' },
      id,
      ...(kind === 'responses' ? { output: [], usage: isRunning ? null : usage } : {}),
      ...(kind === 'batches' ? { output_file_id: null, input: body.input_file_id } : {}),
    }
  }
  const about = (method: string, id: string, rest: string): object => {
    if (method === 'DELETE') kept.delete(id)
    const results = id.startsWith('batch') ? { output_file_id: make('files'), error_file_id: null } : {}
    return {
      id,
      by: name,
      rest,
      deleted: method === 'DELETE',
      // Only the object itself has it.
      ...(rest === '' || rest === 'cancel' ? { usage: running.has(id) ? null : usage } : {}),
      ...results,
    }
  }
  const stream = (response: ServerResponse): void => {
    const id = make('responses')
    const event = (type: string) =>
      `event: ${type}\ndata: ${JSON.stringify({ type, response: { id, usage: null } })}\n\n`
    response.setHeader('content-type', 'text/event-stream').write(event('response.created'))
    held = () => response.end(event('response.completed'))
  }
  let held = (): void => undefined

  const respond = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const { method = '', url = '' } = request
    asked.push(`${method} ${url}`)
    if (respondInstead) return respondInstead(request, response)
    const [, , kind = '', id, ...rest] = (url.split('?')[0] ?? '').split('/')
    const body = parse(text)
    if (body.stream === true) return stream(response)
    const known = id === undefined || id === 'input_tokens' || kept.has(id)
    response.statusCode = known ? 200 : 404
    response.setHeader('content-type', 'application/json')
    if (!known) response.end(JSON.stringify({ error: { message: `${name} does not know ${id}` } }))
    else if (id === 'input_tokens') response.end('{"object":"response.input_tokens","input_tokens":11}')
    else
      response.end(JSON.stringify(id === undefined ? create(kind, body) : about(method, id, rest.join('/'))))
  }

  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (part: Buffer) => (text += part.toString('latin1')))
    request.once('end', () => respond(request, response, text))
  })
  server.keepAliveTimeout = 60_000
  return {
    ...(await listenAsUpstream(server)),
    /** Method and URL of each request, in order. */
    asked,
    /** Completes the responses in the background. */
    completeAll: () => running.clear(),
    /** Ends the stream that was begun last. */
    endStream: () => held(),
    /** @param respond - takes the place of all its responses; undefined for its own again. */
    instead(respond: typeof respondInstead) {
      respondInstead = respond
    },
  }
}
