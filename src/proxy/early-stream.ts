// Keeps a waiting stream alive: a 200 and comment lines, so that proxies with idle limits do not cut it.
import { beginAnswer, isOpen, writeAnswer } from './client-response.ts'
import type { Flight } from './flight.ts'

const OK = 200

/** Opens the client's event stream once it has waited long enough, and lets it hear of us until the answer begins. */
export function startKeepalive(flight: Flight): void {
  const { client, options } = flight
  const beat = (): void => {
    if (!isOpen(client)) {
      client.headers.push('content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache')
      client.headers.push('x-lb-cache', 'MISS')
      beginAnswer(client, OK)
    }
    writeAnswer(client, ': keep-alive\n\n')
    flight.keepalive = setTimeout(beat, options.keepaliveMs)
  }
  flight.keepalive = setTimeout(beat, options.keepaliveMs)
}
