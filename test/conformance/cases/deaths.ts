// The upstream dies, at every place where it can: the client never takes a part for the whole.
import {
  brokenChunk,
  chunk,
  CHUNKED_STREAM,
  delta,
  DONE,
  expectBrokenStream,
  expectGatewayError,
  expectNoCleanEnd,
  jsonHead,
  LAST_CHUNK,
  wholeReply,
} from '../answers.ts'
import { check, type ConformanceCase } from '../conformance-case.ts'
import type { RawAnswer } from '../raw-client.ts'

interface Death {
  readonly name: string
  readonly stream: boolean
  /** Asks for usage, so that a gateway has nothing to look for in the events and to hold them back for. */
  readonly asksUsage?: boolean
  /** Said before it dies. */
  readonly words: readonly (string | Buffer)[]
  readonly how: 'end' | 'reset'
  /** Text that the client must have before the death, so that a reset cannot overtake it. */
  readonly seen?: string
  expect(answer: RawAnswer): Promise<string>
}

const death = ({ name, stream, asksUsage, words, how, seen, expect }: Death): ConformanceCase => ({
  name: `upstream-${name}`,
  async run(bench) {
    const upstream = await bench.upstream()
    const isSeen = (): boolean => seen === undefined || answer.text().includes(seen)
    upstream.follow(async (exchange) => {
      for (const word of words) await exchange.write(word)
      await answer.until(`${seen} at the client`, isSeen)
      exchange[how]()
    })
    const answer = bench.chat({ stream, ...(asksUsage && { stream_options: { include_usage: true } }) })
    const remark = await expect(answer)
    check(isSeen(), `the client never got ${seen}`)
    return remark
  },
})

const rocket = Buffer.from(delta('🚀'))
const insideTheRocket = rocket.subarray(0, rocket.indexOf('🚀') + 2)
const insideAnEvent = delta('two').slice(0, 40)
const stream = true

async function expectWhole(answer: RawAnswer): Promise<string> {
  const ending = await answer.ended()
  check(ending === 'complete', 'a stream that had said [DONE] was cut')
  check(answer.text().endsWith(DONE), 'something follows [DONE]')
  return ending
}

const part = wholeReply.slice(0, 60)
const body = Buffer.byteLength(wholeReply)
const untilClose = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n'
const chunkedJson = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
const untilCloseStream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'

export const deathCases: readonly ConformanceCase[] = [
  death({ name: 'ends-before-headers', stream, words: [], how: 'end', expect: expectGatewayError }),
  death({
    name: 'resets-before-headers',
    stream: false,
    words: [],
    how: 'reset',
    expect: expectGatewayError,
  }),
  death({
    name: 'dies-inside-headers',
    stream,
    words: [CHUNKED_STREAM.slice(0, 40)],
    how: 'end',
    expect: expectGatewayError,
  }),
  death({
    name: 'dies-between-headers-and-body',
    stream,
    words: [CHUNKED_STREAM],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-between-headers-and-unstreamed-body',
    stream: false,
    words: [jsonHead(body)],
    how: 'reset',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-between-events',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one'))],
    how: 'reset',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-an-event',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideAnEvent)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-chunk',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one')), brokenChunk(insideAnEvent).subarray(0, -5)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-character',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideTheRocket)],
    how: 'reset',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-character-with-usage',
    stream,
    asksUsage: true,
    words: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideTheRocket)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-before-done',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one')), chunk(delta('last'))],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'ends-well-without-done',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('last')), LAST_CHUNK],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'closes-without-done',
    stream,
    words: [untilCloseStream, delta('last')],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-after-done',
    stream,
    words: [CHUNKED_STREAM, chunk(delta('one')), chunk(DONE)],
    how: 'end',
    seen: 'one',
    expect: expectWhole,
  }),
  death({
    name: 'dies-inside-a-body-of-known-length',
    stream: false,
    words: [jsonHead(body), part],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-inside-a-chunked-body',
    stream: false,
    words: [chunkedJson, chunk(part)],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'closes-inside-a-body-without-length',
    stream: false,
    words: [untilClose, part],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
]
