/** The scenario of a card: target, prompt, load, limits, and which edits apply to a running card. */
import * as z from 'zod/mini'
import { arrivalSchema, MAX_PARALLEL, type Arrival } from './arrival.ts'
import { apiCallNames } from './api-calls.ts'
import { workloadSchema } from './workload.ts'
import { apiKey, check, decimal, flag, httpUrl, text, wholeNumber, type Checked } from './field-schemas.ts'

const milliseconds = z.nullable(decimal(0.1, 3_600_000))

/** Latency limits in milliseconds that a good request must meet; null is no limit. */
const objectives = z.strictObject({
  ttftMs: milliseconds,
  tpotMs: milliseconds,
  e2eMs: milliseconds,
  /** The card meets its goal when at least this percentage of its requests is good. */
  goalPercent: decimal(0, 100),
})
export type Objectives = z.infer<typeof objectives>

export const scenarioSchema = z.strictObject({
  name: text(80, 1),
  /** The base URL, such as http://localhost:8090/v1, or the URL of a call; then its base is taken. */
  url: httpUrl,
  /** Absent in files of the first version. */
  call: z._default(z.enum(apiCallNames), 'chat'),
  /** Sent as a bearer credential; never saved or exported. */
  key: apiKey,
  /** Empty: the first model that the target lists when the card starts. */
  model: text(200),
  systemPrompt: text(200_000),
  userPrompt: text(1_000_000, 1),
  /** What is sent in place of the user prompt. Absent in files of the first version. */
  workload: z._default(workloadSchema, { kind: 'text' }),
  /** 0 is unlimited: the run ends when it is stopped, or with its sweep or trace. */
  requests: wholeNumber(0, 10_000_000),
  /** Maximum number of requests in flight. Further arrivals wait, and their waiting time counts as latency. */
  maxParallel: wholeNumber(1, MAX_PARALLEL),
  arrival: arrivalSchema,
  /** null leaves it to the backend; a replay uses the lengths of its trace. */
  maxTokens: z.nullable(wholeNumber(1, 1_000_000)),
  temperature: z.nullable(decimal(0, 2)),
  /** The `priority` of vLLM: lower is earlier. null sends none. */
  priority: z.nullable(wholeNumber(-1_000_000, 1_000_000)),
  stream: flag,
  /** Sent to the backend; also makes arrivals and prompts repeatable. null sends none. */
  seed: z.nullable(wholeNumber(0, 2_147_483_647)),
  /** Prefix of each prompt, as `[marker #number]`, which makes prompts unique and prevents cache hits; empty adds none. */
  batchMarker: text(80),
  /** Timeout in seconds of one request after it is sent; also the longest time that an arrival may wait to be sent. */
  timeoutS: decimal(0.1, 3_600),
  slo: objectives,
})

export type Scenario = z.infer<typeof scenarioSchema>

export const defaultScenario: Scenario = {
  name: 'scenario',
  url: 'http://localhost:8090/v1',
  call: 'chat',
  key: '',
  model: '',
  systemPrompt: '',
  userPrompt: 'Explain in a few sentences how a load balancer decides where a request goes.',
  workload: { kind: 'text' },
  requests: 100,
  maxParallel: 8,
  arrival: { kind: 'closed' },
  maxTokens: 128,
  temperature: null,
  priority: null,
  stream: true,
  seed: null,
  batchMarker: '',
  timeoutS: 120,
  slo: { ttftMs: null, tpotMs: null, e2eMs: null, goalPercent: 95 },
}

/** @returns the scenario in the form that may be saved and exported. */
export function withoutKey(scenario: Scenario): Omit<Scenario, 'key'> {
  const shared: Partial<Scenario> = { ...scenario }
  delete shared.key
  return shared as Omit<Scenario, 'key'>
}

export const checkScenario = (value: unknown): Checked<Scenario> => check(scenarioSchema, value)

const appliesOnRestart = new Set<keyof Scenario>([
  'url',
  'call',
  'model',
  'workload',
  'stream',
  'seed',
  'slo',
])

const hasPlainRate = ({ kind }: Arrival): boolean => kind === 'constant' || kind === 'poisson'

/**
 * Whether the edit of a field applies to a running card; otherwise it waits for the next start. Prompts, limits and
 * counts apply to requests that are sent later, a rate applies at once. Edits that would mix two experiments in one
 * result (another target, other objectives, another kind of arrival) wait.
 */
function appliesLive(field: keyof Scenario, running: Scenario, edited: Scenario): boolean {
  if (appliesOnRestart.has(field)) return false
  if (field !== 'arrival') return true
  return hasPlainRate(running.arrival) && hasPlainRate(edited.arrival)
}

/** @returns the scenario with which a run continues after an edit. */
export function mergeLiveEdits(running: Scenario, edited: Scenario): Scenario {
  const merged = { ...edited }
  const keep = <Field extends keyof Scenario>(field: Field): void => void (merged[field] = running[field])
  for (const field of Object.keys(edited) as (keyof Scenario)[]) {
    if (!appliesLive(field, running, edited)) keep(field)
  }
  return merged
}

/** @returns the fields whose edits wait for the next start. */
export const waitingFields = (running: Scenario, edited: Scenario): (keyof Scenario)[] =>
  (Object.keys(edited) as (keyof Scenario)[]).filter(
    (field) =>
      JSON.stringify(running[field]) !== JSON.stringify(edited[field]) &&
      // The running scenario holds the discovered model; an empty model in the edited one is not an edit.
      !(field === 'model' && edited.model === '') &&
      !appliesLive(field, running, edited),
  )
