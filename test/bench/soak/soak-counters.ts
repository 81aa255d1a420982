// Compares, per endpoint, the balancer's counters with those of the backends and of the clients.
//
// Exact, although clients leave and backends fail, because of how the traffic is made:
// - A client that disconnects requests a response far longer than it stays, so no response that a backend finished was
//   aborted by its client. Therefore: successes = responses finished + requests refused as the client's own fault, and the clients saw
//   just as many of each from this endpoint.
// - Tokens: the balancer counts the usage it has seen, a backend that of finished responses. The two differ by responses
//   spoiled after their usage: a chat stream without [DONE], and an embedding without its last brace. All chat streams
//   have one prompt and one length, all embeddings one input, so the hits of these faults give the difference.
// - Where no fault hits a client that leaves (stage apart), each hit is one failure and each failure one hit. Where they
//   mix, a hit request may be left before its failure shows: as many failures may be missing as clients left.
// - Requests: each lease that did not end in its client's leaving has arrived at the backend. Clients that leave have a
//   route of their own for endless responses, so in stage apart what was aborted there are the leases of leavers that
//   arrived; any more of the balancer's were left before the request was on its way.
import type { EndpointView } from '../../../src/contract/endpoint.ts'
import type { Served } from '../../../src/simulation/accounting.ts'
import { countTokens } from '../../../src/simulation/formats/count-tokens.ts'
import { CHAT_PROMPT, CHAT_TOKENS, EMBEDDING_INPUT } from './soak-request.ts'
import type { Soak } from './soak-setup.ts'
import type { Traffic } from './soak-traffic.ts'
import type { Stage } from './soak-faults.ts'

/** What is wrong, a line each; empty where all is right. */
export type Findings = string[]

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0)

/** Tokens that the balancer estimated for streams which their clients left, by type. */
function readEstimated(metrics: string, endpoint: string, type: 'prompt' | 'completion'): number {
  const series = `lb_endpoint_estimated_tokens_total{endpoint="${endpoint}",type="${type}"} `
  return Number(
    metrics
      .split('\n')
      .find((line) => line.startsWith(series))
      ?.slice(series.length) ?? 0,
  )
}

function compareTokens(
  endpoint: EndpointView,
  { total, faults }: Served,
  metrics: string,
  equal: Equal,
): void {
  const estimated = (type: 'prompt' | 'completion'): number => readEstimated(metrics, endpoint.name, type)
  const noDone = faults['no-done'] ?? 0
  const spoiledEmbeddings = faults.malformed ?? 0
  const completion = endpoint.completion_tokens_total - estimated('completion')
  equal('completion tokens', completion, total.completionTokens + noDone * CHAT_TOKENS)
  // Only the embedding of the two malformed responses has usage; its prompt tokens give their number.
  const reported = endpoint.prompt_tokens_total - estimated('prompt')
  const surplus = reported - total.promptTokens - noDone * countTokens(CHAT_PROMPT)
  const each = countTokens(EMBEDDING_INPUT)
  const isExplained = surplus >= 0 && surplus % each === 0 && surplus / each <= spoiledEmbeddings
  equal('prompt tokens that nothing explains', isExplained ? 0 : surplus, 0)
}

type Equal = (what: string, counted: number, expected: number) => void

function compareEndpoint(
  endpoint: EndpointView,
  served: Served,
  traffic: Traffic,
  stage: Stage,
  left: number,
  metrics: string,
): Findings {
  const findings: Findings = []
  const equal: Equal = (what, counted, expected) => {
    if (counted !== expected) findings.push(`${endpoint.name}: ${what}: ${counted}, not ${expected}`)
  }
  const within = (what: string, counted: number, least: number, most: number): void => {
    if (counted < least || counted > most)
      findings.push(`${endpoint.name}: ${what}: ${counted}, not ${least} to ${most}`)
  }
  const { total_requests: requests, total_success: successes, total_failures: failures } = endpoint
  const generation = Object.entries(served.routes).filter(([route]) => route.startsWith('/v1/'))
  const arrived = sum(generation.map(([, totals]) => totals.requests))
  const finished = sum(generation.map(([, totals]) => totals.finished))
  const whole = traffic.whole.get(endpoint.name) ?? 0
  const refused = traffic.refused.get(endpoint.name) ?? 0
  const hits = sum(Object.values(served.faults))

  equal('responses that clients had whole', whole, finished)
  equal('successes', successes, finished + refused)
  compareTokens(endpoint, served, metrics, equal)
  if (stage === 'apart') {
    equal('failures', failures, hits)
    const leftThere = served.routes['/v1/completions']?.aborted ?? 0
    equal('requests that arrived', arrived, successes + failures + leftThere)
  } else {
    within('failures', failures, hits - left, hits)
  }
  within('requests that never arrived', requests - arrived, 0, left)
  equal('in flight', endpoint.inflight, 0)
  equal('running at the backend', served.running + served.waiting, 0)
  return findings
}

/** To be asked when everything has drained. */
export async function compareBooks(soak: Soak, traffic: Traffic, stage: Stage): Promise<Findings> {
  const { endpoints, stats } = await soak.state()
  const left = sum(['left early', 'left mid-stream'].map((outcome) => traffic.outcomes.get(outcome)))
  const findings: Findings = []
  if (stats.total_inflight !== 0) findings.push(`total_inflight: ${stats.total_inflight}`)
  if (stats.queued !== 0) findings.push(`queued: ${stats.queued}`)
  const metrics = await (await fetch(`http://127.0.0.1:${soak.daemon.port}/metrics`)).text()
  for (const backend of soak.backends) {
    const endpoint = endpoints.find(({ id }) => id === backend.id)
    if (endpoint === undefined) throw new Error(`${backend.name} is gone`)
    findings.push(...compareEndpoint(endpoint, await backend.served(), traffic, stage, left, metrics))
  }
  return findings
}
