// Responses that no correct backend sends.
import { gunzipSync, gzipSync } from 'node:zlib'
import {
  chunk,
  CHUNKED_STREAM,
  delta,
  DONE,
  expectGatewayError,
  expectNoCleanEnd,
  jsonResponse,
  LAST_CHUNK,
  serveWell,
  usageEvent,
  wantsUsage,
  wholeReply,
} from '../responses.ts'
import { check, type ConformanceCase } from '../conformance-case.ts'
import type { RawResponse } from '../raw-client.ts'

const garbage: ConformanceCase = {
  name: 'garbage-instead-of-http',
  async run(bench) {
    const upstream = await bench.upstream()
    upstream.follow(async (exchange) => {
      await exchange.write(Buffer.from('\x16\x03\x01 this is not HTTP \xff\x00\r\n\r\n', 'latin1'))
      exchange.end()
    })
    return expectGatewayError(bench.chat())
  },
}

const plainBody = (response: RawResponse): string =>
  response.header('content-encoding') === 'gzip' ? gunzipSync(response.body()).toString() : response.text()

const gzipHead = (type: string, length: number): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Encoding: gzip\r\nContent-Length: ${length}\r\n\r\n`

const gzip = (name: string, type: string, text: string, fields: object): ConformanceCase => ({
  name,
  async run(bench) {
    const upstream = await bench.upstream()
    const zipped = gzipSync(text)
    upstream.follow(async (exchange) => {
      await exchange.write(gzipHead(type, zipped.length))
      await exchange.write(zipped)
    })
    const response = bench.chat(fields)
    check((await response.ended()) === 'complete', 'the response was cut')
    check(plainBody(response) === text, 'what arrived is not what was sent, encoded or not')
    return response.header('content-encoding') === 'gzip' ? 'as it came' : 'decoded'
  },
})

const errorBody: ConformanceCase = {
  name: 'error-body-under-200',
  async run(bench) {
    const upstream = await bench.upstream()
    const body = JSON.stringify({ error: { message: 'out of memory', type: 'server_error', code: 500 } })
    upstream.follow(async (exchange) => void (await exchange.write(jsonResponse(body))))
    const response = bench.chat()
    const remark = await expectGatewayError(response)
    check(response.text().includes('out of memory'), "the upstream's message is lost")
    return remark
  },
}

const errorEvent: ConformanceCase = {
  name: 'error-event-in-a-stream',
  async run(bench) {
    const upstream = await bench.upstream()
    const event = `data: ${JSON.stringify({ error: { message: 'out of memory' } })}\n\n`
    const text = delta('one') + event + DONE
    upstream.follow(async (exchange) => {
      await exchange.write(Buffer.concat([Buffer.from(CHUNKED_STREAM), chunk(text), Buffer.from(LAST_CHUNK)]))
    })
    const response = bench.chat({ stream: true })
    check((await response.ended()) === 'complete', 'the stream was cut')
    check(response.text() === text, 'what arrived is not what was sent')
  },
}

const ENDLESS_BYTES = 64 * 1024 * 1024

const endlessHeaders: ConformanceCase = {
  name: 'endless-headers',
  async run(bench) {
    const upstream = await bench.upstream()
    let written = 0
    upstream.follow(async (exchange) => {
      await exchange.write('HTTP/1.1 200 OK\r\n')
      const lines = Buffer.from(`x-endless: ${'a'.repeat(1000)}\r\n`.repeat(16))
      while (written < ENDLESS_BYTES && (await exchange.write(lines))) written += lines.length
    })
    const remark = await expectGatewayError(bench.chat())
    const exchange = await upstream.exchange(0)
    await bench.within(exchange.closed, 'the end of the connection that sends headers without end')
    check(written < ENDLESS_BYTES, 'all of the headers were read')
    return remark
  },
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const slowDrip: ConformanceCase = {
  name: 'slow-drip',
  async run(bench) {
    const upstream = await bench.upstream()
    const text = delta('Grüße 🚀') + delta('\n') + DONE
    upstream.follow(async (exchange) => {
      const usage = wantsUsage(exchange) ? usageEvent() : ''
      const wire =
        CHUNKED_STREAM + chunk(delta('Grüße 🚀') + delta('\n') + usage + DONE).toString() + LAST_CHUNK
      for (const byte of Buffer.from(wire)) {
        await exchange.write(Buffer.of(byte))
        await tick()
      }
    })
    const response = bench.chat({ stream: true })
    check((await response.ended()) === 'complete', 'the stream was cut')
    check(response.text() === text, `what arrived is not what was sent: ${JSON.stringify(response.text())}`)
  },
}

const earlyHints: ConformanceCase = {
  name: 'early-hints',
  async run(bench) {
    const upstream = await bench.upstream()
    upstream.follow(async (exchange) => {
      await exchange.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')
      await exchange.write(jsonResponse(wholeReply))
    })
    const response = bench.chat()
    check((await response.ended()) === 'complete', 'the response was cut')
    check(response.status() === 200 && response.text() === wholeReply, `status ${response.status()}`)
  },
}

const redirect: ConformanceCase = {
  name: 'redirect',
  async run(bench) {
    const upstream = await bench.upstream()
    const location = `http://127.0.0.1:${upstream.port}/elsewhere`
    const head = `HTTP/1.1 307 Temporary Redirect\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`
    upstream.follow(async (exchange) => void (await exchange.write(head)))
    const remark = await expectGatewayError(bench.chat())
    const isFollowed = upstream.exchanges.some(({ request }) => request.startLine.includes('elsewhere'))
    check(!isFollowed, 'the redirect was followed')
    return remark
  },
}

const typedTwice: ConformanceCase = {
  name: 'content-type-twice',
  async run(bench) {
    const upstream = await bench.upstream()
    const type = 'Content-Type: text/event-stream\r\n'
    upstream.follow(async (exchange) => {
      await exchange.write(`HTTP/1.1 200 OK\r\n${type}${type}Connection: close\r\n\r\n${delta('one')}`)
      exchange.end()
    })
    return expectNoCleanEnd(bench.chat({ stream: true }))
  },
}

const CLOSING_REQUESTS = 20

/** It announces nothing, as some engines do after a stream: a gateway may have sent the next request by then. */
const closesAfterResponse: ConformanceCase = {
  name: 'closes-after-response',
  async run(bench) {
    const upstream = await bench.upstream()
    upstream.follow(async (exchange) => {
      await serveWell(exchange)
      exchange.end()
    })
    for (let sent = 0; sent < CLOSING_REQUESTS; sent += 1) {
      const response = bench.chat({ stream: sent % 2 === 0 })
      const ending = await response.ended()
      check(response.status() === 200 && ending === 'complete', `status ${response.status()} (${ending})`)
    }
  },
}

const stream = true

export const oddResponseCases: readonly ConformanceCase[] = [
  garbage,
  gzip('gzip-body', 'application/json', wholeReply, {}),
  gzip('gzip-stream', 'text/event-stream', delta('one') + DONE, { stream }),
  errorBody,
  errorEvent,
  endlessHeaders,
  slowDrip,
  earlyHints,
  redirect,
  typedTwice,
  closesAfterResponse,
]
