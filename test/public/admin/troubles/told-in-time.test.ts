/**
 * A trouble is on the page within two seconds: the server tells what goes on at most a second apart, what makes a trouble is
 * in the first telling after it, and the page looks for troubles in each.
 */
import { describe, expect, it } from 'vitest'
import { createLiveStore } from '../../../../public/admin/state/live/live-store.ts'
import { endpointCondition } from '../../../../public/admin/endpoint-condition/endpoint-condition.ts'
import { troubleNotices } from '../../../../public/admin/notices/trouble-notices.ts'
import { trackTroubles } from '../../../../public/admin/troubles/track-troubles.ts'
import type { Trouble } from '../../../../public/admin/troubles/trouble.ts'
import { troublesOf } from '../../../../public/admin/troubles/troubles-of.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { FaultInput } from '../../../../src/simulation/faults/fault.ts'
import { ADMIN_TOKEN, PREFIX, startAdmin, type Admin } from '../../../admin/start-admin.ts'
import { chatOf, startApp } from '../../../support/apps/running-app.ts'
import { openEvents } from '../../../support/clients/event-reader.ts'
import { open } from '../../../support/clients/http-client.ts'
import { tripFor } from '../../../support/gateway/gateway-fixture.ts'
import { onEnd } from '../../../support/lifetime.ts'

const credential = { 'x-admin-token': ADMIN_TOKEN }
const LONGEST_INTERVAL_MS = 1_000

/** Reads events as the page does. */
async function openAsPage(url: string) {
  const reader = await openEvents(`${url}/events?changes=true`, credential)
  const live = createLiveStore()
  const state: StateView = await reader.next('state')
  live.set(await reader.next('live'))
  const nextFound = async (): Promise<readonly Trouble[]> => {
    live.merge(await reader.next('live-change'))
    return troublesOf({ state, live, unusableWires: [], dataAgeMs: 0 })
  }
  return {
    state,
    live,
    nextFound,
    async tellAll(): Promise<void> {
      live.set(await reader.next('live'))
    },
    /** The troubles after the next event. */
    async nextTroubles(): Promise<string[]> {
      return (await nextFound()).map(({ subject, words }) => `${subject} ${words}`)
    },
  }
}

async function startWatched() {
  const admin = await startAdmin()
  for (const name of ['one', 'two']) await admin.endpoint(name, { connected: true })
  await admin.call('POST', '/tokens', { name: 'app' })
  admin.time.nowMs += 60_000
  const page = await openAsPage(admin.address + PREFIX)
  // What went on while the first figures were sent is in the first tick, which tells all.
  admin.runTimers()
  await page.tellAll()
  return { admin, page }
}

const serve = ({ state }: Admin, outcome: 'success' | 'failure'): void => {
  const client = { blockId: 1, token: { id: 1 } }
  const counts = state.traffic.begin(client, 1, { model: 'llama', aliasId: undefined })
  state.traffic.settle(counts, { outcome, promptTokens: 1, completionTokens: 1, deltas: 0, latencyMs: 10 })
}

describe('the first figures after it name', () => {
  it.each([
    [
      'an endpoint that hangs',
      'one gives no first byte',
      ({ state, time }: Admin) => {
        const hang = { sinceMs: time.nowMs, probe: undefined, nextProbeMs: time.nowMs, failedProbes: 0 }
        state.endpoint(1).watch.hang = hang
      },
    ],
    [
      'an endpoint that cools down',
      'one cools down',
      ({ state, time }: Admin) => void (state.endpoint(1).tripped = tripFor(20_000, time.nowMs)),
    ],
    [
      'an endpoint that fails the second request',
      'one fails',
      (admin: Admin) => {
        serve(admin, 'failure')
        serve(admin, 'failure')
      },
    ],
    [
      'a block whose requests wait for room',
      'Incoming 1 is short of room',
      ({ waiting }: Admin) => void waiting.set(1, { requests: 3, oldestMs: 1_200, tokenIds: [1] }),
    ],
  ])('%s', async (_what, words, cause) => {
    const { admin, page } = await startWatched()
    serve(admin, 'success')
    admin.runTimers()
    expect(await page.nextTroubles()).toEqual([])
    cause(admin)
    expect(admin.timerDelays().every((ms) => ms <= LONGEST_INTERVAL_MS)).toBe(true)
    expect(admin.timerCount()).toBeGreaterThan(0)
    admin.runTimers()
    expect((await page.nextTroubles()).filter((text) => text.startsWith(words))).toHaveLength(1)
  })
})

describe('an endpoint whose health check fails is named with the kind of the failure:', () => {
  it.each<[string, FaultInput]>([
    ['refused the connection', { kind: 'refuse' }],
    ['no answer in time', { kind: 'hang', pathPrefix: '/health' }],
    ['answered with status 404', { kind: 'status', status: 404, pathPrefix: '/health' }],
    ['sent something that is not HTTP', { kind: 'malformed', form: 'bytes', pathPrefix: '/health' }],
  ])('because %s', async (kind, fault) => {
    const app = await startApp({
      backends: [{ fault }],
      endpoints: {
        health_check_path: '/health',
        health_check_interval_seconds: 1,
        health_check_timeout_seconds: fault.kind === 'hang' ? 0.1 : 10,
      },
    })
    const page = await openAsPage(`${app.url}${PREFIX}`)
    while (page.live.get('endpoint', '1')?.healthy !== false) await page.nextTroubles()
    const words = `backend-1 fails its health check: ${kind}`
    const troubles = await page.nextFound()
    expect(troubles.map((one) => `${one.subject} ${one.words}`)).toContain(words)
    const notices = troubleNotices(
      [],
      trackTroubles(undefined, troubles, 0, ({ whenOver }) => ({ tone: 'ok', words: whenOver })),
      false,
    )
    expect(notices.map(({ kind: of, text }) => [of, text])).toContainEqual(['began', words])
    const [endpoint] = page.state.endpoints
    expect(endpoint && endpointCondition(endpoint, page.live.get('endpoint', '1'))).toEqual({
      condition: 'unhealthy',
      notice: `unhealthy · ${kind}`,
    })
  })
})

it.each([
  ['hangs', { kind: 'hang' } as const, 'gives no first byte'],
  ['refuses all', { kind: 'status', status: 503 } as const, 'cools down'],
])('a backend that %s is named as soon as the balancer has set it aside', async (_what, fault, words) => {
  const app = await startApp({
    environment: { LB_HEDGE: 'false', LB_FAILOVER_ATTEMPTS: '0' },
    backends: [{ fault }],
    endpoints: { first_byte_timeout_seconds: 0.2 },
  })
  const page = await openAsPage(`${app.url}${PREFIX}`)
  for (let n = 0; n < 4; n += 1) {
    const client = open(`${app.url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify(chatOf({ stream: true })),
    }).on('error', () => undefined)
    onEnd(() => void client.destroy())
  }
  for (;;) {
    const troubles = await page.nextTroubles()
    const { hung, breaker_state: breaker } = page.live.get('endpoint', '1') ?? {}
    const isNamed = troubles.some((text) => text.startsWith(`backend-1 ${words}`))
    expect(isNamed).toBe(hung === true || (breaker === 'open' && fault.kind === 'status'))
    if (isNamed) break
  }
})
