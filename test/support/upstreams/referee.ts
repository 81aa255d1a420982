// A backend that judges what a balancer sends it: it counts how many requests it has at once, by its own books.
import { createServer, type ServerResponse } from 'node:http'
import { waitFor } from '../daemon-process.ts'
import { listenAsUpstream } from './http-upstream.ts'

/** Tokens of each of its responses. */
export const REFEREE_TOKENS = 5

const body = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'done' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: REFEREE_TOKENS, total_tokens: 3 + REFEREE_TOKENS },
})

const respond = (response: ServerResponse): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(body)

/** Once all that had arrived by now is known: of a new request and the end of an older one, either may be read first. */
const afterTurn = (run: () => void): void => void setImmediate(setImmediate, run)

interface RefereeOptions {
  /** What it does with a request, two turns of the event loop after it has come. Default: it responds. */
  readonly serve?: (response: ServerResponse, request: { readonly text: string }) => void
}

export async function startReferee({ serve = respond }: RefereeOptions = {}) {
  const held: ServerResponse[] = []
  const texts: string[] = []
  let isHolding = false
  let running = 0
  let peak = 0
  let total = 0
  const server = createServer((incoming, response) => {
    // The list of models, which a daemon reads on its own.
    if (incoming.method === 'GET') return void response.writeHead(404).end()
    total += 1
    running += 1
    response.once('close', () => (running -= 1))
    let text = ''
    incoming.setEncoding('utf8').on('data', (part: string) => (text += part))
    incoming.on('end', () => {
      texts.push(text)
      afterTurn(() => {
        peak = Math.max(peak, running)
        if (isHolding) held.push(response)
        else serve(response, { text })
      })
    })
  })
  const { baseUrl } = await listenAsUpstream(server)
  return {
    baseUrl,
    running: () => running,
    peak: () => peak,
    total: () => total,
    /** The bodies of all requests, in the order of their arrival. */
    texts: (): readonly string[] => texts,
    /** Keeps what comes from now on until `release`. */
    hold: () => void (isHolding = true),
    holds: (count: number) =>
      waitFor(`${count} requests at the backend`, () => held.length >= count || undefined),
    /** Responds to what is held, the oldest first. @param count - default: all, and what comes later too. */
    release(count?: number) {
      if (count === undefined) isHolding = false
      for (const response of held.splice(0, count ?? held.length)) respond(response)
    },
  }
}

export type Referee = Awaited<ReturnType<typeof startReferee>>
