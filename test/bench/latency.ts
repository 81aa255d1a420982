// Measures the latency that a subject adds at a constant request rate.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'
import { bodyOf, exchange, openPool } from './load.ts'

export interface Quantiles {
  readonly p50: number
  readonly p99: number
}

const TICK_MS = 1
const RESPONSE_TOKENS = 32

/**
 * Open loop: each request has its time to start, and what makes it late counts, so that a slow response cannot hide those
 * that queue behind it.
 * @returns the times from the planned start to the last byte, in milliseconds.
 */
async function sendAtRate(port: number, perSecond: number, seconds: number): Promise<number[]> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: null, pipelining: 1, allowH2: false })
  const body = bodyOf(false, RESPONSE_TOKENS)
  const times: number[] = []
  const sent: Promise<void>[] = []
  const startMs = performance.now()
  const send = async (plannedMs: number): Promise<void> => {
    await exchange(pool, body)
    times.push(performance.now() - plannedMs)
  }
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const plannedMs = startMs + (index * 1000) / perSecond
    while (performance.now() < plannedMs) await delay(TICK_MS)
    sent.push(send(plannedMs))
  }
  await Promise.all(sent)
  await pool.close()
  return times
}

export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN
  return { p50: at(0.5), p99: at(0.99) }
}

interface Target {
  readonly name: string
  readonly port: number
}

/** In turns, all rounds of a target taken together; the first round warms up and is not counted. */
export async function measureLatency(
  targets: readonly Target[],
  { perSecond, seconds, rounds }: { perSecond: number; seconds: number; rounds: number },
): Promise<Map<string, Quantiles>> {
  const times = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  for (const { port } of targets) await sendAtRate(port, perSecond, 1)
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, port } of targets) {
      times.get(name)?.push(...(await sendAtRate(port, perSecond, seconds)))
    }
  }
  return new Map([...times].map(([name, all]) => [name, quantilesOf(all)]))
}

/**
 * At one connection each, one request after another. The targets take turns of so many requests, so that all see the same
 * machine; the first rounds warm up and are not counted.
 */
export async function measureAlone(
  targets: readonly Target[],
  { requests, rounds, warmUp }: { requests: number; rounds: number; warmUp: number },
): Promise<Map<string, Quantiles>> {
  const body = bodyOf(false, RESPONSE_TOKENS)
  const measured = targets.map(({ name, port }) => ({ name, pool: openPool(port, 1), times: [] as number[] }))
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const { pool, times } of measured) {
      for (let sent = 0; sent < requests; sent += 1) {
        const startMs = performance.now()
        await exchange(pool, body)
        if (round >= 0) times.push(performance.now() - startMs)
      }
    }
  }
  await Promise.all(measured.map(({ pool }) => pool.close()))
  return new Map(measured.map(({ name, times }) => [name, quantilesOf(times)]))
}
