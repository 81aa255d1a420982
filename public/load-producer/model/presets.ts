/** Ready-made experiments by category. Each creates cards for the target of an existing card. */
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'

export interface Preset {
  readonly id: string
  readonly category: 'Latency' | 'Throughput' | 'Limits' | 'Fairness' | 'Endurance'
  readonly name: string
  /** The question that the experiment answers, as UI text. */
  readonly question: string
  /** The fields of each card that differ from the card of the target. */
  readonly cards: readonly Partial<Scenario>[]
}

const noLimits = { ttftMs: null, tpotMs: null, e2eMs: null, goalPercent: 95 }

export const presets: readonly Preset[] = [
  {
    id: 'latency-baseline',
    category: 'Latency',
    name: 'Latency baseline',
    question: 'How fast is one request when nothing else is going on?',
    cards: [
      {
        name: 'baseline',
        requests: 100,
        maxParallel: 1,
        arrival: { kind: 'closed' },
        stream: true,
        batchMarker: 'baseline',
      },
    ],
  },
  {
    id: 'ttfb-streaming',
    category: 'Latency',
    name: 'TTFB streaming',
    question: 'How soon does a stream begin, under a light and steady load?',
    cards: [
      {
        name: 'ttfb-stream',
        requests: 300,
        maxParallel: 64,
        arrival: { kind: 'constant', ratePerS: 5 },
        stream: true,
        maxTokens: 16,
        batchMarker: 'ttfb',
        slo: { ...noLimits, ttftMs: 500 },
      },
    ],
  },
  {
    id: 'max-throughput',
    category: 'Throughput',
    name: 'Maximum throughput',
    question: 'How many tokens a second are there when as much as possible is asked for?',
    cards: [
      {
        name: 'max-throughput',
        requests: 2_000,
        maxParallel: 256,
        arrival: { kind: 'closed' },
        stream: true,
        maxTokens: 256,
        batchMarker: 'throughput',
      },
    ],
  },
  {
    id: 'parallel-scan',
    category: 'Throughput',
    name: 'Parallel scan',
    question: 'At how many parallel requests does latency begin to pay for throughput?',
    cards: [
      {
        name: 'parallel-scan',
        requests: 0,
        arrival: {
          kind: 'sweep',
          over: 'parallel',
          from: 1,
          to: 128,
          steps: 8,
          stepS: 20,
          spacing: 'geometric',
        },
        stream: true,
        batchMarker: 'scan',
        slo: { ...noLimits, ttftMs: 1_000, tpotMs: 50 },
      },
    ],
  },
  {
    id: 'rate-scan',
    category: 'Throughput',
    name: 'Rate scan',
    question: 'Up to which rate of independent users are the limits kept?',
    cards: [
      {
        name: 'rate-scan',
        requests: 0,
        maxParallel: 1_000,
        arrival: { kind: 'sweep', over: 'rate', from: 1, to: 32, steps: 6, stepS: 30, spacing: 'geometric' },
        stream: true,
        batchMarker: 'rate',
        slo: { ...noLimits, ttftMs: 1_000, tpotMs: 50 },
      },
    ],
  },
  {
    id: 'knee',
    category: 'Throughput',
    name: 'Knee',
    question: 'What is the highest rate that still meets the limits?',
    cards: [
      {
        name: 'knee',
        requests: 0,
        maxParallel: 1_000,
        arrival: { kind: 'knee', fromPerS: 1, toPerS: 256, stepS: 20, precisionPercent: 10 },
        stream: true,
        batchMarker: 'knee',
        slo: { ...noLimits, ttftMs: 1_000, tpotMs: 50 },
      },
    ],
  },
  {
    id: 'rpm-limit',
    category: 'Limits',
    name: 'RPM limit',
    question:
      'From which request of a minute on does the key get 429, and what do the rate-limit headers say?',
    cards: [
      {
        name: 'rpm-limit',
        requests: 180,
        maxParallel: 32,
        arrival: { kind: 'constant', ratePerS: 2 },
        stream: false,
        maxTokens: 1,
        batchMarker: 'rpm',
      },
    ],
  },
  {
    id: 'key-compare',
    category: 'Fairness',
    name: 'Key compare',
    question: 'Do two keys get the same service at the same time? Enter the second key on its card.',
    cards: [
      { name: 'key-a', requests: 500, maxParallel: 16, arrival: { kind: 'closed' }, batchMarker: 'key-a' },
      {
        name: 'key-b',
        key: '',
        requests: 500,
        maxParallel: 16,
        arrival: { kind: 'closed' },
        batchMarker: 'key-b',
      },
    ],
  },
  {
    id: 'priority-pair',
    category: 'Fairness',
    name: 'Priority pair',
    question: 'Does an early priority get ahead of a late one when there is not enough for both?',
    cards: [
      {
        name: 'priority-0',
        priority: 0,
        requests: 500,
        maxParallel: 64,
        arrival: { kind: 'closed' },
        batchMarker: 'p0',
      },
      {
        name: 'priority-9',
        priority: 9,
        requests: 500,
        maxParallel: 64,
        arrival: { kind: 'closed' },
        batchMarker: 'p9',
      },
    ],
  },
  {
    id: 'soak',
    category: 'Endurance',
    name: 'Soak',
    question: 'Does it stay as it was over hours? Runs until it is stopped.',
    cards: [
      {
        name: 'soak',
        requests: 0,
        maxParallel: 64,
        arrival: { kind: 'poisson', ratePerS: 2 },
        batchMarker: 'soak',
        slo: { ...noLimits, e2eMs: 60_000, goalPercent: 99 },
      },
    ],
  },
]

/** @returns how long a card runs in seconds; null where it depends on the target, or on who stops it. */
export function plannedSeconds({ arrival, requests }: Pick<Scenario, 'arrival' | 'requests'>): number | null {
  const limited = (ratePerS: number): number | null => (requests > 0 ? requests / ratePerS : null)
  switch (arrival.kind) {
    case 'constant':
    case 'poisson':
      return limited(arrival.ratePerS)
    case 'sweep':
      return arrival.steps * arrival.stepS
    case 'closed':
    case 'ramp':
    case 'knee':
    case 'replay':
      return null
  }
}

function spell(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} seconds`
  return `${Number((seconds / 60).toFixed(1))} minutes`
}

/** `Takes about 3 minutes.`, for the cards of a preset that run at the same time. */
export function durationText(cards: readonly Pick<Scenario, 'arrival' | 'requests'>[]): string {
  const seconds = cards.map(plannedSeconds)
  const known = seconds.filter((one) => one !== null)
  if (known.length === cards.length && known.length > 0)
    return `Takes about ${spell(Math.max(...known))}, and what its last answers take.`
  const [first] = cards.filter((_, index) => seconds[index] === null)
  if (first?.arrival.kind === 'knee') return 'Takes some ten trials, each as long as its step or longer.'
  if (first === undefined || first.requests === 0) return 'Runs until it is stopped.'
  return `Takes as long as the target needs for ${first.requests.toLocaleString('en')} requests${
    cards.length > 1 ? ' of each card' : ''
  }.`
}

/** @param target - provides the URL, key, model and all other fields that the preset does not set. */
export const presetCards = (preset: Preset, target: Scenario): Scenario[] =>
  preset.cards.map((fields) => ({ ...target, ...fields }))
