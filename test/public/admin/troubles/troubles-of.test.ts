/** The law of what is wrong now: whose trouble, how bad, for how long, whom it hits, and what can be done. */
import { describe, expect, it } from 'vitest'
import { state, troublesWith } from './some-facts.ts'

const THIN = '\u202f'
const hung = {
  hung: true,
  breaker_state: 'half_open',
  breaker_age_s: 12,
  prefilling: 41,
  oldest_wait_ms: 38_400,
  give_ups: 12,
} as const
const cooling = {
  breaker_state: 'open',
  cooldown_remaining_s: 13.2,
  breaker_age_s: 6.8,
  last_error: '502 connection reset',
} as const

const changed = <Name extends 'endpoints' | 'client_tokens'>(name: Name, at: number, values: object) => ({
  [name]: state[name].map((one, index) => (index === at ? { ...one, ...values } : one)),
})

it('lists nothing while all is well', () => {
  expect(troublesWith()).toEqual([])
})

describe('an endpoint', () => {
  it('that hangs gives no first byte: who waits, the oldest wait and who gave up stand in one sentence', () => {
    expect(troublesWith({ endpoints: [hung] })).toMatchObject([
      {
        id: 'endpoint-1',
        severity: 'bad',
        subject: 'vllm-1',
        words: `gives no first byte: 41 waiting, oldest 38${THIN}s, 12 gave up`,
        forMs: 12_000,
        hits: ['Live', 'Batch'],
        target: { kind: 'endpoint', id: 1 },
        actions: ['set-aside', 'disable-and-end', 'open'],
      },
    ])
    const [silent] = troublesWith({
      endpoints: [{ ...hung, prefilling: 0, oldest_wait_ms: null, give_ups: 0 }],
    })
    expect(silent?.words).toBe('gives no first byte')
  })

  it('that cools down says for how long yet, and why; the cooldown can be ended', () => {
    const [trouble] = troublesWith({ endpoints: [{}, cooling] })
    expect(trouble).toMatchObject({
      severity: 'warn',
      subject: 'vllm-2',
      words: `cools down: 502 connection reset, 14${THIN}s left`,
      forMs: 6_800,
      actions: ['end-cooldown', 'set-aside', 'open'],
    })
  })

  it('that cools down for one client hits that client alone', () => {
    const scope = { client: { client_token_id: 1, name: 'chat' }, model: null, others: 'served' } as const
    const [trouble] = troublesWith({ endpoints: [{ ...cooling, cooldown_scope: scope }] })
    expect(trouble?.words).toBe(`cools down for token chat: 502 connection reset, 14${THIN}s left`)
    expect(trouble?.hits).toEqual(['chat'])
  })

  it('that is probed or fails its health check says so', () => {
    const wordsOf = (values: object) =>
      troublesWith({ endpoints: [{ last_error: 'HTTP 503', ...values }] }).map(({ words }) => words)
    expect(wordsOf({ breaker_state: 'half_open', breaker_age_s: 30 })).toEqual([
      'takes one request at a time after its cooldown: HTTP 503',
    ])
    expect(wordsOf({ healthy: false })).toEqual(['fails its health check'])
    // A request may have failed since, with another error.
    expect(wordsOf({ healthy: false, health_check_error: 'refused the connection' })).toEqual([
      'fails its health check: refused the connection',
    ])
  })

  it('that fails requests is in trouble from the second one on, and badly where it fails every fifth', () => {
    const of = (values: object) =>
      troublesWith({ endpoints: [{ last_error: 'HTTP 500', ...values }] }).map(({ severity, words }) => [
        severity,
        words,
      ])
    expect(of({ success_percent: 0, errors_per_second: 0.1, consecutive_failures: 1 })).toEqual([])
    expect(of({ success_percent: 96, errors_per_second: 2 })).toEqual([])
    expect(of({ success_percent: 90, errors_per_second: 0.2 })).toEqual([
      ['warn', `fails 10${THIN}% of its requests: HTTP 500`],
    ])
    expect(of({ success_percent: 70, consecutive_failures: 2 })).toEqual([
      ['bad', `fails 30${THIN}% of its requests: HTTP 500`],
    ])
  })

  it('whose clients give up or wait far longer than is usual is in trouble, one that is always slow is not', () => {
    const wordsOf = (values: object) => troublesWith({ endpoints: [values] }).map(({ words }) => words)
    expect(wordsOf({ give_ups: 1 })).toEqual([])
    expect(wordsOf({ give_ups: 3, prefilling: 0, oldest_wait_ms: null })).toEqual([
      'lets clients wait: 3 gave up in the last minute',
    ])
    expect(wordsOf({ oldest_wait_ms: 6_000, avg_latency_ms: 1_000, prefilling: 2 })).toEqual([
      `is slow to begin: 2 waiting, oldest 6${THIN}s`,
    ])
    expect(wordsOf({ oldest_wait_ms: 20_000, avg_latency_ms: 12_000 })).toEqual([])
  })

  it('that an operator has disabled, or wired to nothing, is as the operator wants it', () => {
    const off = (values: object) =>
      troublesWith({ state: changed('endpoints', 0, values), endpoints: [{ ...cooling }] })
    expect(off({ enabled: false })).toEqual([])
    expect(off({ connected: false })).toEqual([])
  })

  it('has one trouble at a time, the worst, under one name', () => {
    const all = troublesWith({ endpoints: [{ ...hung, success_percent: 10, errors_per_second: 5 }] })
    expect(all.map(({ id, words }) => [id, words.slice(0, 19)])).toEqual([
      ['endpoint-1', 'gives no first byte'],
    ])
  })
})

describe('an incoming block', () => {
  it('none of whose endpoints takes requests is in bad trouble, and hits its client tokens', () => {
    const troubles = troublesWith({ endpoints: [cooling, { breaker_state: 'half_open' }] })
    expect(troubles.filter(({ target }) => target?.kind === 'block')).toMatchObject([
      {
        id: 'unavailable/block-1',
        severity: 'bad',
        subject: 'Live',
        words: 'has no endpoint that takes all requests: 1 cooling, 1 probing',
        hits: ['chat'],
        actions: ['open'],
      },
      { subject: 'Batch', hits: ['nightly'] },
    ])
  })

  it('that is wired to nothing refuses its clients, if it has any', () => {
    const unwired = { wires: state.wires.filter((wire) => wire.incoming_block_id === 1) }
    expect(troublesWith({ state: unwired }).map(({ subject, words }) => `${subject} ${words}`)).toEqual([
      'Batch is wired to no endpoint: its requests are refused',
    ])
    const [first] = state.client_tokens
    expect(troublesWith({ state: { ...unwired, client_tokens: first ? [first] : [] } })).toEqual([])
  })

  it('of which anyone may be a client, because no token exists, is the first', () => {
    const open = { client_tokens: [], wires: [] }
    expect(troublesWith({ state: open }).map(({ subject }) => subject)).toEqual(['Live'])
    expect(troublesWith({ state: { ...open, endpoints: [] } })).toEqual([])
  })

  it('whose requests wait for room says how many, how long, and whose', () => {
    const waiting = { queued: 7, oldest_queued_ms: 4_200, queued_token_ids: [2, 9] }
    expect(troublesWith({ blocks: [{}, waiting] })).toMatchObject([
      {
        id: 'queue/block-2',
        severity: 'warn',
        words: `is short of room: 7 requests wait, oldest 4${THIN}s`,
        forMs: 4_200,
        hits: ['nightly', '#9'],
      },
    ])
    expect(troublesWith({ blocks: [{ queued: 7, oldest_queued_ms: 400 }] })).toEqual([])
    expect(troublesWith({ blocks: [{ queued: 1, oldest_queued_ms: 12_000 }] })).toMatchObject([
      { severity: 'bad', words: `is short of room: 1 request waits, oldest 12${THIN}s` },
    ])
  })
})

describe('the configuration', () => {
  const listed = (facts: Parameters<typeof troublesWith>[0]) =>
    troublesWith(facts).map(({ subject, words, actions }) => [`${subject} ${words}`, actions])

  it('with an address that is none says which', () => {
    const values = { base_url: 'vllm:8000', enabled: false }
    expect(listed({ state: changed('endpoints', 1, values) })).toEqual([
      ['vllm-2 cannot be enabled: its base URL “vllm:8000” is no http or https address', ['open']],
    ])
  })

  it('with a wire that no request can take offers to remove it', () => {
    expect(troublesWith({ unusableWires: ['2-1', '7-1'] })).toMatchObject([
      { subject: 'Batch → vllm-1', wire: { blockId: 2, endpointId: 1 }, actions: ['remove-wire', 'open'] },
    ])
  })

  it('with a client token whose preferred endpoint it cannot reach says why', () => {
    const prefers = changed('client_tokens', 0, { preferred_endpoint_id: 2 })
    expect(listed({ state: prefers })).toEqual([])
    const wires = state.wires.filter(({ endpoint_id }) => endpoint_id === 1)
    expect(listed({ state: { ...prefers, wires } })[0]).toEqual([
      'chat prefers vllm-2, which Live is not wired to: its requests are refused',
      ['open'],
    ])
    expect(listed({ state: { ...prefers, ...changed('endpoints', 1, { enabled: false }) } })[0]?.[0]).toBe(
      'chat prefers vllm-2, which is disabled: its requests are refused',
    )
  })
})

describe('the balancer', () => {
  const worker = {
    id: 1,
    pid: 7,
    inflight: 0,
    utilization_percent: 40,
    loop_delay_ms: 12,
    memory_bytes: 1,
  }

  it('without all of its workers, or with one that stands still, says so', () => {
    const of = (configured: number, running: readonly (typeof worker)[]) =>
      troublesWith({ workers: { configured, running: [...running] } }).map(({ severity, subject, words }) => [
        severity,
        `${subject} ${words}`,
      ])
    expect(of(1, [worker])).toEqual([])
    expect(of(2, [worker])).toEqual([
      ['warn', 'Workers 1 of 2 serve clients; those that ended are started again'],
    ])
    expect(of(2, [])[0]?.[0]).toBe('bad')
    expect(of(1, [{ ...worker, loop_delay_ms: 1_200, utilization_percent: 99.6 }])).toEqual([
      ['warn', `Worker 1 stands still for 1${THIN}s at a time, 100 % busy: its clients wait`],
    ])
  })

  it('whose live data has stopped for three seconds can be asked again', () => {
    expect(troublesWith({ dataAgeMs: 2_900 })).toEqual([])
    expect(troublesWith({ dataAgeMs: 3_100 })).toMatchObject([
      { id: 'disconnected', severity: 'bad', forMs: 3_100, actions: ['retry'] },
    ])
  })
})
