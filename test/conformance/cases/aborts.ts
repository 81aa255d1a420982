// The client leaves: the upstream sees it at once, in whichever phase, and the slot is free again.
import { CHUNKED_STREAM, chunk, delta, expectService, jsonAnswer, serveWell, wholeReply } from '../answers.ts'
import { check, type Bench, type ConformanceCase } from '../conformance-case.ts'
import { within } from '../patience.ts'
import type { RawAnswer } from '../raw-client.ts'
import type { Script, ScriptedUpstream } from '../scripted-upstream.ts'

const silence: Script = () => undefined

/** @param script - leaves the request unanswered at the phase in question. @param arrive - resolves once the client is in it. */
async function abort(
  bench: Bench,
  fields: object,
  script: Script,
  arrive: (answer: RawAnswer) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  // One slot, so that the next request is served only where this one's is free again.
  const upstream = await bench.upstream({ maxConcurrent: 1 })
  upstream.follow(script)
  const answer = bench.chat(fields)
  const exchange = await bench.within(upstream.exchange(0), 'the request at the upstream')
  await arrive(answer)
  const startMs = performance.now()
  answer.leave()
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
      (answer) => answer.until('the first event', () => answer.text().includes('one')),
    ),
}

const unstreamed: ConformanceCase = {
  name: 'client-abort-unstreamed',
  run: (bench) => abort(bench, {}, silence),
}

async function waitInQueue(bench: Bench, upstream: ScriptedUpstream): Promise<RawAnswer> {
  await bench.within(upstream.exchange(0), 'the first request at the upstream')
  const answer = bench.chat()
  await bench.poll('a request in the queue', async () => (await bench.gateway.figures?.queued()) === 1)
  return answer
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
    await (await upstream.exchange(0)).write(jsonAnswer(wholeReply))
    check((await first.ended()) === 'complete', 'the request that held the slot was not answered')
    await expectService(bench.chat)
    check(upstream.exchanges.length === 2, 'the request whose client had left was sent all the same')
    return undefined
  },
}

export const abortCases = [queued, beforeFirstByte, afterHeaders, midStream, unstreamed]
