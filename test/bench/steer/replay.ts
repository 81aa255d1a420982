// Replays a trace over a fleet in virtual time, and measures cache hits, first tokens and shares.
import { createBackend, submit } from './fleet.ts'
import type { CreateRule } from './rules.ts'
import type { TraceRequest } from './trace.ts'
import { createVirtualTime } from './virtual-time.ts'

export interface ReplayOptions {
  readonly trace: readonly TraceRequest[]
  /** Uncached prompt tokens a second, by backend. */
  readonly speeds: readonly number[]
  /** Of each backend's cache. */
  readonly cacheBlocks: number
  /** By which the arrivals are quicker than the trace. */
  readonly rate: number
  /** Shares in percent that are compared with those reached; equal where there are none. */
  readonly quotas?: readonly number[]
}

export interface ReplayResult {
  /** The part of all prompt tokens that was cached. */
  readonly hitRate: number
  /** Seconds until the first token of the quickest part of all requests. */
  firstTokenS(part: number): number
  /** The largest difference of a share of the completion tokens from its quota, in points: of all, and of the worst tenth. */
  readonly shareError: number
  readonly worstTenth: number
  /** Requests by backend. */
  readonly requests: readonly number[]
}

const TENTHS = 10

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function errorOf(tokens: readonly number[], quotas: readonly number[]): number {
  const [all, whole] = [sum(tokens), sum(quotas)]
  return Math.max(
    ...tokens.map((count, index) => Math.abs((100 * count) / all - (100 * (quotas[index] ?? 0)) / whole)),
  )
}

export function replay(createRule: CreateRule, options: ReplayOptions): ReplayResult {
  const { trace, speeds, cacheBlocks, rate, quotas = speeds.map(() => 1) } = options
  const time = createVirtualTime()
  const backends = speeds.map((speed) => createBackend(speed, cacheBlocks))
  const place = createRule(backends, time)
  const firstTokens: number[] = []
  const requests = speeds.map(() => 0)
  const tokens = Array.from({ length: TENTHS }, () => speeds.map(() => 0))
  let hits = 0

  const send = (request: TraceRequest, index: number): void => {
    const startMs = time.nowMs()
    const job = place(request)
    const backend = backends[job.backend]
    const tenth = tokens[Math.floor((index * TENTHS) / trace.length)]
    if (backend === undefined || tenth === undefined) throw new Error('no such backend')
    tenth[job.backend] = (tenth[job.backend] ?? 0) + request.outputTokens
    requests[job.backend] = (requests[job.backend] ?? 0) + 1
    let cached = 0
    const onFirstToken = (cachedTokens: number): void => {
      cached = cachedTokens
      hits += cachedTokens
      firstTokens.push(time.nowMs() - startMs)
      job.onFirstToken?.(cachedTokens)
    }
    submit(backend, { request, onFirstToken, onEnd: () => job.onEnd?.(cached) }, time)
  }
  trace.forEach((request, index) => time.after(request.atMs / rate, () => send(request, index)))
  time.run()

  const sorted = firstTokens.toSorted((a, b) => a - b)
  const overall = speeds.map((_, backend) => sum(tokens.map((tenth) => tenth[backend] ?? 0)))
  return {
    hitRate: hits / sum(trace.map(({ promptTokens }) => promptTokens)),
    firstTokenS: (part) => (sorted[Math.floor(part * (sorted.length - 1))] ?? NaN) / 1_000,
    shareError: errorOf(overall, quotas),
    worstTenth: Math.max(...tokens.map((tenth) => errorOf(tenth, quotas))),
    requests,
  }
}
