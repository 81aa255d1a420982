/** Usage since the last reset of the counters, by endpoint, incoming block and client token. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { LOAD_TEST_PREVIEW } from '../../../src/contract/objects/load-test-preview.ts'
import type { NodeKind } from '../state/node-ref.ts'

export interface UsageRow {
  readonly id: number
  readonly name: string
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Those of the prompt tokens that came from a backend's cache. */
  readonly cachedTokens: number
  /** Those of the completion tokens that were spent on reasoning. */
  readonly reasoningTokens: number
  /** Share of all completion tokens of the table, in percent; null while there are none. */
  readonly sharePercent: number | null
  /** Share of successful requests; null where it is not counted or there were no requests. */
  readonly successPercent: number | null
}

const counterNames = [
  'total_requests',
  'prompt_tokens_total',
  'completion_tokens_total',
  'cached_tokens_total',
  'reasoning_tokens_total',
] as const
type Counters = Readonly<Record<(typeof counterNames)[number], number>>

const sumOf = (left: Counters, right: Counters): Counters =>
  Object.fromEntries(counterNames.map((name) => [name, left[name] + right[name]])) as Counters

const NONE = Object.fromEntries(counterNames.map((name) => [name, 0])) as Counters

const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (100 * part) / whole)

function rowOf(object: Counters & { readonly id: number; readonly name: string }): UsageRow {
  return {
    id: object.id,
    name: object.name,
    requests: object.total_requests,
    promptTokens: object.prompt_tokens_total,
    completionTokens: object.completion_tokens_total,
    cachedTokens: object.cached_tokens_total,
    reasoningTokens: object.reasoning_tokens_total,
    sharePercent: null,
    successPercent: null,
  }
}

function withShares(rows: readonly UsageRow[]): UsageRow[] {
  const all = rows.reduce((sum, { completionTokens }) => sum + completionTokens, 0)
  return rows.map((row) => ({ ...row, sharePercent: percentOf(row.completionTokens, all) }))
}

/** The counters of a block are the sums of its tokens' counters. */
function blockRows({ incoming_blocks, client_tokens }: StateView): UsageRow[] {
  const sums = new Map<number, Counters>()
  for (const token of client_tokens) {
    const { incoming_block_id: blockId } = token
    sums.set(blockId, sumOf(sums.get(blockId) ?? NONE, token))
  }
  return incoming_blocks.map(({ id, name }) => rowOf({ id, name, ...(sums.get(id) ?? NONE) }))
}

const isLoadTest = ({ token_preview: preview }: StateView['client_tokens'][number]): boolean =>
  preview === LOAD_TEST_PREVIEW

export const hasLoadTests = ({ client_tokens }: StateView): boolean => client_tokens.some(isLoadTest)

/** Without the client tokens of load tests. An endpoint's counters are sums that cannot be divided by client. */
export const withoutLoadTests = (state: StateView): StateView => ({
  ...state,
  client_tokens: state.client_tokens.filter((token) => !isLoadTest(token)),
})

export function usageRows(state: StateView, kind: NodeKind): UsageRow[] {
  if (kind === 'block') return withShares(blockRows(state))
  if (kind === 'token') return withShares(state.client_tokens.map(rowOf))
  return withShares(
    state.endpoints.map((endpoint) => ({
      ...rowOf(endpoint),
      successPercent: percentOf(endpoint.total_success, endpoint.total_success + endpoint.total_failures),
    })),
  )
}
