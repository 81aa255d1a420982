// Simulated backends in virtual time: prompts are read one after the other, and blocks that are cached are skipped.
import { createPrefixCache, type PrefixCache } from '../../../src/simulation/scheduler/prefix-cache.ts'
import type { Timer } from '../../../src/simulation/timer.ts'
import { TRACE_BLOCK_TOKENS, type TraceRequest } from './trace.ts'

export interface Backend {
  /** Uncached prompt tokens a second. */
  tokensPerSecond: number
  readonly cache: PrefixCache
  readonly waiting: Job[]
  isReading: boolean
}

export interface Job {
  readonly request: TraceRequest
  /** @param cachedTokens - those of its prompt that were cached. */
  onFirstToken(cachedTokens: number): void
  onEnd(): void
}

/** Milliseconds a token of a response. */
const DECODE_MS = 30

export const createBackend = (tokensPerSecond: number, cacheBlocks: number): Backend => ({
  tokensPerSecond,
  cache: createPrefixCache(() => cacheBlocks),
  waiting: [],
  isReading: false,
})

/** The blocks of a prompt that the backend has now; never all of it, as the last token is always processed. */
export const cachedTokens = ({ cache }: Backend, { blocks, promptTokens }: TraceRequest): number =>
  Math.min(cache.match(blocks) * TRACE_BLOCK_TOKENS, promptTokens - 1)

function readNext(backend: Backend, timer: Timer): void {
  const job = backend.isReading ? undefined : backend.waiting.shift()
  if (job === undefined) return
  backend.isReading = true
  const { request } = job
  const cached = cachedTokens(backend, request)
  timer.after(((request.promptTokens - cached) / backend.tokensPerSecond) * 1_000, () => {
    backend.isReading = false
    backend.cache.add(request.blocks)
    job.onFirstToken(cached)
    timer.after(request.outputTokens * DECODE_MS, () => job.onEnd())
    readNext(backend, timer)
  })
}

export function submit(backend: Backend, job: Job, timer: Timer): void {
  backend.waiting.push(job)
  readNext(backend, timer)
}
