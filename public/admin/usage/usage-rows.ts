/** Usage since the last reset of the counters, by endpoint, incoming block and client token. */
import type { StateView } from '../../../src/contract/gateway.ts'
import type { NodeKind } from '../state/node-ref.ts'

export interface UsageRow {
  readonly id: number
  readonly name: string
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Share of all completion tokens of the table, in percent; null while there are none. */
  readonly sharePercent: number | null
  /** Share of successful requests; null where it is not counted or there were no requests. */
  readonly successPercent: number | null
}

interface Counters {
  readonly total_requests: number
  readonly prompt_tokens_total: number
  readonly completion_tokens_total: number
}

const percentOf = (part: number, whole: number): number | null => (whole === 0 ? null : (100 * part) / whole)

function rowOf(object: Counters & { readonly id: number; readonly name: string }): UsageRow {
  return {
    id: object.id,
    name: object.name,
    requests: object.total_requests,
    promptTokens: object.prompt_tokens_total,
    completionTokens: object.completion_tokens_total,
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
    const sum = sums.get(token.incoming_block_id)
    sums.set(token.incoming_block_id, {
      total_requests: (sum?.total_requests ?? 0) + token.total_requests,
      prompt_tokens_total: (sum?.prompt_tokens_total ?? 0) + token.prompt_tokens_total,
      completion_tokens_total: (sum?.completion_tokens_total ?? 0) + token.completion_tokens_total,
    })
  }
  const none = { total_requests: 0, prompt_tokens_total: 0, completion_tokens_total: 0 }
  return incoming_blocks.map(({ id, name }) => rowOf({ id, name, ...(sums.get(id) ?? none) }))
}

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
