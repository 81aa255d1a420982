/** The filter of the requests view, and its query string for the admin API. */
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'

/** Each is empty for any. */
export interface DecisionFilter {
  readonly endpointId: string
  readonly blockId: string
  readonly tokenId: string
  readonly model: string
  readonly outcome: string
  /** Milliseconds. */
  readonly slowerThan: string
}

export const noFilter: DecisionFilter = {
  endpointId: '',
  blockId: '',
  tokenId: '',
  model: '',
  outcome: '',
  slowerThan: '',
}

/** The names of the filter's fields in the address. */
const names: Readonly<Record<keyof DecisionFilter, string>> = {
  endpointId: 'endpoint',
  blockId: 'block',
  tokenId: 'token',
  model: 'model',
  outcome: 'outcome',
  slowerThan: 'slower',
}
const fields = Object.keys(names) as (keyof DecisionFilter)[]

export function filterOfAddress(address: string | undefined): DecisionFilter {
  const given = new URLSearchParams(address)
  return Object.fromEntries(
    fields.map((field) => [field, given.get(names[field]) ?? '']),
  ) as unknown as DecisionFilter
}

export const addressOfFilter = (filter: DecisionFilter): string =>
  new URLSearchParams(
    fields.filter((field) => filter[field] !== '').map((field) => [names[field], filter[field]]),
  ).toString()

export function decisionsQuery(filter: DecisionFilter, limit: number): string {
  const given = {
    limit: String(limit),
    endpoint_id: filter.endpointId,
    block_id: filter.blockId,
    token_id: filter.tokenId,
    model: filter.model.trim(),
    outcome: filter.outcome,
    slower_than_ms: filter.slowerThan,
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
