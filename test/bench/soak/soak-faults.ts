// Disturbs the soak: sets and clears faults of the backends, and changes the configuration.
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultInput } from '../../../src/simulation/faults/fault.ts'
import type { Backend, Soak } from './soak-setup.ts'

/** apart: no fault hits a client that leaves. mixed: any fault hits anyone. */
export type Stage = 'apart' | 'mixed'

type Random = () => number

const FAULT_MS = 8_000
const PAUSE_MS = 4_000
const MUTATION_MS = 3_000
const MUTATION_LASTS_MS = 1_000

const pick = <T>(values: readonly [T, ...T[]], random: Random): T =>
  values[Math.floor(random() * values.length)] ?? values[0]

/** Each hit by any of these is one failure of the endpoint, which soak-books.ts relies on. */
function drawFault(stage: Stage, random: Random): FaultInput {
  const apart = pick(['/v1/chat/', '/v1/embeddings', '/v1/responses'], random)
  const pathPrefix = stage === 'mixed' ? '/v1/' : apart
  return pick<FaultInput>(
    [
      { kind: 'status', status: 500, probability: 0.3, pathPrefix },
      { kind: 'status', status: 429, retryAfter: '1', probability: 0.2, pathPrefix },
      { kind: 'reset', probability: 0.2, pathPrefix },
      { kind: 'die', afterChunks: 2, probability: 0.2, pathPrefix },
      { kind: 'die', afterChunks: 3, cut: 'chunk', probability: 0.2, pathPrefix },
      { kind: 'die', afterChunks: 0, cut: 'character', probability: 0.2, pathPrefix },
      { kind: 'hang', probability: 0.03, pathPrefix },
      { kind: 'hang', afterChunks: 2, probability: 0.03, pathPrefix },
      { kind: 'malformed', form: 'bytes', probability: 0.2, pathPrefix },
      { kind: 'error-body', probability: 0.2, pathPrefix },
      // Their routes are fixed, because the balancer sees usage in what they spoil: see soak-books.ts.
      { kind: 'no-done', probability: 0.3, pathPrefix: '/v1/chat/' },
      { kind: 'malformed', form: 'body', probability: 0.5, pathPrefix: '/v1/embeddings' },
    ],
    random,
  )
}

async function troubleBackend(backend: Backend, stage: Stage, untilMs: number, random: Random) {
  while (performance.now() < untilMs) {
    await backend.setFault(drawFault(stage, random))
    await delay(Math.min(FAULT_MS * (0.5 + random()), Math.max(untilMs - performance.now(), 0)))
    await backend.setFault(null)
    await delay(Math.min(PAUSE_MS * (0.5 + random()), Math.max(untilMs - performance.now(), 0)))
  }
}

/** Changes something and, after a while, changes it back. */
async function mutate({ admin, backends, blockIds, evidence }: Soak, random: Random): Promise<void> {
  const ids = backends.map(({ id }) => id) as [number, ...number[]]
  const id = pick(ids, random)
  const block = pick(blockIds as [number, ...number[]], random)
  const all = (body: object) => Promise.all(ids.map((one) => admin('PATCH', `endpoints/${one}`, body)))
  const briefly = async (change: () => Promise<unknown>, back: () => Promise<unknown>): Promise<void> => {
    await change()
    await delay(MUTATION_LASTS_MS)
    await back()
  }
  const patch = (body: object) => admin('PATCH', `endpoints/${id}`, body)
  await pick<() => Promise<unknown>>(
    [
      () => patch({ token_quota_percent: Math.round(random() * 30) }),
      // Everything is full for a second: requests wait, and clients leave the queue.
      () =>
        briefly(
          () => all({ max_concurrent: 2 }),
          () => all({ max_concurrent: 0 }),
        ),
      // A new timeout means a new pool of connections, the old one closed after what it carries.
      () =>
        briefly(
          () => patch({ timeout_seconds: 4 }),
          () => patch({ timeout_seconds: 3 }),
        ),
      () =>
        briefly(
          () => patch({ enabled: false }),
          () => patch({ enabled: true }),
        ),
      () =>
        briefly(
          async () => {
            evidence.unwires()
            await admin('DELETE', `wires/${block}/${id}`)
          },
          async () => {
            await admin('PUT', `wires/${block}/${id}`)
            evidence.wires()
          },
        ),
      () =>
        briefly(
          () => admin('PATCH', 'routing', { routing_mode: 'priority' }),
          () => admin('PATCH', 'routing', { routing_mode: 'percentage' }),
        ),
      async () => {
        const created = await admin<{ id: number }>('POST', 'tokens', { name: 'passing' })
        await admin('DELETE', `tokens/${created.id}`)
      },
      () => admin('POST', `endpoints/${id}/reset`),
      () => admin('GET', 'audit?limit=50'),
    ],
    random,
  )()
}

async function operate(soak: Soak, untilMs: number, random: Random): Promise<void> {
  while (performance.now() < untilMs) {
    await mutate(soak, random)
    await delay(Math.min(MUTATION_MS * (0.5 + random()), Math.max(untilMs - performance.now(), 0)))
  }
}

/** Returns once every fault is over and every change but quotas is taken back. */
export async function makeTrouble(soak: Soak, stage: Stage, untilMs: number, random: Random): Promise<void> {
  await Promise.all([
    ...soak.backends.map((backend) => troubleBackend(backend, stage, untilMs, random)),
    operate(soak, untilMs, random),
  ])
}
