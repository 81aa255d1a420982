/** Builds the HTTP call of one request from a scenario. */
import type { BridgeCall } from '../bridge/bridge-client.ts'
import { makePrompt } from './make-prompt.ts'
import { baseOf, isStream, urlOf } from '../../model/api-calls.ts'
import type { Scenario } from '../../model/scenario.ts'
import { calls } from '../calls/calls.ts'
import type { Trace } from '../traces/trace.ts'

export interface Job {
  /** From 1. */
  readonly number: number
  /** Due time on the clock of the engine, in milliseconds. */
  readonly scheduledAtMs: number
  /** Name of the step of a sweep; empty for other arrivals. */
  readonly step: string
  /** Index of the trace row that holds the lengths; only for a replay. */
  readonly row?: number
}

const credentials = (key: string, keyHeader?: string): Record<string, string> =>
  key === ''
    ? {}
    : { authorization: `Bearer ${key}`, ...(keyHeader === undefined ? {} : { [keyHeader]: key }) }

interface Content {
  readonly prompt: string
  readonly maxTokens: number | null
}

function contentOf(scenario: Scenario, job: Job, trace: Trace | undefined, seed: number): Content {
  const { row } = job
  if (row === undefined || !trace) return { prompt: scenario.userPrompt, maxTokens: scenario.maxTokens }
  return {
    prompt: makePrompt(trace.inputTokens[row] ?? 1, trace.blocks(row), seed + row),
    maxTokens: Math.max(1, trace.outputTokens[row] ?? 1),
  }
}

/** @param seed - for generated prompts. */
export function makeCall(scenario: Scenario, job: Job, trace: Trace | undefined, seed: number): BridgeCall {
  const { key, model, systemPrompt, temperature, priority, batchMarker } = scenario
  const { prompt, maxTokens } = contentOf(scenario, job, trace, seed)
  const text = batchMarker === '' ? prompt : `[${batchMarker} #${job.number}] ${prompt}`
  const stream = isStream(scenario)
  const { body, headers = {}, keyHeader } = calls[scenario.call]
  return {
    url: urlOf(scenario),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
      ...headers,
      ...credentials(key, keyHeader),
    },
    body: JSON.stringify({
      model,
      ...body({ system: systemPrompt, text, maxTokens, temperature, seed: scenario.seed, stream }),
      ...(priority === null ? {} : { priority }),
    }),
    stream,
    timeoutMs: scenario.timeoutS * 1000,
  }
}

/** Builds the call of GET /models of a target. */
export function modelsCall(url: string, key: string): BridgeCall {
  return {
    url: `${baseOf(url)}/models`,
    method: 'GET',
    headers: { accept: 'application/json', ...credentials(key) },
    stream: false,
    timeoutMs: 10_000,
  }
}
