// The candidates of selections in columns of numbers, so that writing one allocates nothing.
import type { CandidateState } from '../../contract/objects/decision-words.ts'

/** By row; a number that was not found out is NaN. */
export interface CandidateTable {
  readonly endpointIds: Float64Array
  readonly states: CandidateState[]
  readonly passes: Float64Array
  readonly ranks: Float64Array
  readonly inflight: Float64Array
  readonly firstTokenMs: Float64Array
  readonly queueMs: Float64Array
  readonly cachedTokens: Float64Array
}

export interface Candidate {
  readonly endpointId: number
  readonly state: CandidateState
  /** How far the wire is behind its quota: the lowest is served first. */
  readonly pass: number
  readonly rank: number
  /** Requests at the endpoint before this one. */
  readonly inflight: number
  /** As expected; undefined where it was not asked. */
  readonly firstTokenMs: number | undefined
  readonly queueMs: number | undefined
  /** Of the prompt's tokens those that are taken to be cached. */
  readonly cachedTokens: number | undefined
}

export const createCandidateTable = (rows: number): CandidateTable => ({
  endpointIds: new Float64Array(rows),
  states: new Array<CandidateState>(rows).fill('eligible'),
  passes: new Float64Array(rows),
  ranks: new Float64Array(rows),
  inflight: new Float64Array(rows),
  firstTokenMs: new Float64Array(rows),
  queueMs: new Float64Array(rows),
  cachedTokens: new Float64Array(rows),
})

function known(column: Float64Array, row: number): number | undefined {
  const value = column[row] ?? NaN
  return Number.isNaN(value) ? undefined : value
}

export const readCandidates = (table: CandidateTable, firstRow: number, count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) => {
    const row = firstRow + index
    return {
      endpointId: table.endpointIds[row] ?? 0,
      state: table.states[row] ?? 'eligible',
      pass: table.passes[row] ?? 0,
      rank: table.ranks[row] ?? 0,
      inflight: table.inflight[row] ?? 0,
      firstTokenMs: known(table.firstTokenMs, row),
      queueMs: known(table.queueMs, row),
      cachedTokens: known(table.cachedTokens, row),
    }
  })
