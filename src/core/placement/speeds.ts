// How quickly endpoints have read prompts and decoded: an endpoint that has shown nothing is taken for one like the others.
import type { EndpointRuntime } from '../state/endpoint-runtime.ts'
import { createSpeedSamples, type EndpointWork, type SpeedSamples } from './endpoint-work.ts'
import { addSample, medianOf } from './recent-median.ts'

export interface Speeds {
  /** Milliseconds for each uncached prompt token. */
  prefillMs(endpoint: EndpointRuntime): number
  /** Milliseconds that each request takes beside its prompt. */
  overheadMs(endpoint: EndpointRuntime): number
  /** Milliseconds by which each stream that the endpoint decodes delays the tokens of the others. */
  decodeMs(endpoint: EndpointRuntime): number
  /** Mean uncached prompt tokens of a request; assumed while no response has told any. */
  meanTokens(): number
  /** @param tokens - uncached, of the request and of those before it, that were read in `ms`. @param own - those of the request. */
  learnPrefill(endpoint: EndpointRuntime, tokens: number, own: number, ms: number): void
  /** @param decodes - streams at the endpoint, each of which got a token every `ms`. */
  learnDecode(endpoint: EndpointRuntime, decodes: number, ms: number): void
}

/** Where nothing is known of any endpoint. */
const FIRST_MS = { prefillMs: 0.1, overheadMs: 0, decodeMs: 1 }
const FIRST_MEAN_TOKENS = 512
/** Less work than this many tokens tells of the overhead, more tells of the speed. */
const MANY_TOKENS = 512
/** At least this part of a time counts as reading. */
const MIN_READING = 0.25
const SMOOTHING = 0.05

type Speed = keyof SpeedSamples

/** The medians of all endpoints together, each computed when it is read after a sample. */
function createFleetSpeeds() {
  const samples = createSpeedSamples()
  const current: Partial<Record<Speed, number | undefined>> = {}
  return {
    add(speed: Speed, ms: number, weight: number) {
      addSample(samples[speed], ms, weight)
      current[speed] = undefined
    },
    of(speed: Speed): number {
      const median = (current[speed] ??= medianOf(samples[speed]))
      return Number.isNaN(median) ? FIRST_MS[speed] : median
    },
  }
}

export function createSpeeds(): Speeds {
  const fleet = createFleetSpeeds()
  let meanTokens = NaN
  const read = (speed: Speed, ownMs: number): number => (Number.isNaN(ownMs) ? fleet.of(speed) : ownMs)
  const prefillMs = ({ work }: EndpointRuntime): number => read('prefillMs', work.prefillMs)
  const overheadMs = ({ work }: EndpointRuntime): number => read('overheadMs', work.overheadMs)
  const decodeMs = ({ work }: EndpointRuntime): number => read('decodeMs', work.decodeMs)
  const learn = (work: EndpointWork, speed: Speed, ms: number, weight: number): void => {
    addSample(work.samples[speed], ms, weight)
    work[speed] = medianOf(work.samples[speed])
    fleet.add(speed, ms, weight)
  }
  return {
    prefillMs,
    overheadMs,
    decodeMs,
    meanTokens: () => (Number.isNaN(meanTokens) ? FIRST_MEAN_TOKENS : meanTokens),
    learnPrefill(endpoint, tokens, own, ms) {
      meanTokens = Number.isNaN(meanTokens) ? own : meanTokens + (own - meanTokens) * SMOOTHING
      const { work } = endpoint
      if (tokens < MANY_TOKENS) learn(work, 'overheadMs', Math.max(0, ms - tokens * prefillMs(endpoint)), 1)
      else {
        const readingMs = Math.max(ms * MIN_READING, ms - overheadMs(endpoint))
        learn(work, 'prefillMs', readingMs / tokens, tokens)
      }
    },
    learnDecode: ({ work }, decodes, ms) => learn(work, 'decodeMs', ms / decodes, 1),
  }
}
