// Measures the effect of one hung endpoint of three on the responses of the other two.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { quantilesOf } from './latency.ts'
import { bodyOf, exchange } from './load.ts'

const PER_SECOND = 100
const SECONDS = 4
const TICK_MS = 1
const RESPONSE_TOKENS = 32
// Longer than any served request takes: requests without a response by then are at the hung endpoint.
const LAST_RESPONSE_MS = 3_000

/** @returns the durations of the requests that got a response, from their planned start, and the number of the others. */
async function sendBeside(port: number): Promise<{ times: number[]; hung: number }> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1, allowH2: false })
  const body = bodyOf(false, RESPONSE_TOKENS)
  const times: number[] = []
  const startMs = performance.now()
  const total = PER_SECOND * SECONDS
  let failed: unknown
  let isOver = false
  for (let index = 0; index < total; index += 1) {
    const plannedMs = startMs + (index * 1000) / PER_SECOND
    while (performance.now() < plannedMs) await delay(TICK_MS)
    exchange(pool, body).then(
      () => times.push(performance.now() - plannedMs),
      (error: unknown) => (failed ??= isOver ? undefined : error),
    )
  }
  for (const endMs = performance.now() + LAST_RESPONSE_MS; performance.now() < endMs && times.length < total;)
    await delay(TICK_MS)
  if (failed !== undefined) throw new Error('a request failed', { cause: failed })
  isOver = true
  await pool.destroy()
  return { times, hung: total - times.length }
}

interface Pair {
  readonly withoutMs: number
  readonly besideMs: number
}

export interface HungOptions {
  readonly port: number
  /** Most requests that the hung endpoint may hold. */
  readonly slots: number
  readonly setHung: (hung: boolean) => Promise<unknown>
  /** Nothing is in flight any more. */
  readonly settled: () => Promise<void>
}

/** @returns the others' p99 with all well and beside a hung endpoint, in pairs of turns. */
export async function measureBesideHung(options: HungOptions, pairs: number): Promise<Pair[]> {
  const { port, slots, setHung, settled } = options
  const measured: Pair[] = []
  await sendBeside(port)
  for (let pair = 0; pair < pairs; pair += 1) {
    const without = await sendBeside(port)
    await setHung(true)
    const beside = await sendBeside(port)
    await setHung(false)
    await settled()
    if (without.hung > 0 || beside.hung !== slots)
      throw new Error(`${without.hung} and ${beside.hung} of the requests hung, not 0 and ${slots}`)
    measured.push({ withoutMs: quantilesOf(without.times).p99, besideMs: quantilesOf(beside.times).p99 })
  }
  return measured
}
