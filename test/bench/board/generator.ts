// A load generator of the board, in a process of its own. It prints `measuring 1` once it is warm, and its figures at its end.
import { Pool } from 'undici'
import { quantilesOf } from '../latency.ts'
import { bodyOf, exchange } from '../load.ts'

/** Its one argument, as JSON. */
export interface Load {
  readonly port: number
  /** Before the path of the call. */
  readonly prefix: string
  /** Each sends the next request as soon as the last has its response, or one stream. */
  readonly connections: number
  readonly seconds: number
  readonly stream: boolean
}

export interface GeneratorFigures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The longest that any stream was without a piece, before its first too; 0 without streams. */
  readonly longestStallMs: number
  /** Of one core, its own. */
  readonly busyPercent: number
}

const WARM_UP_PART = 0.25
const TOKENS = 32

const { port, prefix, connections, seconds, stream } = JSON.parse(process.argv[2] ?? '') as Load
const pool = new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1, allowH2: false })
const body = bodyOf(stream, TOKENS)

/** Requests without a pause on all connections. @returns the milliseconds that each took. */
async function runClosedLoop(durationS: number): Promise<number[]> {
  const times: number[] = []
  const endMs = performance.now() + durationS * 1000
  const send = async (): Promise<void> => {
    for (let sentMs = performance.now(); sentMs < endMs; sentMs = performance.now()) {
      await exchange(pool, body, { prefix })
      times.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: connections }, send))
  return times
}

/** One stream on each connection, opened at once. @returns the longest that each was without a piece. */
function runStreams(): Promise<number[]> {
  const read = async (): Promise<number> => {
    let lastMs = performance.now()
    let longestMs = 0
    const onPiece = (): void => {
      const nowMs = performance.now()
      longestMs = Math.max(longestMs, nowMs - lastMs)
      lastMs = nowMs
    }
    await exchange(pool, body, { prefix, onPiece })
    return longestMs
  }
  return Promise.all(Array.from({ length: connections }, read))
}

if (!stream) await runClosedLoop(seconds * WARM_UP_PART)
process.stdout.write('measuring 1\n')
const startMs = performance.now()
const before = process.cpuUsage()
const times = stream ? await runStreams() : await runClosedLoop(seconds)
const passedMs = performance.now() - startMs
const { user, system } = process.cpuUsage(before)
const { p50, p99 } = quantilesOf(times)
const figures: GeneratorFigures = {
  perSecond: (times.length * 1000) / passedMs,
  p50Ms: p50,
  p99Ms: p99,
  longestStallMs: stream ? times.reduce((most, each) => Math.max(most, each), 0) : 0,
  busyPercent: (user + system) / 10 / passedMs,
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
await pool.close()
