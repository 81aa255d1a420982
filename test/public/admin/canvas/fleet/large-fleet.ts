/** The configuration of a fleet: 100 endpoints in four pools, 30 blocks and 500 client tokens. */
import type { ConfigAppliedView } from '../../../../../src/contract/config-file.ts'
import type { RunningApp } from '../../../../support/apps/running-app.ts'

export const BLOCKS = 30
const TOKENS = 500
const ENDPOINTS = 100
export const POOLS = 4
const WIRES_OF_A_BLOCK = 12

/** Configures everything by one file. @returns the client tokens. */
export async function buildLargeFleet({ admin, backend }: RunningApp): Promise<string[]> {
  const named = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${kind} ${index}`)
  const blocks = named('block', BLOCKS)
  const endpoints = Array.from({ length: ENDPOINTS }, (_, index) => `pool-${index % POOLS}-${index}`)
  const file = {
    endpoints: endpoints.map((name) => ({ name, base_url: backend.baseUrl })),
    incoming_blocks: blocks.map((name, index) => ({
      name,
      endpoints: Array.from(
        { length: WIRES_OF_A_BLOCK },
        (_, wire) => endpoints[(index * 3 + wire) % ENDPOINTS],
      ),
    })),
    client_tokens: named('client', TOKENS).map((name, index) => ({
      name,
      incoming_block: blocks[index % BLOCKS],
    })),
  }
  const body = { yaml: JSON.stringify(file), prune: true }
  const { created_tokens } = await admin.call<ConfigAppliedView>('POST', '/config/apply', body)
  return created_tokens.map(({ token }) => token)
}
