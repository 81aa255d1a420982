/** The filter of the requests view, and its query string for the admin API. */
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'

/** Each is empty for any. */
export interface DecisionFilter {
  readonly endpointId: string
  readonly blockId: string
  readonly tokenId: string
  readonly model: string
  readonly outcome: string
}

export const noFilter: DecisionFilter = { endpointId: '', blockId: '', tokenId: '', model: '', outcome: '' }

export function decisionsQuery(filter: DecisionFilter, limit: number): string {
  const given = {
    limit: String(limit),
    endpoint_id: filter.endpointId,
    block_id: filter.blockId,
    token_id: filter.tokenId,
    model: filter.model.trim(),
    outcome: filter.outcome,
  }
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== '')).toString()
}

export const outcomes: Readonly<
  Record<
    NonNullable<DecisionView['outcome']> | 'open',
    { label: string; tone?: 'ok' | 'warn' | 'bad' | 'info' }
  >
> = {
  open: { label: 'in flight', tone: 'info' },
  success: { label: 'success', tone: 'ok' },
  failure: { label: 'failure', tone: 'bad' },
  aborted: { label: 'client left' },
}
