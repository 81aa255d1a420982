// Sends the load of a benchmark and checks that every request got a response.
import { setTimeout as delay } from 'node:timers/promises'
import { Pool } from 'undici'

const prompt = 'Say something about load balancers, and say it slowly. '.repeat(16)

export const bodyOf = (stream: boolean, maxTokens: number, model = 'sim-model'): string =>
  JSON.stringify({
    model,
    messages: [{ role: 'user', content: prompt }],
    max_tokens: maxTokens,
    ignore_eos: true,
    temperature: 0.7,
    stream,
  })

const headers = { 'content-type': 'application/json', authorization: 'Bearer bench-client-token' }

/** @param connections - most that are open at a time; they are kept alive. */
export const openPool = (port: number, connections: number): Pool =>
  new Pool(`http://127.0.0.1:${port}`, { connections, pipelining: 1, allowH2: false })

interface ExchangeOptions {
  /** Before that of the call. */
  readonly prefix?: string
  /** Called with each piece of the response. */
  readonly onPiece?: () => void
}

const NO_OPTIONS: ExchangeOptions = {}

/** @returns the response's bytes; rejects where its status is not 200. */
export function exchange(
  pool: Pool,
  body: string,
  { prefix = '', onPiece }: ExchangeOptions = NO_OPTIONS,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0
    pool.dispatch(
      { method: 'POST', path: `${prefix}/v1/chat/completions`, headers, body },
      {
        onRequestStart: () => undefined,
        onResponseStart(_controller, status) {
          if (status !== 200) reject(new Error(`status ${status}`))
        },
        onResponseData(_controller, chunk) {
          bytes += chunk.length
          onPiece?.()
        },
        onResponseEnd: () => resolve(bytes),
        onResponseError: (_controller, error) => reject(error),
      },
    )
  })
}

/** Sends `total` unstreamed completions, `parallel` at a time. @param models - that they ask for, in turns. */
export async function sendAtOnce(
  pool: Pool,
  total: number,
  parallel: number,
  models = ['sim-model'],
): Promise<void> {
  const bodies = models.map((model) => bodyOf(false, 32, model))
  let left = total
  const worker = async (): Promise<void> => {
    while (left-- > 0) await exchange(pool, bodies[left % bodies.length] ?? '')
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

/** The same, over connections that are opened for it. */
export async function sendCompletions(
  port: number,
  total: number,
  parallel: number,
  models?: string[],
): Promise<void> {
  const pool = openPool(port, parallel)
  await sendAtOnce(pool, total, parallel, models)
  await pool.close()
}

const TICK_MS = 1

/** Sends unstreamed completions at a constant rate, which a late response does not slow down. */
export async function sendPaced(pool: Pool, perSecond: number, seconds: number): Promise<void> {
  const body = bodyOf(false, 32)
  const sent: Promise<number>[] = []
  const startMs = performance.now()
  while (sent.length < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, ((performance.now() - startMs) * perSecond) / 1000)
    while (sent.length < due) sent.push(exchange(pool, body))
    await delay(TICK_MS)
  }
  await Promise.all(sent)
}

/** Opens `streams` streams at once and reads each to its end. */
export async function readStreams(pool: Pool, streams: number, tokens: number): Promise<void> {
  const body = bodyOf(true, tokens)
  const sizes = await Promise.all(Array.from({ length: streams }, () => exchange(pool, body)))
  if (sizes.some((bytes) => bytes < tokens * 50)) throw new Error('a stream came back short')
}

/** The same, each on a connection of its own. */
export async function sendStreams(port: number, streams: number, tokens: number): Promise<void> {
  const pool = openPool(port, streams)
  await readStreams(pool, streams, tokens)
  await pool.close()
}
