// The conditions that a backend is put into: every habit and every fault of the simulator, drawn at random.
import type { FaultInput } from '../../src/simulation/faults/fault.ts'
import { drawInteger, type Random } from '../../src/simulation/random.ts'
import type { Settings } from '../../src/simulation/settings.ts'
import type { ChaosBackend } from './chaos-fleet.ts'

/** A request that contains it ends a backend that is in the condition for it. */
export const DEADLY = 'deadly-request'

export interface Condition {
  readonly name: string
  /** Whether it serves every valid request. */
  readonly isHealthy: boolean
  readonly fault?: FaultInput
  readonly settings?: Partial<Settings>
  /** Whether connections are reset, so that a response which has been sent may never arrive. */
  readonly resets?: true
}

const BASE: Partial<Settings> = {
  ttftMs: 5,
  tokensPerSecond: 1000,
  minTokens: 4,
  maxTokens: 24,
  capacity: 0,
  mistakeStatus: 400,
  dieOn: '',
  loading: 'no',
  closesAfterStream: false,
  headersWithFirstToken: false,
  worksOnAfterAbort: false,
  usageOnFinish: false,
  timings: false,
  cachedPercent: 0,
  prefillTokensPerSecond: 0,
  halfSpeedAt: 0,
  cacheBlocks: 0,
  omitsSequenceNumbers: false,
}

const healthy = (name: string, settings: Partial<Settings> = {}): Condition => ({
  name,
  isHealthy: true,
  settings,
})
const faulty = (fault: FaultInput): Condition => ({ name: fault.kind, isHealthy: false, fault })

export const plain = healthy('plain')

const healthyConditions: readonly Condition[] = [
  plain,
  healthy('closes after streams', { closesAfterStream: true, headersWithFirstToken: true }),
  healthy('mistakes are 500', { mistakeStatus: 500, timings: true, omitsSequenceNumbers: true }),
  healthy('works on after aborts', { worksOnAfterAbort: true, cachedPercent: 50 }),
  healthy('usage on finish', { usageOnFinish: true, ttftMs: 30 }),
  healthy('two at once', { capacity: 2 }),
  healthy('caches prompts', { prefillTokensPerSecond: 5000, halfSpeedAt: 4, cacheBlocks: 50 }),
]

function drawFaulty(random: Random): Condition {
  const probability = random() < 0.5 ? 1 : 0.3
  const chunks = drawInteger(random, 0, 4)
  const conditions: readonly Condition[] = [
    faulty({ kind: 'status', status: 500, probability }),
    faulty({ kind: 'status', status: 503, retryAfter: '1', probability }),
    faulty({ kind: 'status', status: 429, probability }),
    faulty({ kind: 'status', status: 401, probability }),
    { ...faulty({ kind: 'refuse' }), resets: true },
    faulty({ kind: 'reset', probability }),
    faulty({ kind: 'hang', probability: 0.3 }),
    faulty({ kind: 'hang', afterChunks: chunks, probability: 0.3 }),
    faulty({ kind: 'die', afterChunks: chunks, cut: 'boundary', probability }),
    faulty({ kind: 'die', afterChunks: chunks, cut: 'character', probability }),
    faulty({ kind: 'malformed', form: 'bytes', probability }),
    faulty({ kind: 'malformed', form: 'body', probability }),
    // The longest responses, of 65 kB, end within the time that a fault is remembered for.
    faulty({ kind: 'slow-drip', bytesPerSecond: 30_000, probability }),
    faulty({ kind: 'error-body', probability }),
    faulty({ kind: 'no-done', probability }),
    faulty({ kind: 'gzip', probability }),
    { name: 'loads silently', isHealthy: false, settings: { loading: 'silent' } },
    { name: 'loads', isHealthy: false, settings: { loading: 'unavailable' } },
    { name: 'dies', isHealthy: false, settings: { dieOn: DEADLY, reviveAfterMs: 300 }, resets: true },
  ]
  return conditions[drawInteger(random, 0, conditions.length - 1)] ?? plain
}

/** @param mustBeHealthy - so that the fleet never lacks an endpoint that serves. */
export function drawCondition(random: Random, mustBeHealthy: boolean): Condition {
  if (!mustBeHealthy && random() < 0.6) return drawFaulty(random)
  return healthyConditions[drawInteger(random, 0, healthyConditions.length - 1)] ?? plain
}

export async function applyCondition(backend: ChaosBackend, condition: Condition): Promise<void> {
  await backend.setFault(null)
  backend.configure({ ...BASE, ...condition.settings })
  await backend.revive()
  if (condition.fault) await backend.setFault(condition.fault)
}
