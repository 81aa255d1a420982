/** Builds the HTTP call of one request from a scenario. */
import type { HttpCall } from '../transport/transport.ts'
import type { Dataset } from '../prompts/dataset.ts'
import { makePrompt } from '../prompts/make-prompt.ts'
import { promptContent, type PromptContent } from '../prompts/prompt-content.ts'
import { baseOf, isStream, urlOf } from '../model/api-calls.ts'
import type { Scenario } from '../model/scenario.ts'
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

/** What the prompts of a card may come from, beside its own text. */
export interface PromptSources {
  readonly trace?: Trace | undefined
  readonly dataset?: Dataset | undefined
}

/** The marker opens the prompt, except of generated ones: these differ anyway, and it would precede what they share. */
function marked({ batchMarker, workload }: Scenario, { number }: Job, text: string): string {
  return batchMarker === '' || workload.kind === 'generated' ? text : `[${batchMarker} #${number}] ${text}`
}

function contentOf(
  scenario: Scenario,
  job: Job,
  { trace, dataset }: PromptSources,
  seed: number,
): PromptContent {
  const { row } = job
  const plain = { system: '', history: [] }
  if (row === undefined || !trace)
    return (
      promptContent(scenario.workload, job.number, dataset, seed) ?? {
        ...plain,
        text: scenario.userPrompt,
        maxTokens: null,
      }
    )
  return {
    ...plain,
    text: makePrompt(trace.inputTokens[row] ?? 1, trace.blocks(row), seed + row),
    maxTokens: Math.max(1, trace.outputTokens[row] ?? 1),
  }
}

/** Whether every request of the card is the same. */
const isUniform = ({ arrival, workload, batchMarker }: Scenario): boolean =>
  arrival.kind !== 'replay' && workload.kind === 'text' && batchMarker === ''

/**
 * @param seed - for generated prompts.
 * @returns a function that makes the call of a job: what calls have in common is made once, the whole call where all are the same.
 */
export function createCallMaker(
  scenario: Scenario,
  sources: PromptSources,
  seed: number,
): (job: Job) => HttpCall {
  const { key, model, systemPrompt, temperature, priority } = scenario
  const stream = isStream(scenario)
  const { body, headers = {}, keyHeader } = calls[scenario.call]
  const shared = {
    url: urlOf(scenario),
    method: 'POST' as const,
    headers: {
      'content-type': 'application/json',
      accept: stream ? 'text/event-stream' : 'application/json',
      ...headers,
      ...credentials(key, keyHeader),
    },
    stream,
    timeoutMs: scenario.timeoutS * 1000,
  }
  const make = (job: Job): HttpCall => {
    const content = contentOf(scenario, job, sources, seed)
    const prompt = {
      system: content.system === '' ? systemPrompt : content.system,
      history: content.history,
      text: marked(scenario, job, content.text),
      maxTokens: content.maxTokens ?? scenario.maxTokens,
      temperature,
      seed: scenario.seed,
      stream,
    }
    return {
      ...shared,
      body: JSON.stringify({ model, ...body(prompt), ...(priority === null ? {} : { priority }) }),
    }
  }
  if (!isUniform(scenario)) return make
  let same: HttpCall | undefined
  return (job) => (same ??= make(job))
}

/** Builds the call of GET /models of a target. */
export function modelsCall(url: string, key: string): HttpCall {
  return {
    url: `${baseOf(url)}/models`,
    method: 'GET',
    headers: { accept: 'application/json', ...credentials(key) },
    stream: false,
    timeoutMs: 10_000,
  }
}
