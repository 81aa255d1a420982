// Kills the daemon under load: acknowledged changes and flushed counters survive the restart.
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientTokenCreated } from '../../../src/contract/client-token.ts'
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import type { RoutingMode } from '../../../src/contract/objects/routing-field-schemas.ts'
import { chatOf, startBackend } from '../../simulation/start-backend.ts'
import { temporaryPath } from '../../store/temporary-store.ts'
import { callAdmin, SLOW_MS, startDaemon, waitFor, type Daemon } from '../../support/daemon-process.ts'
import { isFull } from '../../support/effort.ts'

/** What the mutating client believes to be configured, by name; ids of what was never acknowledged are unknown. */
interface Belief {
  mode: RoutingMode
  endpoints: Record<string, { quota: number; wired: boolean }>
  tokens: Record<string, { priority: number }>
}

const beliefOf = ({ routing_mode, endpoints, client_tokens, wires }: StateView): Belief => ({
  mode: routing_mode,
  endpoints: Object.fromEntries(
    endpoints.map(({ id, name, token_quota_percent }) => [
      name,
      { quota: token_quota_percent, wired: wires.some(({ endpoint_id }) => endpoint_id === id) },
    ]),
  ),
  tokens: Object.fromEntries(
    client_tokens.map(({ name, request_priority }) => [name, { priority: request_priority }]),
  ),
})

/**
 * Changes the configuration without a pause until the daemon is gone.
 * @returns how many changes were acknowledged, and the beliefs before and after the one that was not.
 */
function startMutating(daemon: Daemon, belief: Belief, prefix: string) {
  let acknowledged = 0
  let pending = structuredClone(belief)

  const change = async <Body>(method: string, path: string, body: object, apply: (b: Belief) => void) => {
    pending = structuredClone(belief)
    apply(pending)
    const answer = await callAdmin<Body>(daemon, method, path, { body })
    belief = pending
    acknowledged += 1
    return answer
  }

  const round = async (index: number): Promise<void> => {
    const name = `${prefix}-${index}`
    const endpoint = await change<EndpointView>(
      'POST',
      '/endpoints',
      { name, base_url: 'http://127.0.0.1:9/v1', enabled: false, token_quota_percent: 1 },
      ({ endpoints }) => (endpoints[name] = { quota: 1, wired: false }),
    )
    await change('PUT', `/wires/1/${endpoint.id}`, {}, ({ endpoints }) => {
      endpoints[name] = { quota: 1, wired: true }
    })
    await change('PATCH', `/endpoints/${endpoint.id}`, { token_quota_percent: 2 }, ({ endpoints }) => {
      endpoints[name] = { quota: 2, wired: true }
    })
    const token = await change<ClientTokenCreated>('POST', '/tokens', { name }, ({ tokens }) => {
      tokens[name] = { priority: 0 }
    })
    await change('PATCH', `/tokens/${token.id}`, { request_priority: index + 1 }, ({ tokens }) => {
      tokens[name] = { priority: index + 1 }
    })
    const mode = index % 2 === 0 ? 'priority' : 'percentage'
    await change('PATCH', '/routing', { routing_mode: mode }, (next) => (next.mode = mode))
    if (index % 2 === 0) return
    await change('DELETE', `/endpoints/${endpoint.id}`, {}, ({ endpoints }) => delete endpoints[name])
    await change('DELETE', `/tokens/${token.id}`, {}, ({ tokens }) => delete tokens[name])
  }

  const run = async (): Promise<void> => {
    for (let index = 0; ; index += 1) await round(index)
  }
  const ended = run().catch((error: unknown) => {
    // Undici's error of a connection that is gone; anything else is the daemon's answer, and wrong.
    if (!(error instanceof TypeError)) throw error
  })
  return {
    acknowledged: () => acknowledged,
    ended,
    beliefs: () => [belief, pending],
  }
}

async function ask({ url }: Daemon): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify(chatOf({ stream: true })),
  })
  expect(response.status).toBe(200)
  expect(await response.text()).toMatch(/data: \[DONE\]\n\n$/)
}

/** Clients that ask again as soon as they are answered, until the daemon is gone. */
const startTraffic = (daemon: Daemon, clients: number): Promise<unknown> => {
  const loop = async (): Promise<never> => {
    for (;;) await ask(daemon)
  }
  return Promise.allSettled(Array.from({ length: clients }, loop))
}

interface Counted {
  readonly requests: number
  readonly tokens: number
}

/** Reads what has reached the database file, past the daemon. */
function openCounters(path: string): () => Counted {
  const database = new Database(path, { readonly: true })
  onTestFinished(() => void database.close())
  const query = database.prepare<[], Counted>(
    'select sum(total_requests) as requests, sum(completion_tokens_total) as tokens from endpoints',
  )
  return () => query.get() ?? { requests: 0, tokens: 0 }
}

describe('killed while it works, the daemon', { timeout: SLOW_MS }, () => {
  it('has after a restart what it acknowledged, and the counts of requests that finished a second before', async () => {
    const backends = await Promise.all([startBackend({ seed: 1 }), startBackend({ seed: 2 })])
    const served = (): Counted => {
      const totals = backends.map((backend) => backend.served().total)
      return {
        requests: totals.reduce((sum, { requests }) => sum + requests, 0),
        tokens: totals.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
      }
    }
    const environment = {
      LB_DB_PATH: temporaryPath(),
      LB_ALLOW_ANONYMOUS: 'true',
      LB_ADMIN_RATE_LIMIT_RPM: '1000000',
    }
    let daemon = await startDaemon({ environment })
    for (const [index, { baseUrl }] of backends.entries()) {
      const body = { name: `load-${index}`, base_url: baseUrl, connected: true, token_quota_percent: 50 }
      await callAdmin(daemon, 'POST', '/endpoints', { body })
    }
    const counted = openCounters(environment.LB_DB_PATH)

    for (const killAfter of isFull ? [10, 25, 40] : [25]) {
      const before = beliefOf(await callAdmin<StateView>(daemon, 'GET', '/state'))
      await Promise.all(Array.from({ length: 20 }, () => ask(daemon)))
      const batch = (await callAdmin<StateView>(daemon, 'GET', '/state')).endpoints
      const sumOf = (endpoints: readonly EndpointView[]): Counted => ({
        requests: endpoints.reduce((sum, { total_requests }) => sum + total_requests, 0),
        tokens: endpoints.reduce((sum, { completion_tokens_total }) => sum + completion_tokens_total, 0),
      })
      const finished = sumOf(batch)
      await waitFor('the finished batch in the database', () => {
        const { requests, tokens } = counted()
        return (requests === finished.requests && tokens === finished.tokens) || undefined
      })

      const traffic = startTraffic(daemon, 4)
      const mutations = startMutating(daemon, before, `made-${killAfter}`)
      await waitFor(
        'load',
        () => (mutations.acknowledged() >= killAfter && counted().requests > finished.requests) || undefined,
      )
      const flushed = counted()
      daemon.kill('SIGKILL')
      expect(await daemon.exit).toMatchObject({ code: null, signal: 'SIGKILL', stderr: '' })
      await Promise.all([traffic, mutations.ended])

      daemon = await startDaemon({ environment })
      const state = await callAdmin<StateView>(daemon, 'GET', '/state')
      expect(mutations.beliefs()).toContainEqual(beliefOf(state))
      expect(state.stats.total_inflight).toBe(0)
      const kept = sumOf(state.endpoints)
      expect(kept.requests).toBeGreaterThanOrEqual(flushed.requests)
      expect(kept.requests).toBeLessThanOrEqual(served().requests)
      expect(kept.tokens).toBeGreaterThanOrEqual(flushed.tokens)
    }
  })
})
