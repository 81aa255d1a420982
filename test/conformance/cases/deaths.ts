// The upstream's connection breaks at every possible place: the client never mistakes a part for the whole.
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
} from '../responses.ts'
import { check, type ConformanceCase } from '../conformance-case.ts'
import type { RawResponse } from '../raw-client.ts'

interface Death {
  readonly name: string
  readonly stream: boolean
  /** Requests usage, so that the gateway does not hold events back to remove it. */
  readonly requestsUsage?: boolean
  /** Bytes sent before the connection breaks. */
  readonly parts: readonly (string | Buffer)[]
  readonly how: 'end' | 'reset'
  /** Text that the client must have received before the connection breaks, since a reset can overtake data. */
  readonly seen?: string
  expect(response: RawResponse): Promise<string>
}

const death = ({ name, stream, requestsUsage, parts, how, seen, expect }: Death): ConformanceCase => ({
  name: `upstream-${name}`,
  async run(bench) {
    const upstream = await bench.upstream()
    const isSeen = (): boolean => seen === undefined || response.text().includes(seen)
    upstream.follow(async (exchange) => {
      for (const bytes of parts) await exchange.write(bytes)
      await response.until(`${seen} at the client`, isSeen)
      exchange[how]()
    })
    const response = bench.chat({ stream, ...(requestsUsage && { stream_options: { include_usage: true } }) })
    const remark = await expect(response)
    check(isSeen(), `the client never got ${seen}`)
    return remark
  },
})

const rocket = Buffer.from(delta('🚀'))
const insideTheRocket = rocket.subarray(0, rocket.indexOf('🚀') + 2)
const insideAnEvent = delta('two').slice(0, 40)
const stream = true

async function expectWhole(response: RawResponse): Promise<string> {
  const ending = await response.ended()
  check(ending === 'complete', 'a stream that had said [DONE] was cut')
  check(response.text().endsWith(DONE), 'something follows [DONE]')
  return ending
}

const part = wholeReply.slice(0, 60)
const body = Buffer.byteLength(wholeReply)
const untilClose = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n'
const chunkedJson = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
const untilCloseStream = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'

export const deathCases: readonly ConformanceCase[] = [
  death({ name: 'ends-before-headers', stream, parts: [], how: 'end', expect: expectGatewayError }),
  death({
    name: 'resets-before-headers',
    stream: false,
    parts: [],
    how: 'reset',
    expect: expectGatewayError,
  }),
  death({
    name: 'dies-inside-headers',
    stream,
    parts: [CHUNKED_STREAM.slice(0, 40)],
    how: 'end',
    expect: expectGatewayError,
  }),
  death({
    name: 'dies-between-headers-and-body',
    stream,
    parts: [CHUNKED_STREAM],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-between-headers-and-unstreamed-body',
    stream: false,
    parts: [jsonHead(body)],
    how: 'reset',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-between-events',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one'))],
    how: 'reset',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-an-event',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideAnEvent)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-chunk',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one')), brokenChunk(insideAnEvent).subarray(0, -5)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-character',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideTheRocket)],
    how: 'reset',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-inside-a-character-with-usage',
    stream,
    requestsUsage: true,
    parts: [CHUNKED_STREAM, chunk(delta('one')), chunk(insideTheRocket)],
    how: 'end',
    seen: 'one',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-before-done',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one')), chunk(delta('last'))],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'ends-well-without-done',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('last')), LAST_CHUNK],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'closes-without-done',
    stream,
    parts: [untilCloseStream, delta('last')],
    how: 'end',
    seen: 'last',
    expect: expectBrokenStream,
  }),
  death({
    name: 'dies-after-done',
    stream,
    parts: [CHUNKED_STREAM, chunk(delta('one')), chunk(DONE)],
    how: 'end',
    seen: 'one',
    expect: expectWhole,
  }),
  death({
    name: 'dies-inside-a-body-of-known-length',
    stream: false,
    parts: [jsonHead(body), part],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'dies-inside-a-chunked-body',
    stream: false,
    parts: [chunkedJson, chunk(part)],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
  death({
    name: 'closes-inside-a-body-without-length',
    stream: false,
    parts: [untilClose, part],
    how: 'end',
    expect: expectNoCleanEnd,
  }),
]
