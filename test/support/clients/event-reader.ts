// Reads server-sent events as a browser does, and waits for the events that a test names.
import { once } from 'node:events'
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { StateChange, StateView } from '../../../src/contract/gateway.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { open, responseOf } from './http-client.ts'

interface EventData {
  readonly state: StateView
  readonly live: LiveView
  readonly 'state-change': StateChange
  readonly 'live-change': LiveView
  readonly bye: { readonly reason: string }
}

interface ServerEvent {
  readonly name: string
  readonly id: string | undefined
  readonly data: unknown
}

function parseEvent(text: string): ServerEvent | undefined {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)]
    }),
  )
  const [name, data] = [fields.get('event'), fields.get('data')]
  if (name === undefined || data === undefined) return undefined
  return { name, id: fields.get('id'), data: JSON.parse(data) as unknown }
}

export interface EventReader {
  readonly response: IncomingMessage
  /** All events received so far. */
  readonly events: readonly ServerEvent[]
  /** Resolves with the next event of that name that no earlier call has returned. */
  next<Name extends keyof EventData>(name: Name): Promise<EventData[Name]>
  /** Resolves at the stream's end; `clean` is whether the response was complete by HTTP's framing. */
  readonly ended: Promise<{ readonly clean: boolean }>
  leave(): void
}

/** Fails unless the response is a stream of events. */
export async function openEvents(url: string, headers: OutgoingHttpHeaders): Promise<EventReader> {
  const client = open(url, { headers })
  const response = await responseOf(client)
  const type = String(response.headers['content-type'])
  if (response.statusCode !== 200 || !type.startsWith('text/event-stream'))
    throw new Error(`no stream of events: ${response.statusCode} ${type}`)
  const events: ServerEvent[] = []
  let rest = ''
  let given = 0
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    events.push(...parts.flatMap((part) => parseEvent(part) ?? []))
  })
  response.on('error', () => undefined)
  const ended = new Promise<{ clean: boolean }>((resolve) =>
    response.once('close', () => resolve({ clean: response.complete })),
  )
  return {
    response,
    events,
    ended,
    async next<Name extends keyof EventData>(name: Name): Promise<EventData[Name]> {
      for (;;) {
        while (given < events.length) {
          const event = events[given++]
          if (event?.name === name) return event.data as EventData[Name]
        }
        if (response.destroyed) throw new Error(`the stream ended without another ${name}`)
        await Promise.race([once(response, 'data'), ended])
      }
    },
    leave: () => void client.destroy(),
  }
}
