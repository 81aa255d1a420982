/** A gateway in which all is well: two blocks with a client token each, wired to two endpoints that serve. */
import { createLiveStore } from '../../../../public/admin/state/live/live-store.ts'
import { troublesOf, type TroubleFacts } from '../../../../public/admin/troubles/troubles-of.ts'
import type { Trouble } from '../../../../public/admin/troubles/trouble.ts'
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { LiveView } from '../../../../src/contract/traffic/live.ts'

type EndpointLive = LiveView['endpoints'][number]
type BlockLive = LiveView['incoming_blocks'][number]

const endpoint = (id: number) => ({
  id,
  name: `vllm-${id}`,
  base_url: `http://10.0.0.${id}:8000/v1`,
  enabled: true,
  connected: true,
  health_check_path: null,
})

export const state = {
  endpoints: [endpoint(1), endpoint(2)],
  incoming_blocks: [
    { id: 1, name: 'Live' },
    { id: 2, name: 'Batch' },
  ],
  client_tokens: [
    { id: 1, name: 'chat', incoming_block_id: 1, preferred_endpoint_id: null },
    { id: 2, name: 'nightly', incoming_block_id: 2, preferred_endpoint_id: null },
  ],
  wires: [1, 2].flatMap((block) => [1, 2].map((id) => ({ incoming_block_id: block, endpoint_id: id }))),
} as unknown as StateView

const rates = { tokens_per_second: 100, requests_per_second: 2, errors_per_second: 0 }

const serving: EndpointLive = {
  id: 1,
  inflight: 3,
  avg_latency_ms: 900,
  cooldown_remaining_s: 0,
  breaker_state: 'closed',
  cooldown_scope: null,
  healthy: true,
  load: null,
  consecutive_failures: 0,
  health_check_error: null,
  last_error: null,
  last_error_age_s: null,
  total_requests: 50,
  total_success: 50,
  total_failures: 0,
  prompt_tokens_total: 0,
  completion_tokens_total: 0,
  cached_tokens_total: 0,
  reasoning_tokens_total: 0,
  ...rates,
  success_percent: 100,
  first_token_ms: 120,
  arrivals_per_second: 2,
  give_ups: 0,
  oldest_wait_ms: 80,
  hung: false,
  breaker_age_s: null,
  cached_percent: null,
  prefilling: 1,
  expected_wait_ms: null,
  prefill_tokens_per_second: null,
  share_percent: 50,
}

const calm: BlockLive = {
  id: 1,
  inflight: 3,
  queued: 0,
  oldest_queued_ms: null,
  queued_token_ids: [],
  ...rates,
}

export interface Facts {
  readonly state?: Partial<StateView>
  readonly endpoints?: readonly Partial<EndpointLive>[]
  readonly blocks?: readonly Partial<BlockLive>[]
  readonly workers?: LiveView['stats']['workers']
  readonly unusableWires?: readonly string[]
  readonly dataAgeMs?: number
}

/** That gateway with some figures changed; endpoints and blocks by position. */
export function factsWith(facts: Facts = {}): TroubleFacts {
  const live = createLiveStore()
  live.set({
    stats: { workers: facts.workers ?? null },
    models_revision: 1,
    endpoints: [0, 1].map((at) => ({ ...serving, ...facts.endpoints?.[at], id: at + 1 })),
    incoming_blocks: [0, 1].map((at) => ({ ...calm, ...facts.blocks?.[at], id: at + 1 })),
    client_tokens: [],
    wires: [],
    models: [],
    model_aliases: [],
    canvas_notes: [],
    endpoint_groups: [],
  } as unknown as LiveView)
  return {
    state: { ...state, ...facts.state },
    live,
    unusableWires: facts.unusableWires ?? [],
    dataAgeMs: facts.dataAgeMs ?? 300,
  }
}

export const troublesWith = (facts: Facts = {}): Trouble[] => troublesOf(factsWith(facts))
