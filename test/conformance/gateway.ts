// How the suite configures the gateway under test: through this balancer's admin API, or not at all.
import { randomBytes } from 'node:crypto'
import type { ClientTokenCreated } from '../../src/contract/client-token.ts'
import type { EndpointView } from '../../src/contract/endpoint.ts'
import type { StateView } from '../../src/contract/gateway.ts'
import type { IncomingBlockView } from '../../src/contract/incoming-block.ts'

export interface Gateway {
  /** Ends in /v1. */
  readonly baseUrl: string
  /** Sent with every request. */
  readonly authorization: string | undefined
  /** Port on which the upstream must listen; 0 for any free port. */
  readonly upstreamPort: number
  /** Routes later requests to these ports only. */
  point(ports: readonly number[], limits?: EndpointLimits): Promise<void>
  /** Figures from the admin API; undefined for a gateway without one. */
  readonly figures: Figures | undefined
  /** Deletes what the suite has configured. */
  dispose(): Promise<void>
}

export interface EndpointLimits {
  readonly maxConcurrent?: number
}

interface Figures {
  /** Requests that wait for an endpoint with room. */
  queued(): Promise<number>
  /** Completion tokens charged to the present endpoints. */
  completionTokens(): Promise<number>
  /** Requests that the present endpoints hold. */
  inflight(): Promise<number>
}

/** A gateway that was pointed at 127.0.0.1:`upstreamPort` by hand. */
export function createPreparedGateway(
  baseUrl: string,
  upstreamPort: number,
  authorization: string | undefined,
): Gateway {
  return {
    baseUrl,
    upstreamPort,
    authorization,
    figures: undefined,
    point: () => Promise.resolve(),
    dispose: () => Promise.resolve(),
  }
}

type Call = <Body>(method: string, path: string, body?: object) => Promise<Body>

const createCall =
  (adminUrl: string, adminToken: string): Call =>
  async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(adminUrl + path, {
      method,
      headers: { 'x-admin-token': adminToken },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`admin API: ${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as Body
  }

/** Creates a block without wires and a client token in it, so that no other endpoint or client is involved. */
async function createIsolatedBlock(call: Call, name: string) {
  const block = await call<IncomingBlockView>('POST', '/incoming-blocks', { name })
  const { wires } = await call<StateView>('GET', '/state')
  for (const wire of wires.filter(({ incoming_block_id: id }) => id === block.id)) {
    await call('DELETE', `/wires/${block.id}/${wire.endpoint_id}`)
  }
  const token = await call<ClientTokenCreated>('POST', '/tokens', { name, incoming_block_id: block.id })
  return { block, token }
}

/**
 * @param adminUrl - ends in /admin/api.
 * A gateway that accepted anonymous clients requires tokens from then on: use a dedicated one.
 */
export async function createAdminGateway(
  baseUrl: string,
  adminUrl: string,
  adminToken: string,
): Promise<Gateway> {
  const call = createCall(adminUrl, adminToken)
  const name = `conformance-${randomBytes(4).toString('hex')}`
  const { block, token } = await createIsolatedBlock(call, name)
  let ids: number[] = []
  const removeEndpoints = async (): Promise<void> => {
    for (const id of ids.splice(0)) await call('DELETE', `/endpoints/${id}`)
  }
  const state = () => call<StateView>('GET', '/state')
  const sumOfEndpoints = async (read: (endpoint: EndpointView) => number): Promise<number> => {
    const { endpoints } = await state()
    return endpoints.filter(({ id }) => ids.includes(id)).reduce((sum, one) => sum + read(one), 0)
  }
  return {
    baseUrl,
    authorization: `Bearer ${token.token}`,
    upstreamPort: 0,
    async point(ports, { maxConcurrent = 0 } = {}) {
      await removeEndpoints()
      for (const port of ports) {
        const endpoint = await call<EndpointView>('POST', '/endpoints', {
          name: `${name}-${port}`,
          base_url: `http://127.0.0.1:${port}/v1`,
          max_concurrent: maxConcurrent,
        })
        ids = [...ids, endpoint.id]
        await call('PUT', `/wires/${block.id}/${endpoint.id}`)
      }
    },
    figures: {
      queued: async () => (await state()).stats.queued,
      completionTokens: () => sumOfEndpoints((endpoint) => endpoint.completion_tokens_total),
      inflight: () => sumOfEndpoints((endpoint) => endpoint.inflight),
    },
    async dispose() {
      await removeEndpoints()
      await call('DELETE', `/tokens/${token.id}`)
      await call('DELETE', `/incoming-blocks/${block.id}`)
    },
  }
}
