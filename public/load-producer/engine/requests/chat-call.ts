/** Builds the HTTP call of one request from a scenario. */
import type { BridgeCall } from '../bridge/bridge-client.ts'
import { makePrompt } from './make-prompt.ts'
import type { Scenario } from '../../model/scenario.ts'
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

const CHAT_PATH = '/chat/completions'

const withoutSlashes = (url: string): string => url.replace(/(?<!\/)\/+$/, '')

const chatUrl = (url: string): string => {
  const base = withoutSlashes(url)
  return base.endsWith(CHAT_PATH) ? base : base + CHAT_PATH
}

const credentials = (key: string): Record<string, string> =>
  key === '' ? {} : { authorization: `Bearer ${key}` }

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
export function chatCall(scenario: Scenario, job: Job, trace: Trace | undefined, seed: number): BridgeCall {
  const { key, model, systemPrompt, temperature, priority, stream, batchMarker } = scenario
  const { prompt, maxTokens } = contentOf(scenario, job, trace, seed)
  const marked = batchMarker === '' ? prompt : `[${batchMarker} #${job.number}] ${prompt}`
  const body = {
    model,
    messages: [
      ...(systemPrompt === '' ? [] : [{ role: 'system', content: systemPrompt }]),
      { role: 'user', content: marked },
    ],
    ...(maxTokens === null ? {} : { max_tokens: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(priority === null ? {} : { priority }),
    ...(scenario.seed === null ? {} : { seed: scenario.seed }),
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }
  return {
    url: chatUrl(scenario.url),
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
      ...credentials(key),
    },
    body: JSON.stringify(body),
    stream,
    timeoutMs: scenario.timeoutS * 1000,
  }
}

/** Builds the call of GET /models of a target. */
export function modelsCall(url: string, key: string): BridgeCall {
  const base = withoutSlashes(url)
  return {
    url: `${base.endsWith(CHAT_PATH) ? base.slice(0, -CHAT_PATH.length) : base}/models`,
    method: 'GET',
    headers: { accept: 'application/json', ...credentials(key) },
    stream: false,
    timeoutMs: 10_000,
  }
}
