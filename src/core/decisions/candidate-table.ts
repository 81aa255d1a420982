// The candidates of selections, as rows of numbers in one array, so that writing one allocates nothing.
import { candidateStates, type CandidateState } from '../../contract/objects/decision-words.ts'

/** A number that was not found out is NaN. */
export type CandidateTable = Float64Array

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

// What the numbers of a row are.
const ENDPOINT_ID = 0
const STATE = 1
const PASS = 2
const RANK = 3
const INFLIGHT = 4
const FIRST_TOKEN_MS = 5
const QUEUE_MS = 6
const CACHED_TOKENS = 7
const ROW = 8

export const createCandidateTable = (rows: number): CandidateTable => new Float64Array(rows * ROW)

export const endpointIdAt = (table: CandidateTable, row: number): number =>
  table[row * ROW + ENDPOINT_ID] ?? 0

type CandidateStatus = Pick<Candidate, 'endpointId' | 'state' | 'pass' | 'rank' | 'inflight'>

/** Leaves the times to `writeTimes`. */
export function writeCandidate(
  table: CandidateTable,
  row: number,
  { endpointId, state, pass, rank, inflight }: CandidateStatus,
): void {
  const at = row * ROW
  table[at + ENDPOINT_ID] = endpointId
  table[at + STATE] = candidateStates.indexOf(state)
  table[at + PASS] = pass
  table[at + RANK] = rank
  table[at + INFLIGHT] = inflight
}

/** Each NaN where it was not found out. */
export function writeTimes(
  table: CandidateTable,
  row: number,
  firstTokenMs: number,
  queueMs: number,
  cachedTokens: number,
): void {
  const at = row * ROW
  table[at + FIRST_TOKEN_MS] = firstTokenMs
  table[at + QUEUE_MS] = queueMs
  table[at + CACHED_TOKENS] = cachedTokens
}

const known = (value = NaN): number | undefined => (Number.isNaN(value) ? undefined : value)

export const readCandidates = (table: CandidateTable, firstRow: number, count: number): Candidate[] =>
  Array.from({ length: count }, (_, index) => {
    const at = (firstRow + index) * ROW
    return {
      endpointId: table[at + ENDPOINT_ID] ?? 0,
      state: candidateStates[table[at + STATE] ?? 0] ?? 'eligible',
      pass: table[at + PASS] ?? 0,
      rank: table[at + RANK] ?? 0,
      inflight: table[at + INFLIGHT] ?? 0,
      firstTokenMs: known(table[at + FIRST_TOKEN_MS]),
      queueMs: known(table[at + QUEUE_MS]),
      cachedTokens: known(table[at + CACHED_TOKENS]),
    }
  })
