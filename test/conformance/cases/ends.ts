// The end of a process: an upstream's crash and the gateway's graceful shutdown.
import {
  chunk,
  CHUNKED_STREAM,
  delta,
  DONE,
  expectBrokenStream,
  expectService,
  isStream,
  jsonResponse,
  LAST_CHUNK,
  serveWell,
  wholeReply,
} from '../responses.ts'
import { check, type ConformanceCase } from '../conformance-case.ts'
import type { RawResponse } from '../raw-client.ts'
import type { Script, ScriptedUpstream } from '../scripted-upstream.ts'

/** A script that starts a response and completes it after `release`. */
function createHold() {
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => (release = resolve))
  const script: Script = async (exchange) => {
    if (isStream(exchange)) {
      await exchange.write(CHUNKED_STREAM)
      await exchange.write(chunk(delta('one')))
      await released
      await exchange.write(Buffer.concat([chunk(delta('two')), chunk(DONE), Buffer.from(LAST_CHUNK)]))
    } else {
      await released
      await exchange.write(jsonResponse(wholeReply))
    }
  }
  return { script, release: () => release() }
}

const begun = (response: RawResponse): Promise<void> =>
  response.until('the first event', () => response.text().includes('one'))

const STREAMS = 8

/** A stream whose first event names its upstream. */
const named =
  (name: string, rest: Promise<void>): Script =>
  async (exchange) => {
    await exchange.write(CHUNKED_STREAM)
    await exchange.write(chunk(delta(`one of ${name}`)))
    await rest
    await exchange.write(Buffer.concat([chunk(DONE), Buffer.from(LAST_CHUNK)]))
  }

const crash: ConformanceCase = {
  name: 'upstream-crash',
  needs: 'upstreams',
  async run(bench) {
    const [doomed, well] = (await bench.upstreams(2)) as [ScriptedUpstream, ScriptedUpstream]
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    doomed.follow(named('doomed', released))
    well.follow(named('well', released))
    const responses = Array.from({ length: STREAMS }, () => bench.chat({ stream: true }))
    await Promise.all(responses.map(begun))
    check(doomed.exchanges.length > 0 && well.exchanges.length > 0, 'one upstream got all of the requests')
    doomed.crash()
    const cut = responses.filter((response) => response.text().includes('doomed'))
    await Promise.all(cut.map(expectBrokenStream))
    release()
    for (const response of responses.filter((one) => !cut.includes(one))) {
      check((await response.ended()) === 'complete', 'a stream of the other upstream was cut')
      check(response.text().endsWith(DONE), 'a stream of the other upstream lost its end')
    }
    well.follow(serveWell)
    for (let one = 0; one < STREAMS; one += 1) await expectService(bench.chat)
    return `${cut.length} of ${STREAMS} streams broken, none ended clean`
  },
}

const drain: ConformanceCase = {
  name: 'drain',
  needs: 'process',
  async run(bench) {
    const { process } = bench
    if (!process) throw new Error('no process')
    const upstream = await bench.upstream()
    const hold = createHold()
    upstream.follow(hold.script)
    const stream = bench.chat({ stream: true })
    await begun(stream)
    const unstreamed = bench.chat()
    await bench.within(upstream.exchange(1), 'the second request at the upstream')

    // Serves requests that arrive before the signal is handled.
    upstream.follow(serveWell)
    process.terminate()
    await bench.poll('the refusal of new requests', async () => {
      const late = bench.chat()
      const isCut = (await late.ended()) === 'cut'
      return isCut || late.status() === 503
    })
    hold.release()
    check((await stream.ended()) === 'complete', 'the open stream was cut')
    check(stream.text() === delta('one') + delta('two') + DONE, 'the open stream lost bytes')
    check((await unstreamed.ended()) === 'complete', 'the open request was cut')
    check(unstreamed.text() === wholeReply, 'the open request lost its response')
    check(unstreamed.header('connection') === 'close', 'its client got no connection: close')
    await bench.poll("the process's end", () => process.hasEnded())
  },
}

export const crashCases = [crash]
/** Ends the gateway: nothing can follow. */
export const drainCases = [drain]
