// Properties of a stream: every byte in order, each event without delay, and back-pressure from its reader.
import { setTimeout as delay } from 'node:timers/promises'
import { chunk, CHUNKED_STREAM, delta, DONE, LAST_CHUNK, usageEvent, wantsUsage } from '../responses.ts'
import { check, type Bench, type ConformanceCase } from '../conformance-case.ts'

/** A small seeded generator (xorshift32) of whole numbers from 1 to `most`. */
function createDice(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return 1 + ((state >>> 0) % most)
  }
}

function* split(bytes: Buffer, size: () => number): Generator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const end = at + size()
    yield bytes.subarray(at, end)
    at = end
  }
}

const variety = [
  delta('Grüße, Welt'),
  ': a comment\n\n',
  `id: 7\nevent: message\n${delta('🚀 \\u00e9 \\n')}`,
  delta('line ends of another kind').replaceAll('\n', '\r\n'),
  delta('x'.repeat(3000)),
]
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const SPLITS = 20

const randomSplits: ConformanceCase = {
  name: 'order-and-bytes-under-random-splits',
  async run(bench) {
    const upstream = await bench.upstream()
    let dice = createDice(1)
    upstream.follow(async (exchange) => {
      const text = variety.join('') + (wantsUsage(exchange) ? usageEvent() : '') + DONE
      const chunks = [...split(Buffer.from(text), () => dice(40))].map(chunk)
      const wire = Buffer.concat([Buffer.from(CHUNKED_STREAM), ...chunks, Buffer.from(LAST_CHUNK)])
      for (const piece of split(wire, () => dice(400))) {
        await exchange.write(piece)
        await tick()
      }
    })
    for (let seed = 1; seed <= SPLITS; seed += 1) {
      dice = createDice(seed)
      const requestsUsage = seed % 2 === 0
      const response = bench.chat({
        stream: true,
        ...(requestsUsage && { stream_options: { include_usage: true } }),
      })
      check((await response.ended()) === 'complete', `seed ${seed}: the stream was cut`)
      const expected = variety.join('') + (requestsUsage ? usageEvent() : '') + DONE
      check(
        response.text() === expected,
        `seed ${seed}: other bytes than were sent: ${JSON.stringify(response.text())}`,
      )
    }
    return `${SPLITS} ways`
  },
}

/** The upstream sends an event only after the client has received the previous one. */
const lockStep = (name: string, fields: object): ConformanceCase => ({
  name,
  async run(bench) {
    const upstream = await bench.upstream()
    const texts = Array.from({ length: 10 }, (_, index) => `piece ${index};`)
    upstream.follow(async (exchange) => {
      await exchange.write(CHUNKED_STREAM)
      for (const text of texts) {
        await exchange.write(chunk(delta(text)))
        await response.until(`${text} at the client`, () => response.text().includes(text))
      }
      await exchange.write(Buffer.concat([chunk(DONE), Buffer.from(LAST_CHUNK)]))
    })
    const response = bench.chat({ stream: true, ...fields })
    check((await response.ended()) === 'complete', 'the stream was cut: an event was held back')
    check(response.text() === texts.map(delta).join('') + DONE, 'other bytes than were sent')
  },
})

const UNREAD_BYTES = 256 * 1024 * 1024
const STILL_MS = 1000

/** Resolves once nothing has moved for `STILL_MS`, or `UNREAD_BYTES` are reached. */
async function standstill(read: () => number): Promise<void> {
  for (let last = -1; read() !== last && read() < UNREAD_BYTES;) {
    last = read()
    await delay(STILL_MS)
  }
}

async function stallAndResume(bench: Bench): Promise<string> {
  const upstream = await bench.upstream()
  const event = delta('x'.repeat(64 * 1024))
  let written = 0
  let isEnough = false
  upstream.follow(async (exchange) => {
    await exchange.write(CHUNKED_STREAM)
    while (!isEnough && written < UNREAD_BYTES && (await exchange.write(chunk(event))))
      written += event.length
    await exchange.write(Buffer.concat([chunk(DONE), Buffer.from(LAST_CHUNK)]))
  })
  const response = bench.chat({ stream: true })
  response.pause()
  await bench.within(upstream.exchange(0), 'the request at the upstream')
  await bench.poll('the first bytes', () => written > 0)
  await standstill(() => written)
  isEnough = true
  check(
    written < UNREAD_BYTES,
    `${written} bytes were taken from the upstream for a client that reads nothing`,
  )
  const stalledAt = written
  response.resume()
  check((await response.ended()) === 'complete', 'the stream was cut')
  check(
    response.length() === written + DONE.length,
    `${response.length()} bytes arrived of ${written + DONE.length}`,
  )
  return `stalled after ${(stalledAt / 1024 / 1024).toFixed(1)} MiB`
}

const backPressure: ConformanceCase = { name: 'back-pressure', run: stallAndResume }

export const streamingCases: readonly ConformanceCase[] = [
  randomSplits,
  lockStep('no-burst-delivery', {}),
  lockStep('no-burst-delivery-with-usage', { stream_options: { include_usage: true } }),
  backPressure,
]
