// The admission queue, compared with a model that looks at every waiting request and every endpoint on each event.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lease } from '../../../src/core/lease/lease.ts'
import type { Configuration } from '../../../src/core/state/configuration.ts'
import { effort } from '../../support/effort.ts'
import { requestFor } from '../../support/gateway/closed-loop.ts'
import { startAdmission } from '../../support/gateway/admission-fixture.ts'
import {
  blockConfig,
  configuration,
  endpointConfig,
  tokenConfig,
} from '../../support/gateway/gateway-fixture.ts'
import { createNaiveAdmission } from './naive-admission.ts'

const IDS = [1, 2, 3, 4]
const TOKENS = [
  tokenConfig(1, { guaranteedSharePercent: 30 }),
  tokenConfig(2, { guaranteedSharePercent: 20, requestPriority: 1 }),
  tokenConfig(3, { blockId: 2 }),
  tokenConfig(4, { blockId: 2, preferredEndpointId: 2 }),
  tokenConfig(5),
  tokenConfig(6, { preferredEndpointId: 1 }),
]

const anyConfiguration: fc.Arbitrary<Configuration> = fc
  .record({
    drawn: fc.tuple(
      ...IDS.map(() =>
        fc.record({
          enabled: fc.constantFrom(true, true, true, false),
          quotaPercent: fc.constantFrom(0, 0, 40),
          priorityOrder: fc.nat(1),
          maxConcurrent: fc.constantFrom(1, 1, 2),
        }),
      ),
    ),
    wires: fc.subarray(
      [1, 2].flatMap((blockId) => IDS.map((endpointId) => ({ blockId, endpointId }))),
      { minLength: 3 },
    ),
    routingMode: fc.constantFrom('percentage' as const, 'priority' as const),
    priorityInputTokenId: fc.constantFrom(null, 1, 3),
  })
  .map(({ drawn, wires, routingMode, priorityInputTokenId }) => {
    const endpoints = drawn.map((values, index) => endpointConfig(index + 1, values))
    const blocks = [blockConfig(1), blockConfig(2)]
    const built = configuration(endpoints, { blocks, wires, tokens: TOKENS, routingMode })
    return { ...built, settings: { ...built.settings, priorityInputTokenId } }
  })

const command = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('submit' as const),
      token: fc.nat(TOKENS.length),
      tried: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(IDS, { maxLength: 2 })),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      at: fc.nat(),
      outcome: fc.constantFrom(
        'success' as const,
        'success' as const,
        'failure' as const,
        'aborted' as const,
      ),
      tokens: fc.nat(300),
      latencyMs: fc.nat(9),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('respond' as const), at: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('progress' as const), at: fc.nat(), deltas: fc.nat(900) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), at: fc.nat() }) },
  // Both look for ended cooldowns four times a second; what happens in between may differ in time.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), quarters: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('configure' as const), next: anyConfiguration }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** @returns a function that performs one event and returns what it led to. */
function startOne(first: Configuration, create?: typeof createNaiveAdmission) {
  const { admission, state, advance } = startAdmission({
    configured: first,
    maxWaiting: 12,
    ...(create && { create }),
  })
  const running = new Map<number, Lease>()
  const waiting = new Map<number, () => void>()
  let requests = 0
  let grants: string[] = []
  let refusals: string[] = []

  const submit = (token: (typeof TOKENS)[number] | null, tried: readonly number[]): void => {
    const request = (requests += 1)
    const onLease = (lease: Lease): void => {
      waiting.delete(request)
      running.set(request, lease)
      grants.push(`${request} at ${lease.endpoint.config.id}`)
    }
    const onRefusal = ({ code }: { readonly code: string }): void => {
      waiting.delete(request)
      refusals.push(`${request} ${code}`)
    }
    const admitted = admission.admit(
      requestFor({ token, blockId: token?.blockId ?? 1, maxTokens: 100 }),
      tried.map((id) => state.endpoint(id)),
      { onLease, onRefusal },
    )
    if ('lease' in admitted) onLease(admitted.lease)
    else if ('refusal' in admitted) onRefusal(admitted.refusal)
    else waiting.set(request, () => admitted.waiting.cancel())
  }

  const pick = <T>(from: ReadonlyMap<number, T>, at: number): [number, T] | undefined =>
    [...from].sort(([a], [b]) => a - b)[at % Math.max(1, from.size)]

  const perform = (each: Command): void => {
    if (each.kind === 'submit') submit(TOKENS[each.token] ?? null, each.tried)
    else if (each.kind === 'advance') advance(250 * each.quarters)
    else if (each.kind === 'configure') {
      state.replace(each.next)
      admission.serveWaiting()
    } else if (each.kind === 'cancel') {
      const [request, cancel] = pick(waiting, each.at) ?? []
      if (request !== undefined) waiting.delete(request)
      cancel?.()
    } else {
      const [request, lease] = pick(running, each.at) ?? []
      if (request === undefined || lease === undefined) return
      if (each.kind === 'respond') lease.responded()
      else if (each.kind === 'progress') lease.progress(each.deltas)
      else {
        running.delete(request)
        const { outcome, latencyMs, tokens } = each
        if (outcome === 'success') lease.responded()
        lease.settle({ outcome, latencyMs, promptTokens: 1, completionTokens: tokens, deltas: 0 })
      }
    }
  }

  return (each: Command) => {
    grants = []
    refusals = []
    perform(each)
    return { grants, refusals: refusals.sort(), waiting: waiting.size }
  }
}

describe('the admission queue', () => {
  it('grants and refuses what a model does that looks at every request and endpoint, in the same order', () => {
    fc.assert(
      fc.property(anyConfiguration, fc.array(command, { maxLength: 120, size: 'max' }), (first, commands) => {
        const indexed = startOne(first)
        const naive = startOne(first, createNaiveAdmission)
        for (const each of commands) expect(indexed(each)).toEqual(naive(each))
      }),
      { numRuns: effort(150, 40) },
    )
  })
})
