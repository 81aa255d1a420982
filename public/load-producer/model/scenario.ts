/** A card of the Load Producer: what is asked of whom, how often, and what counts as good enough. */
import * as z from 'zod/mini'
import { arrivalSchema, MAX_PARALLEL, type Arrival } from './arrival.ts'
import { apiKey, check, decimal, flag, httpUrl, text, wholeNumber, type Checked } from './field-schemas.ts'

const milliseconds = z.nullable(decimal(0.1, 3_600_000))

/** Limits in milliseconds that a request must keep to be good; null asks nothing. */
const objectives = z.strictObject({
  ttftMs: milliseconds,
  tpotMs: milliseconds,
  e2eMs: milliseconds,
  /** The card passes when so many percent of its requests are good. */
  goalPercent: decimal(0, 100),
})
export type Objectives = z.infer<typeof objectives>

export const scenarioSchema = z.strictObject({
  name: text(80, 1),
  /** The base, such as http://localhost:8090/v1, or the chat completions URL itself. */
  url: httpUrl,
  /** Sent as a bearer credential; never exported. */
  key: apiKey,
  /** Empty asks the target when the card starts, and takes the first that it lists. */
  model: text(200),
  systemPrompt: text(200_000),
  userPrompt: text(1_000_000, 1),
  /** 0 is endless: until stopped, or until the sweep or trace ends. */
  requests: wholeNumber(0, 10_000_000),
  /** In flight at once. An arrival that finds all taken waits, and its waiting counts as latency. */
  maxParallel: wholeNumber(1, MAX_PARALLEL),
  arrival: arrivalSchema,
  /** null leaves it to the backend; a replayed trace brings its own. */
  maxTokens: z.nullable(wholeNumber(1, 1_000_000)),
  temperature: z.nullable(decimal(0, 2)),
  /** vLLM's `priority`: lower is earlier. null sends none. */
  priority: z.nullable(wholeNumber(-1_000_000, 1_000_000)),
  stream: flag,
  /** Sent to the backend, and makes arrivals and prompts repeatable. null sends none. */
  seed: z.nullable(wholeNumber(0, 2_147_483_647)),
  /** Opens each prompt as `[marker #number]`, so that no two are alike and no cache answers; empty leaves prompts alike. */
  batchMarker: text(80),
  /** Of one request, from when it is sent; also the longest that an arrival waits for its turn. Seconds. */
  timeoutS: decimal(0.1, 3_600),
  slo: objectives,
})

export type Scenario = z.infer<typeof scenarioSchema>

export const defaultScenario: Scenario = {
  name: 'scenario',
  url: 'http://localhost:8090/v1',
  key: '',
  model: '',
  systemPrompt: '',
  userPrompt: 'Explain in a few sentences how a load balancer decides where a request goes.',
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

/** What may be saved and shown to others. */
export function withoutKey(scenario: Scenario): Omit<Scenario, 'key'> {
  const shared: Partial<Scenario> = { ...scenario }
  delete shared.key
  return shared as Omit<Scenario, 'key'>
}

export const checkScenario = (value: unknown): Checked<Scenario> => check(scenarioSchema, value)

const appliesOnRestart = new Set<keyof Scenario>(['url', 'model', 'stream', 'seed', 'slo'])

const hasPlainRate = ({ kind }: Arrival): boolean => kind === 'constant' || kind === 'poisson'

/**
 * Whether a change of a field reaches a run that is under way; else it waits for the next start. Prompts, limits
 * and counts apply to the requests sent from then on; a rate changes from that moment. What would mix two
 * experiments in one result (another target, other limits of what is good, another kind of arrival) waits.
 */
function appliesLive(field: keyof Scenario, running: Scenario, edited: Scenario): boolean {
  if (appliesOnRestart.has(field)) return false
  if (field !== 'arrival') return true
  return hasPlainRate(running.arrival) && hasPlainRate(edited.arrival)
}

/** The scenario that a run goes on with after an edit. */
export function mergeLiveEdits(running: Scenario, edited: Scenario): Scenario {
  const merged = { ...edited }
  const keep = <Field extends keyof Scenario>(field: Field): void => void (merged[field] = running[field])
  for (const field of Object.keys(edited) as (keyof Scenario)[]) {
    if (!appliesLive(field, running, edited)) keep(field)
  }
  return merged
}

/** Fields whose edits wait for the next start, for a note on the card. */
export const waitingFields = (running: Scenario, edited: Scenario): (keyof Scenario)[] =>
  (Object.keys(edited) as (keyof Scenario)[]).filter(
    (field) =>
      JSON.stringify(running[field]) !== JSON.stringify(edited[field]) &&
      // What was found for a scenario that names no model is no edit.
      !(field === 'model' && edited.model === '') &&
      !appliesLive(field, running, edited),
  )
