// Keeps the last selections in memory, with what was known of each candidate.
import type { DecisionOutcome } from '../../contract/objects/decision-words.ts'
import type { Clock } from '../clock.ts'
import type { PlacedRequest } from '../placement/placed-request.ts'
import { createCandidateTable, readCandidates } from './candidate-table.ts'
import { createDecision, type Decision, type DecisionRecord } from './decision.ts'
import { createKeptDecisions, mayBeKept } from './kept-decisions.ts'
import { fillDecision, fillRequest } from './fill-decision.ts'
import { routeText } from './route-text.ts'
import type { SelectionFacts } from './selection-facts.ts'

interface DecisionFilter {
  readonly endpointId?: number | undefined
  readonly tokenId?: number | undefined
  readonly blockId?: number | undefined
  /** Of the request or its alias. */
  readonly model?: string | undefined
  /** Until the first token, or until the end of what was no stream. */
  readonly slowerThanMs?: number | undefined
  /** `open` while the endpoint works on the request. */
  readonly outcome?: DecisionOutcome | 'open' | undefined
}

interface RecordedDecision {
  /** Why the endpoint was selected, for the client; undefined where clients are not told. */
  readonly route: string | undefined
  /** @returns what tells `placed`, and notes how the request ends. */
  follow(placed: PlacedRequest): PlacedRequest
}

export interface DecisionLog {
  /**
   * To be called before anything is charged for the selection.
   * @param isQueued - whether the request has waited in the queue.
   */
  record(facts: SelectionFacts, isQueued: boolean): RecordedDecision
  /** The newest first; failed and slow ones are kept longer. */
  list(filter: DecisionFilter, limit: number): DecisionRecord[]
}

interface DecisionLogOptions {
  readonly clock: Clock
  /** Unix time in milliseconds. */
  readonly now: () => number
  /** Whether clients are told why an endpoint was selected. Default false. */
  readonly tellsRoute?: boolean
}

/** What is known of a selection only when it is made: its slot may be another request's by the time that this one ends. */
type Made = Pick<Decision, 'number' | 'atMs' | 'isQueued' | 'reason' | 'attempt'>

const MAX_DECISIONS = 1_000
const MAX_CANDIDATES = 16
// In characters.
const MAX_ERROR = 300

const matches = (decision: Omit<DecisionRecord, 'candidates'>, filter: DecisionFilter): boolean =>
  (filter.endpointId ?? decision.endpointId) === decision.endpointId &&
  (filter.tokenId ?? decision.tokenId) === decision.tokenId &&
  (filter.blockId ?? decision.blockId) === decision.blockId &&
  (filter.model === undefined || filter.model === decision.model || filter.model === decision.alias) &&
  (filter.slowerThanMs === undefined ||
    (decision.firstTokenMs ?? decision.durationMs ?? 0) >= filter.slowerThanMs) &&
  (filter.outcome === undefined || filter.outcome === (decision.outcome ?? 'open'))

export function createDecisionLog({ clock, now, tellsRoute = false }: DecisionLogOptions): DecisionLog {
  const decisions = Array.from({ length: MAX_DECISIONS }, createDecision)
  const table = createCandidateTable(MAX_DECISIONS * MAX_CANDIDATES)
  const kept = createKeptDecisions()
  let last = 0

  const slotOf = (number: number): number => number % MAX_DECISIONS

  /** @returns the decision, unless a newer one has taken its place. */
  const find = (number: number): Decision | undefined => {
    const decision = decisions[slotOf(number)]
    return decision?.number === number ? decision : undefined
  }

  const recordOf = (decision: Decision): DecisionRecord => ({
    ...decision,
    candidates: readCandidates(table, slotOf(decision.number) * MAX_CANDIDATES, decision.candidates),
  })

  /** The decision of a request that has outlasted its slot: what was known of the candidates is gone. */
  const remake = (made: Made, facts: SelectionFacts): Decision => {
    const decision = createDecision()
    fillRequest(decision, facts)
    return Object.assign(decision, made)
  }

  const follow = (made: Made, facts: SelectionFacts, placed: PlacedRequest): PlacedRequest => ({
    startMs: placed.startMs,
    begin() {
      placed.begin()
      const decision = facts.request.stream ? find(made.number) : undefined
      if (decision) decision.firstTokenMs ??= clock() - facts.nowMs
    },
    settle(result, nowMs) {
      placed.settle(result, nowMs)
      const found = find(made.number)
      if (found === undefined && !mayBeKept(result)) return
      const decision = found ?? remake(made, facts)
      decision.outcome = result.outcome
      decision.status = result.status
      if (found === undefined) decision.firstTokenMs = result.firstTokenMs
      // Bytes without output were those of an error.
      if (result.deltas === 0) decision.firstTokenMs = undefined
      decision.durationMs = result.latencyMs
      decision.error = result.error?.slice(0, MAX_ERROR)
      decision.reportedCachedTokens = result.cachedTokens
      kept.note(decision, () => (found ? recordOf(found) : { ...decision, candidates: [] }))
    },
  })

  return {
    record(facts, isQueued) {
      const number = (last += 1)
      const slot = slotOf(number)
      const decision = (decisions[slot] ??= createDecision())
      fillDecision(decision, facts, { table, firstRow: slot * MAX_CANDIDATES, most: MAX_CANDIDATES })
      decision.number = number
      decision.atMs = now()
      decision.isQueued = isQueued
      const { atMs, reason, attempt } = decision
      const made = { number, atMs, isQueued, reason, attempt }
      return {
        route: tellsRoute
          ? routeText(decision, readCandidates(table, slot * MAX_CANDIDATES, decision.candidates))
          : undefined,
        follow: (placed) => follow(made, facts, placed),
      }
    },
    list(filter, limit) {
      const found: DecisionRecord[] = []
      for (let number = last; number > 0 && found.length < limit; number -= 1) {
        const decision = find(number)
        if (decision === undefined) break
        if (!matches(decision, filter)) continue
        found.push(recordOf(decision))
      }
      const older = kept.before(last - MAX_DECISIONS + 1).filter((decision) => matches(decision, filter))
      return [...found, ...older].slice(0, limit)
    },
  }
}
