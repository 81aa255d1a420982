// Client aborts: in every phase the upstream's connection is cut at once and the slot becomes free.
import {
  CHUNKED_STREAM,
  chunk,
  delta,
  expectService,
  jsonResponse,
  serveWell,
  wholeReply,
} from '../responses.ts'
import { check, type Bench, type ConformanceCase } from '../conformance-case.ts'
import { within } from '../patience.ts'
import type { RawResponse } from '../raw-client.ts'
import type { Script, ScriptedUpstream } from '../scripted-upstream.ts'

const silence: Script = () => undefined

/** @param script - stops in the phase under test. @param arrive - resolves once the client is in that phase. */
async function abort(
  bench: Bench,
  fields: object,
  script: Script,
  arrive: (response: RawResponse) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  // With one slot the next request is served only after this one's slot is free.
  const upstream = await bench.upstream({ maxConcurrent: 1 })
  upstream.follow(script)
  const response = bench.chat(fields)
  const exchange = await bench.within(upstream.exchange(0), 'the request at the upstream')
  await arrive(response)
  const startMs = performance.now()
  response.leave()
  await within(exchange.closed, 'the cut at the upstream', bench.patience.cutMs)
  const tookMs = Math.round(performance.now() - startMs)
  upstream.follow(serveWell)
  await expectService(bench.chat)
  return `cut after ${tookMs} ms`
}

const beforeFirstByte: ConformanceCase = {
  name: 'client-abort-before-first-byte',
  run: (bench) => abort(bench, { stream: true }, silence),
}

const afterHeaders: ConformanceCase = {
  name: 'client-abort-after-upstream-headers',
  run: (bench) => {
    let headIsOut = (): void => undefined
    const head = new Promise<void>((resolve) => (headIsOut = resolve))
    const script: Script = async (exchange) => {
      await exchange.write(CHUNKED_STREAM)
      headIsOut()
    }
    return abort(bench, { stream: true }, script, () => bench.within(head, 'the head'))
  },
}

const midStream: ConformanceCase = {
  name: 'client-abort-mid-stream',
  run: (bench) =>
    abort(
      bench,
      { stream: true },
      async (exchange) => {
        await exchange.write(CHUNKED_STREAM)
        await exchange.write(chunk(delta('one')))
      },
      (response) => response.until('the first event', () => response.text().includes('one')),
    ),
}

const unstreamed: ConformanceCase = {
  name: 'client-abort-unstreamed',
  run: (bench) => abort(bench, {}, silence),
}

async function waitInQueue(bench: Bench, upstream: ScriptedUpstream): Promise<RawResponse> {
  await bench.within(upstream.exchange(0), 'the first request at the upstream')
  const response = bench.chat()
  await bench.poll('a request in the queue', async () => (await bench.gateway.figures?.queued()) === 1)
  return response
}

const queued: ConformanceCase = {
  name: 'client-abort-queued',
  needs: 'figures',
  async run(bench) {
    const upstream = await bench.upstream({ maxConcurrent: 1 })
    upstream.follow(silence)
    const first = bench.chat()
    const second = await waitInQueue(bench, upstream)
    second.leave()
    await bench.poll('an empty queue', async () => (await bench.gateway.figures?.queued()) === 0)
    upstream.follow(serveWell)
    await (await upstream.exchange(0)).write(jsonResponse(wholeReply))
    check((await first.ended()) === 'complete', 'the request that held the slot got no response')
    await expectService(bench.chat)
    check(upstream.exchanges.length === 2, 'the request whose client had left was sent all the same')
    return undefined
  },
}

export const abortCases = [queued, beforeFirstByte, afterHeaders, midStream, unstreamed]
