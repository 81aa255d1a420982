// Starts the built daemon with worker processes before backends that judge it.
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { onTestFinished } from 'vitest'
import type { StateView } from '../../../src/contract/gateway.ts'
import { casesOf } from '../../support/effort.ts'
import { callAdmin, startDaemon, waitFor, type Daemon } from '../../support/daemon-process.ts'
import type { Referee } from '../../support/upstreams/referee.ts'

interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface WorkerDaemon extends Daemon {
  readonly endpointIds: readonly number[]
  /** A request on a connection of its own, so that the workers get them in turns. */
  post(path: string, body: object, headers?: Record<string, string>): Promise<Reply>
  /** A chat completion, likewise. */
  complete(fields?: object, headers?: Record<string, string>): Promise<Reply>
  state(): Promise<StateView>
  /** Waits until the state that is told fulfils the condition. */
  told(what: string, check: (state: StateView) => boolean): Promise<void>
}

/** How many workers the laws are shown for: two in a quick run, as many as may be in full. */
export const workerCounts = casesOf([2, 3, 8], 1)

/** @param endpoints - fields of the endpoint of each backend, in the same order. */
export async function startWorkers(
  workers: number,
  backends: readonly Pick<Referee, 'baseUrl'>[],
  endpoints: readonly object[] = [],
  environment: Record<string, string> = {},
): Promise<WorkerDaemon> {
  const daemon = await startDaemon({
    environment: { LB_WORKERS: String(workers), LB_ADMIN_RATE_LIMIT_RPM: '1000000', ...environment },
  })
  const endpointIds: number[] = []
  for (const [index, { baseUrl }] of backends.entries()) {
    const body = { name: `backend-${index + 1}`, base_url: baseUrl, connected: true, ...endpoints[index] }
    endpointIds.push((await callAdmin<{ id: number }>(daemon, 'POST', '/endpoints', { body })).id)
  }
  const agent = new Agent({ keepAlive: false })
  onTestFinished(() => agent.destroy())
  const state = (): Promise<StateView> => callAdmin(daemon, 'GET', '/state')
  const post: WorkerDaemon['post'] = (path, body, headers = {}) =>
    new Promise((resolve, reject) => {
      const client = request(daemon.url + path, { method: 'POST', agent, headers })
      client.once('error', reject)
      client.once('response', (response) => {
        text(response).then(
          (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
          reject,
        )
      })
      client.end(JSON.stringify(body))
    })
  return {
    ...daemon,
    endpointIds,
    state,
    post,
    complete: (fields = {}, headers = {}) =>
      post('/v1/chat/completions', { messages: [{ role: 'user', content: 'Hello' }], ...fields }, headers),
    told: async (what, check) =>
      void (await waitFor(what, async () => (check(await state()) ? true : undefined))),
  }
}
