// Replays the beginning of a trace over HTTP, in real time: text of the same length and the same beginnings, sent at the same moments.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { z } from 'zod'
import { startCaching } from '../subjects.ts'
import { TRACE_BLOCK_TOKENS, type TraceRequest } from './trace.ts'

const BACKENDS = 4
const REQUESTS = 400
/** By which arrivals and backends are quicker than in the trace. */
const PACE = 4
const TOKENS_PER_SECOND = 12_000 * PACE
/** The arrivals that eight backends had, at twice their rate, for four. */
const RATE = PACE
const CACHE_BLOCKS = 8_000
const CACHE_BLOCK_TOKENS = 16
const BYTES_PER_TOKEN = 4
const RESPONSE_TOKENS = 8

export interface HttpResult {
  readonly name: string
  /** The part of all prompt tokens that was cached. */
  readonly hitRate: number
  readonly p50S: number
  readonly p90S: number
}

const usageOf = z.object({
  usage: z.object({
    prompt_tokens: z.number(),
    prompt_tokens_details: z.object({ cached_tokens: z.number() }).nullish(),
  }),
})

/** Text that differs from the first word on where the ids differ. */
const blockText = (id: number): string =>
  `${id} `.repeat(TRACE_BLOCK_TOKENS).slice(0, TRACE_BLOCK_TOKENS * BYTES_PER_TOKEN)

const bodyOf = ({ blocks, promptTokens }: TraceRequest, index: number): string => {
  const known = blocks.map(blockText).join('')
  const content = known.padEnd(promptTokens * BYTES_PER_TOKEN, `end ${index} `)
  return JSON.stringify({
    model: 'sim-model',
    messages: [{ role: 'user', content }],
    max_tokens: RESPONSE_TOKENS,
    stream: true,
    stream_options: { include_usage: true },
  })
}

interface Answered {
  readonly firstTokenMs: number
  readonly promptTokens: number
  readonly cachedTokens: number
}

async function send(pool: Pool, body: string): Promise<Answered> {
  const startMs = performance.now()
  const { statusCode, body: response } = await pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer bench-client-token', 'content-type': 'application/json' },
    body,
  })
  let firstTokenMs: number | undefined
  let text = ''
  for await (const chunk of response as AsyncIterable<Buffer>) {
    firstTokenMs ??= performance.now() - startMs
    text += chunk.toString()
  }
  if (statusCode !== 200 || firstTokenMs === undefined) throw new Error(text)
  const last = text.split('\n').findLast((line) => line.includes('"prompt_tokens"')) ?? ''
  const { usage } = usageOf.parse(JSON.parse(last.replace('data: ', '')))
  return {
    firstTokenMs,
    promptTokens: usage.prompt_tokens,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
  }
}

async function replayOverHttp(port: number, trace: readonly TraceRequest[]): Promise<Answered[]> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1 })
  const startMs = performance.now()
  const answers: Promise<Answered>[] = []
  for (const [index, request] of trace.entries()) {
    const body = bodyOf(request, index)
    await delay(Math.max(0, startMs + request.atMs / RATE - performance.now()))
    answers.push(send(pool, body))
  }
  const all = await Promise.all(answers)
  await pool.close()
  return all
}

/** @returns the results of each way to choose an endpoint, one after the other. */
export async function measureOverHttp(folder: string, trace: readonly TraceRequest[]): Promise<HttpResult[]> {
  const flags = [
    ...['--prefill-tokens-per-second', String(TOKENS_PER_SECOND)],
    ...['--cache-blocks', String((CACHE_BLOCKS * TRACE_BLOCK_TOKENS) / CACHE_BLOCK_TOKENS)],
    ...['--cache-block-tokens', String(CACHE_BLOCK_TOKENS)],
  ]
  const results: HttpResult[] = []
  for (const [routing_mode, placement] of [
    ['percentage', 'quota_order'],
    ['balanced', 'load'],
    ['percentage', 'prefix'],
    ['balanced', 'prefix'],
  ]) {
    // Each begins with empty caches, and knows nothing of the prompts.
    const fleet = await startCaching(folder, BACKENDS, flags, { routing_mode, placement })
    const answers = await replayOverHttp(fleet.port, trace.slice(0, REQUESTS))
    const times = answers.map(({ firstTokenMs }) => firstTokenMs / 1_000).sort((a, b) => a - b)
    const sum = (of: (answer: Answered) => number): number =>
      answers.reduce((total, answer) => total + of(answer), 0)
    results.push({
      name: `${routing_mode}, ${placement}`,
      hitRate: sum(({ cachedTokens }) => cachedTokens) / sum(({ promptTokens }) => promptTokens),
      p50S: times[Math.floor(times.length / 2)] ?? NaN,
      p90S: times[Math.floor(times.length * 0.9)] ?? NaN,
    })
    await fleet.stop()
  }
  return results
}
