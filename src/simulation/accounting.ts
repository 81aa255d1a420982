// Keeps the books of what a simulated backend served, exact enough to check a balancer's counters against.
import type { FaultKind } from './faults/fault.ts'

/**
 * finished: an answer below 400, delivered to the last byte. rejected: one of 400 or above, likewise.
 * broken: a fault spoiled it, `gzip` and `slow-drip` aside. aborted: the client left before the end.
 */
export type Outcome = 'finished' | 'rejected' | 'broken' | 'aborted'

interface Totals extends Record<Outcome, number> {
  /** Arrivals: the four outcomes and what is still open. */
  requests: number
  /** Of finished answers alone. */
  promptTokens: number
  completionTokens: number
}

interface ServedRequest {
  readonly method: string
  /** As it came, with its query. */
  readonly url: string
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

export interface Served {
  readonly total: Readonly<Totals>
  /** By path; paths the server does not know come under `other`. */
  readonly routes: Readonly<Record<string, Readonly<Totals>>>
  /** Requests hit, by kind of fault. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>
  readonly running: number
  readonly waiting: number
  /** The last requests whose body arrived whole, oldest first. */
  readonly last: readonly ServedRequest[]
}

interface Entry {
  /** Settles the request, once; later calls do nothing. */
  settle(outcome: Outcome, promptTokens: number, completionTokens: number): void
}

export interface Accounting {
  open(route: string): Entry
  keep(request: ServedRequest): void
  countFault(kind: FaultKind): void
  read(): Omit<Served, 'running' | 'waiting'>
  /** What is open at a reset is counted nowhere when it settles. */
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

/** @param maxKept - how many requests are kept with headers and body. */
export function createAccounting(maxKept: number): Accounting {
  let routes = new Map<string, Totals>()
  let faults: Partial<Record<FaultKind, number>> = {}
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
