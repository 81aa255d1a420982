// Usage: the client receives it exactly if it requested it, and the endpoint is charged exactly once.
import { chunk, CHUNKED_STREAM, delta, DONE, LAST_CHUNK, serveWell, usage, usageEvent } from '../responses.ts'
import { check, type Bench, type ConformanceCase } from '../conformance-case.ts'
import type { RawResponse } from '../raw-client.ts'
import type { Script } from '../scripted-upstream.ts'

const withUsage = { stream: true, stream_options: { include_usage: true } }

const countUsage = (response: RawResponse): number => response.text().split(usageEvent()).length - 1

async function expectCharge(bench: Bench): Promise<string | undefined> {
  const { figures } = bench.gateway
  if (!figures) return undefined
  // The charge is booked shortly after the end of the response.
  await bench.poll('the charge', async () => (await figures.completionTokens()) > 0)
  await bench.poll('the end of the request', async () => (await figures.inflight()) === 0)
  const charged = await figures.completionTokens()
  check(
    charged === usage.completion_tokens,
    `charged ${charged} tokens instead of ${usage.completion_tokens}`,
  )
  return `charged ${charged} tokens`
}

const usageCase = (name: string, script: Script, fields: object, seen: number): ConformanceCase => ({
  name,
  async run(bench) {
    const upstream = await bench.upstream()
    upstream.follow(script)
    const response = bench.chat(fields)
    check((await response.ended()) === 'complete', 'the response was cut')
    const count = countUsage(response)
    check(count === seen, `${count} events of usage reached the client instead of ${seen}`)
    return expectCharge(bench)
  },
})

/** Sends usage in an event with text, as vLLM's continuous_usage_stats does, and then twice in an event of its own. */
const repeated: Script = async (exchange) => {
  const early = delta('one').replace(
    /\}\n\n$/,
    `,"usage":${JSON.stringify({ ...usage, completion_tokens: 1 })}}\n\n`,
  )
  const text = early + usageEvent() + usageEvent() + DONE
  await exchange.write(Buffer.concat([Buffer.from(CHUNKED_STREAM), chunk(text), Buffer.from(LAST_CHUNK)]))
}

export const usageCases: readonly ConformanceCase[] = [
  usageCase('usage-where-the-client-asked', serveWell, withUsage, 1),
  usageCase('no-usage-where-the-client-did-not-ask', serveWell, { stream: true }, 0),
  usageCase('usage-of-an-unstreamed-response', serveWell, {}, 0),
  usageCase('usage-said-again-and-again', repeated, withUsage, 2),
  usageCase('unwanted-usage-said-again-and-again', repeated, { stream: true }, 0),
]
