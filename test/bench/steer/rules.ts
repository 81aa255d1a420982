// The rules that are compared with the balancer's: what other balancers do, as far as a model of it goes.
import type { Timer } from '../../../src/simulation/timer.ts'
import { cachedTokens, type Backend } from './fleet.ts'
import { createRoutedRule, type RoutedOptions } from './routed-rule.ts'
import { TRACE_BLOCK_TOKENS, type TraceRequest } from './trace.ts'

interface PlacedJob {
  /** Index of the backend. */
  readonly backend: number
  onFirstToken?(cachedTokens: number): void
  onEnd?(cachedTokens: number): void
}

export type Rule = (request: TraceRequest) => PlacedJob
export type CreateRule = (backends: readonly Backend[], timer: Timer) => Rule

/** The index of the least; the first of equals after `from`. */
function leastOf(count: number, from: number, valueOf: (index: number) => number): number {
  let least = from % count
  let leastValue = Infinity
  for (let step = 0; step < count; step += 1) {
    const index = (from + step) % count
    const value = valueOf(index)
    if (value >= leastValue) continue
    least = index
    leastValue = value
  }
  return least
}

/** Places by a cost, and counts the work of each backend that has not been done. @param workOf - of a request at a backend. */
function byCost(
  backends: readonly Backend[],
  workOf: (index: number, request: TraceRequest) => number,
  costOf: (index: number, request: TraceRequest, work: readonly number[]) => number,
): Rule {
  const work = backends.map(() => 0)
  let turn = 0
  return (request) => {
    turn += 1
    const backend = leastOf(backends.length, turn, (index) => costOf(index, request, work))
    const own = workOf(backend, request)
    work[backend] = (work[backend] ?? 0) + own
    return { backend, onFirstToken: () => void (work[backend] = (work[backend] ?? 0) - own) }
  }
}

const speedOf = (backend: Backend | undefined): number => backend?.tokensPerSecond ?? 1

const roundRobin: CreateRule = (backends) => {
  let turn = 0
  return () => ({ backend: turn++ % backends.length })
}

/** The least prompt tokens in flight, whatever is cached. */
const leastWork: CreateRule = (backends) =>
  byCost(
    backends,
    (_, { promptTokens }) => promptTokens,
    (index, { promptTokens }, work) => ((work[index] ?? 0) + promptTokens) / speedOf(backends[index]),
  )

/** The balancer's own rule with the caches themselves in place of its index. */
const oracle: CreateRule = (backends) => {
  const uncached = (index: number, request: TraceRequest): number => {
    const backend = backends[index]
    return backend === undefined ? 0 : request.promptTokens - cachedTokens(backend, request)
  }
  return byCost(
    backends,
    uncached,
    (index, request, work) => ((work[index] ?? 0) + uncached(index, request)) / speedOf(backends[index]),
  )
}

/** What each backend was sent, as a router without word from the backends may know it. */
const createSentBlocks = (backends: readonly Backend[]) => {
  const sent = backends.map(() => new Set<number>())
  return {
    /** Tokens at the beginning of the prompt that the backend was sent before. */
    match(index: number, { blocks }: TraceRequest): number {
      const missing = blocks.findIndex((block) => !sent[index]?.has(block))
      return (missing === -1 ? blocks.length : missing) * TRACE_BLOCK_TOKENS
    },
    add: (index: number, { blocks }: TraceRequest) => blocks.forEach((block) => sent[index]?.add(block)),
  }
}

/**
 * As SGLang's router by default: the longest match where it is more than half of the prompt, else the backend that was sent the
 * least; where requests in flight differ by more than 32 and by more than a tenth, the fewest.
 */
const sglang: CreateRule = (backends) => {
  const sent = createSentBlocks(backends)
  const inflight = backends.map(() => 0)
  const sizes = backends.map(() => 0)
  let turn = 0
  return (request) => {
    turn += 1
    const least = (values: readonly number[]): number =>
      leastOf(backends.length, turn, (index) => values[index] ?? 0)
    const matches = backends.map((_, index) => sent.match(index, request))
    const longest = leastOf(backends.length, turn, (index) => -(matches[index] ?? 0))
    const [most, fewest] = [Math.max(...inflight), Math.min(...inflight)]
    const isImbalanced = most - fewest > 32 && most > 1.1 * fewest
    const isMatch = (matches[longest] ?? 0) / request.promptTokens > 0.5
    const backend = isImbalanced ? least(inflight) : isMatch ? longest : least(sizes)
    sizes[backend] = (sizes[backend] ?? 0) + request.blocks.length
    sent.add(backend, request)
    inflight[backend] = (inflight[backend] ?? 0) + 1
    return { backend, onEnd: () => void (inflight[backend] = (inflight[backend] ?? 0) - 1) }
  }
}

/** As llm-d's scheduler weighs by default: the matched part of the prompt twice, the length of the queue once. */
const llmd: CreateRule = (backends) => {
  const sent = createSentBlocks(backends)
  let turn = 0
  return (request) => {
    turn += 1
    const queues = backends.map(({ waiting, isReading }) => waiting.length + (isReading ? 1 : 0))
    const [longest, shortest] = [Math.max(...queues), Math.min(...queues)]
    const score = (index: number): number => {
      const matched = sent.match(index, request) / request.promptTokens
      const free = longest === shortest ? 1 : (longest - (queues[index] ?? 0)) / (longest - shortest)
      return 2 * matched + free
    }
    const backend = leastOf(backends.length, turn, (index) => -score(index))
    sent.add(backend, request)
    return { backend }
  }
}

/** The balancer itself: the code that serves requests. */
export const routed =
  (options: RoutedOptions): CreateRule =>
  (backends, timer) =>
    createRoutedRule(options, backends, timer)

export const rules = { roundRobin, leastWork, sglang, llmd, oracle } as const
