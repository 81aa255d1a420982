/** What is told of a trouble that is no longer found: an endpoint is well again only where it has served since. */
import { describe, expect, it } from 'vitest'
import { endingOf } from '../../../../public/admin/troubles/ending-of.ts'
import { trackTroubles, type TrackedTrouble } from '../../../../public/admin/troubles/track-troubles.ts'
import { factsWith, state, troublesWith, type Facts } from './some-facts.ts'

/** Follows what the page sees, one look a second. @returns what is told at the last one. */
function endAfter(...looks: readonly Facts[]) {
  const tracked = looks.reduce<readonly TrackedTrouble[] | undefined>(
    (before, look, index) =>
      trackTroubles(before, troublesWith(look), 1_000 * index, (one) => endingOf(one, factsWith(look))),
    undefined,
  )
  return tracked?.map(({ subject, over }) => [over?.tone, `${subject} ${over?.words}`])
}

const one = (figures: NonNullable<Facts['endpoints']>[number]): Facts => ({ endpoints: [figures] })
const counted = { total_requests: 53, total_success: 50, total_failures: 3, consecutive_failures: 3 }
const failing = { ...counted, success_percent: 0, errors_per_second: 0.3, last_error: '503' }
/** Its failures have left the ten seconds; the operator has ended the cooldown, or none came about. */
const quiet = { ...failing, errors_per_second: 0, consecutive_failures: 0 }
const well = { ...quiet, success_percent: 25, total_success: 51 }
const UNPROVEN = 'vllm-1 has no new failures; no request has succeeded since'

describe('an endpoint whose failures are no longer seen', () => {
  it('is well again where a request has succeeded since', () => {
    expect(endAfter(one(failing), one(well))).toEqual([['ok', 'vllm-1 is well again']])
  })

  it('is not well again where nothing has succeeded since: its failures have only left the window', () => {
    expect(endAfter(one(failing), one(quiet))).toEqual([['warn', UNPROVEN]])
    expect(endAfter(one(failing), one({ ...quiet, success_percent: null }))).toEqual([['warn', UNPROVEN]])
  })

  it('is well again where the success comes just after that', () => {
    expect(endAfter(one(failing), one(quiet), one(well))).toEqual([['ok', 'vllm-1 is well again']])
  })

  it('is not proven well by what succeeded before its last failure', () => {
    const mixed = { ...failing, total_success: 52, success_percent: 30 }
    const failed = { ...mixed, total_failures: 4 }
    expect(
      endAfter(
        {},
        one(failing),
        one(mixed),
        one(failed),
        one({ ...failed, ...quiet, total_failures: 4, total_success: 52 }),
      ),
    ).toEqual([['warn', UNPROVEN]])
    expect(endAfter({}, one(failing), one(mixed), one({ ...quiet, total_success: 52 }))).toEqual([
      ['ok', 'vllm-1 is well again'],
    ])
  })

  it('may have served before the page looked', () => {
    expect(endAfter(one(failing), one({ ...quiet, success_percent: 25 }))).toEqual([
      ['ok', 'vllm-1 is well again'],
    ])
  })
})

describe('an endpoint that was set aside', () => {
  it('whose cooldown an operator ends takes requests again, which is all that is known', () => {
    const cooling = { ...counted, breaker_state: 'open', cooldown_remaining_s: 9, breaker_age_s: 2 } as const
    const ended = { ...counted, consecutive_failures: 0 }
    expect(endAfter(one(cooling), one(ended))).toEqual([
      ['warn', 'vllm-1 takes requests again; none has succeeded yet'],
    ])
    expect(endAfter(one(cooling), one({ ...ended, total_success: 51 }))).toEqual([
      ['ok', 'vllm-1 is well again'],
    ])
  })

  it('for its health checks is well again where one succeeds, not where it is no longer checked', () => {
    const sick: Facts = { endpoints: [{ healthy: false, health_check_error: '503' }] }
    const checked = {
      state: { endpoints: state.endpoints.map((it) => ({ ...it, health_check_path: '/health' })) },
    }
    expect(endAfter({ ...sick, ...checked }, checked)).toEqual([['ok', 'vllm-1 is well again']])
    expect(endAfter({ ...sick, ...checked }, {})).toEqual([['warn', 'vllm-1 is no longer checked']])
  })

  it('because it hung is well again where a response has begun, not where those who waited have left', () => {
    const hung = {
      hung: true,
      breaker_state: 'half_open',
      inflight: 3,
      prefilling: 3,
      oldest_wait_ms: 9_000,
    } as const
    expect(endAfter(one(hung), one({ inflight: 3, prefilling: 2 }))).toEqual([['ok', 'vllm-1 is well again']])
    expect(endAfter(one(hung), one({ inflight: 0, prefilling: 0 }))).toEqual([
      ['warn', 'vllm-1 keeps no request waiting; no response has come since'],
    ])
  })
})

describe('what an operator has taken out of service', () => {
  it.each([
    ['is disabled', [{ ...state.endpoints[0], enabled: false }, state.endpoints[1]]],
    ['is wired to no incoming block', [{ ...state.endpoints[0], connected: false }, state.endpoints[1]]],
    ['is deleted', [state.endpoints[1]]],
  ])('%s, which is not to be well again', (words, endpoints) => {
    const changed = { state: { endpoints } } as Facts
    expect(endAfter(one(failing), changed)).toEqual([['info', `vllm-1 ${words}`]])
  })
})

it('what is wrong with a block or with the configuration is over in words of its own', () => {
  const none = state.endpoints.map((it) => ({ ...it, enabled: false }))
  expect(endAfter({ state: { endpoints: none } }, {})).toEqual([
    ['ok', 'Live lacks no endpoint any more'],
    ['ok', 'Batch lacks no endpoint any more'],
  ])
  expect(endAfter({ unusableWires: ['1-2'] }, {})).toEqual([['ok', 'Live → vllm-2 is in order']])
})
