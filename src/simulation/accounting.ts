// Counts what a simulated backend served, exactly enough to check a balancer's counters against.
import type { FaultKind } from './faults/fault.ts'

/**
 * finished: a response below 400, delivered to the last byte. rejected: one of 400 or above, delivered likewise.
 * broken: altered by a fault other than `gzip` and `slow-drip`. aborted: the client disconnected before the end.
 */
export type Outcome = 'finished' | 'rejected' | 'broken' | 'aborted'

interface Totals extends Record<Outcome, number> {
  /** Arrived requests: the four outcomes plus those still open. */
  requests: number
  /** Tokens of finished responses only. */
  promptTokens: number
  completionTokens: number
}

type FaultCounts = Partial<Record<FaultKind | 'death', number>>

interface ServedRequest {
  readonly method: string
  /** As received, with its query. */
  readonly url: string
  /** Name, value, name, value, as received. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export interface Served {
  readonly total: Readonly<Totals>
  /** By path; unknown paths count under `other`. */
  readonly routes: Readonly<Record<string, Readonly<Totals>>>
  /** Affected requests, by kind of fault; `death` counts the requests that ended the server. */
  readonly faults: Readonly<FaultCounts>
  readonly running: number
  readonly waiting: number
  /** The last requests whose body arrived complete, oldest first. */
  readonly last: readonly ServedRequest[]
}

interface Entry {
  /** Counts the request's outcome; later calls do nothing. */
  settle(outcome: Outcome, promptTokens: number, completionTokens: number): void
}

export interface Accounting {
  open(route: string): Entry
  keep(request: ServedRequest): void
  countFault(kind: keyof FaultCounts): void
  read(): Omit<Served, 'running' | 'waiting'>
  /** Requests open at a reset are not counted when they settle. */
  reset(): void
}

const noTotals = (): Totals => ({
  requests: 0,
  finished: 0,
  rejected: 0,
  broken: 0,
  aborted: 0,
  promptTokens: 0,
  completionTokens: 0,
})

function sum(all: Iterable<Totals>): Totals {
  const total = noTotals()
  for (const one of all) {
    for (const key of Object.keys(total) as (keyof Totals)[]) total[key] += one[key]
  }
  return total
}

/** @param maxKept - number of requests kept with headers and body. */
export function createAccounting(maxKept: number): Accounting {
  let routes = new Map<string, Totals>()
  let faults: FaultCounts = {}
  let last: ServedRequest[] = []

  return {
    open(route) {
      let totals = routes.get(route)
      if (totals === undefined) routes.set(route, (totals = noTotals()))
      totals.requests += 1
      const counted = totals
      let settled = false
      return {
        settle(outcome, promptTokens, completionTokens) {
          if (settled) return
          settled = true
          counted[outcome] += 1
          if (outcome !== 'finished') return
          counted.promptTokens += promptTokens
          counted.completionTokens += completionTokens
        },
      }
    },
    keep(request) {
      last.push(request)
      if (last.length > maxKept) last.shift()
    },
    countFault(kind) {
      faults[kind] = (faults[kind] ?? 0) + 1
    },
    read: () => ({
      total: sum(routes.values()),
      routes: Object.fromEntries([...routes].map(([route, totals]) => [route, { ...totals }])),
      faults: { ...faults },
      last: [...last],
    }),
    reset() {
      routes = new Map()
      faults = {}
      last = []
    },
  }
}
