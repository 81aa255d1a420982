// Starts a simulated backend for one test, and talks to it in plain HTTP.
import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import { onTestFinished, vi } from 'vitest'
import {
  createSimulatedBackend,
  type SimulatedBackendOptions,
  type SimulatedBackendParts,
} from '../../src/simulation/simulated-backend.ts'

export async function startBackend(options: SimulatedBackendOptions = {}, parts: SimulatedBackendParts = {}) {
  const backend = createSimulatedBackend(options, parts)
  onTestFinished(() => backend.close())
  return Object.assign(backend, await backend.listen())
}

/** Waits until `check` throws no more, for as long as a slow machine may need. */
export const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 50_000, interval: 5 })

export const chatOf = (fields: object = {}) => ({
  messages: [{ role: 'user', content: 'Hello there' }],
  ...fields,
})

/** A POST whose response and end the test waits for itself. */
export function open(baseUrl: string, path: string, body: object, headers: Record<string, string> = {}) {
  const agent = new Agent({ keepAlive: true })
  const client = request(baseUrl + path, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', ...headers },
  })
  onTestFinished(() => agent.destroy())
  client.on('error', () => undefined)
  client.end(JSON.stringify(body))
  return client
}

/** Everything that arrives, and whether it ended as HTTP wants it to. */
export async function readAll(response: IncomingMessage) {
  const parts: Buffer[] = []
  let error: unknown
  try {
    for await (const part of response as AsyncIterable<Buffer>) parts.push(part)
  } catch (caught) {
    error = caught
  }
  return { bytes: Buffer.concat(parts), isComplete: response.complete && error === undefined }
}

export async function post(
  baseUrl: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
) {
  const client = open(baseUrl, path, body, headers)
  const [response] = (await once(client, 'response')) as [IncomingMessage]
  const { bytes, isComplete } = await readAll(response)
  return { status: response.statusCode, headers: response.headers, bytes, text: bytes.toString(), isComplete }
}

/** The `code` of the error that a request ends with before any answer. */
export async function connectionError(baseUrl: string, path = '/chat/completions', body: object = chatOf()) {
  const client = open(baseUrl, path, body)
  const [error] = (await Promise.race([once(client, 'error'), rejectOnResponse(client)])) as [
    NodeJS.ErrnoException,
  ]
  return error.code
}

async function rejectOnResponse(client: ReturnType<typeof open>): Promise<never> {
  await new Promise((resolve) => client.once('response', resolve))
  throw new Error('an answer came')
}

/** The data of an event stream, `[DONE]` aside. */
export const eventData = (text: string): Record<string, unknown>[] =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json ?? '') as Record<string, unknown>)
