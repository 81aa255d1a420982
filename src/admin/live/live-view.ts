// Builds the views of present traffic and of the last minutes.
import type { FirstTokenHistoryView, HistoryView, LiveView } from '../../contract/traffic/live.ts'
import { readStats } from '../../core/traffic/live-stats.ts'
import { breakerAgeMs } from '../../core/lease/breaker.ts'
import { oldestWaitMs } from '../../core/lease/first-byte-watch.ts'
import { showWork } from '../../core/placement/shown-work.ts'
import { roundTo } from '../../core/round-to.ts'
import {
  FIRST_TOKEN_STEP_S,
  firstTokensStartMs,
  readCachedPercent,
  readFirstTokens,
  readMinute,
  readRates,
  readSeries,
  seriesEndMs,
  type TimeSpan,
} from '../../core/traffic/read-traffic.ts'
import type { Traffic } from '../../core/traffic/traffic.ts'
import { HISTORY_STEP_S } from '../../core/traffic/traffic-buckets.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { endpointStatus } from '../endpoints/endpoint-view.ts'
import { tokenTotals } from '../tokens/token-view.ts'

type LiveContext = Pick<AdminContext, 'state' | 'clock' | 'admission' | 'placer' | 'workers'> & {
  readonly modelCatalog: Pick<AdminContext['modelCatalog'], 'revision'>
}

const round = (figure: number): number => roundTo(figure, 2)
const roundOrNull = (figure: number | null): number | null => figure && round(figure)

const roundMs = (ms: number | null): number | null => (ms === null ? null : Math.round(ms))

function rates(traffic: Traffic | undefined, timeSpan: TimeSpan) {
  const { tokensPerSecond, requestsPerSecond, errorsPerSecond } = readRates(traffic, timeSpan)
  return {
    tokens_per_second: round(tokensPerSecond),
    requests_per_second: round(requestsPerSecond),
    errors_per_second: round(errorsPerSecond),
  }
}

const cachedPercent = (traffic: Traffic | undefined, { nowMs }: TimeSpan): number | null =>
  roundOrNull(readCachedPercent(traffic, nowMs))

function work({ state, placer }: LiveContext, id: number) {
  const { prefilling, waitMs, tokensPerSecond } = showWork(state.endpoint(id), placer.expected)
  return {
    prefilling,
    expected_wait_ms: waitMs && Math.round(waitMs),
    prefill_tokens_per_second: tokensPerSecond && Math.round(tokensPerSecond),
  }
}

const arrivals = (traffic: Traffic | undefined, timeSpan: TimeSpan): number =>
  round(readRates(traffic, timeSpan).arrivalsPerSecond)

function endpoints(context: LiveContext, timeSpan: TimeSpan): LiveView['endpoints'] {
  const { state, clock } = context
  const all = readMinute(state.traffic.total, timeSpan.nowMs).completionTokens
  return state.snapshot().endpoints.map(({ id }) => {
    const traffic = state.traffic.endpoint(id)
    const minute = readMinute(traffic, timeSpan.nowMs)
    const endpoint = state.endpoint(id)
    const { watch } = endpoint
    const oldestMs = oldestWaitMs(watch, timeSpan.nowMs)
    const breakerAge = breakerAgeMs(endpoint, timeSpan.nowMs)
    return {
      id,
      ...endpointStatus(state, clock, id),
      ...rates(traffic, timeSpan),
      success_percent: roundOrNull(minute.successPercent),
      first_token_ms: roundOrNull(minute.firstTokenMs),
      arrivals_per_second: arrivals(traffic, timeSpan),
      give_ups: minute.giveUps,
      oldest_wait_ms: roundMs(oldestMs),
      hung: watch.hang !== null,
      breaker_age_s: breakerAge === null ? null : roundTo(breakerAge / 1000, 1),
      cached_percent: cachedPercent(traffic, timeSpan),
      ...work(context, id),
      share_percent: all > 0 ? round((100 * minute.completionTokens) / all) : null,
    }
  })
}

const oldestOf = (views: LiveView['endpoints']): number | null =>
  views.reduce<number | null>(
    (oldest, { oldest_wait_ms: ms }) => (ms === null ? oldest : Math.max(ms, oldest ?? 0)),
    null,
  )

/** What had traffic at some time: it is shown although it may have none any more. */
export interface Busy {
  readonly tokenIds: ReadonlySet<number>
  readonly models: ReadonlySet<string | null>
}

const NOTHING: Busy = { tokenIds: new Set(), models: new Set() }

const isBusy = (one: { readonly tokens_per_second: number; readonly requests_per_second: number }): boolean =>
  one.tokens_per_second > 0 || one.requests_per_second > 0

/** @returns what has traffic in the last ten seconds. */
export const busyOf = ({ client_tokens, models }: LiveView): Busy => ({
  tokenIds: new Set(client_tokens.filter((one) => one.inflight > 0 || isBusy(one)).map(({ id }) => id)),
  models: new Set(models.filter(isBusy).map(({ model }) => model)),
})

/** Client tokens with traffic in the last ten seconds or requests in flight, and those of the ids. */
function clientTokens(
  { state }: LiveContext,
  timeSpan: TimeSpan,
  ids: ReadonlySet<number>,
): LiveView['client_tokens'] {
  const { tokenById } = state.snapshot()
  const traffics = state.traffic.tokens()
  return [...new Set([...traffics.keys(), ...ids])].flatMap((id) => {
    const traffic = traffics.get(id)
    const figures = rates(traffic, timeSpan)
    const inflight = traffic?.inflight ?? 0
    const isShown = inflight > 0 || isBusy(figures) || ids.has(id)
    if (!isShown || !tokenById.has(id)) return []
    return { id, inflight, ...figures, ...tokenTotals(state, id) }
  })
}

/** Rates, and the part of all completion tokens of the same seconds. */
function ratesAndShare(traffic: Traffic | undefined, total: Traffic, timeSpan: TimeSpan) {
  const all = readRates(total, timeSpan).tokensPerSecond
  const own = readRates(traffic, timeSpan).tokensPerSecond
  return { ...rates(traffic, timeSpan), share_percent: all > 0 ? round((100 * own) / all) : null }
}

/** Models with traffic in the last ten seconds, and those of the names. */
function models(
  { traffic }: LiveContext['state'],
  timeSpan: TimeSpan,
  names: ReadonlySet<string | null>,
): LiveView['models'] {
  const traffics = traffic.models()
  return [...new Set([...traffics.keys(), ...names])].flatMap((model) => {
    const figures = ratesAndShare(traffics.get(model), traffic.total, timeSpan)
    return isBusy(figures) || names.has(model) ? { model, ...figures } : []
  })
}

/** @param also - what is to be included although it may have no traffic. */
export function liveView(context: LiveContext, also: Busy = NOTHING): LiveView {
  const { state, admission, modelCatalog } = context
  const { traffic } = state
  const timeSpan = traffic.timeSpan()
  const snapshot = state.snapshot()
  const queued = admission.waiting()
  const minute = readMinute(traffic.total, timeSpan.nowMs)
  const views = endpoints(context, timeSpan)
  return {
    at: new Date().toISOString(),
    models_revision: modelCatalog.revision(),
    stats: {
      ...readStats(state),
      errors_per_second: rates(traffic.total, timeSpan).errors_per_second,
      first_token_ms: roundOrNull(minute.firstTokenMs),
      arrivals_per_second: arrivals(traffic.total, timeSpan),
      give_ups: minute.giveUps,
      oldest_wait_ms: oldestOf(views),
      cached_percent: cachedPercent(traffic.total, timeSpan),
      session_moves: state.totals.sessionMoves,
      workers: context.workers?.() ?? null,
    },
    endpoints: views,
    incoming_blocks: snapshot.blocks.map(({ id }) => ({
      id,
      inflight: traffic.block(id)?.inflight ?? 0,
      queued: queued.get(id)?.requests ?? 0,
      oldest_queued_ms: roundMs(queued.get(id)?.oldestMs ?? null),
      queued_token_ids: [...(queued.get(id)?.tokenIds ?? [])],
      ...rates(traffic.block(id), timeSpan),
    })),
    client_tokens: clientTokens(context, timeSpan, also.tokenIds).sort((a, b) => a.id - b.id),
    wires: snapshot.wires.map(({ blockId, endpointId }) => ({
      incoming_block_id: blockId,
      endpoint_id: endpointId,
      inflight: traffic.wire(blockId, endpointId)?.inflight ?? 0,
      ...rates(traffic.wire(blockId, endpointId), timeSpan),
      cached_percent: cachedPercent(traffic.wire(blockId, endpointId), timeSpan),
    })),
    models: models(state, timeSpan, also.models),
    model_aliases: snapshot.aliases.map(({ id }) => ({
      id,
      ...ratesAndShare(traffic.alias(id), traffic.total, timeSpan),
    })),
  }
}

function series(traffic: Traffic | undefined, timeSpan: TimeSpan): HistoryView['totals'] {
  const { tokensPerSecond, requestsPerSecond, errorsPerSecond } = readSeries(traffic, timeSpan)
  return {
    tokens_per_second: tokensPerSecond,
    requests_per_second: requestsPerSecond,
    errors_per_second: errorsPerSecond,
  }
}

export function historyView({ state }: Pick<AdminContext, 'state'>): HistoryView {
  const { traffic } = state
  const timeSpan = traffic.timeSpan()
  const { endpoints, blocks } = state.snapshot()
  return {
    step_seconds: HISTORY_STEP_S,
    at: new Date(Date.now() - (timeSpan.nowMs - seriesEndMs(timeSpan.nowMs))).toISOString(),
    totals: series(traffic.total, timeSpan),
    endpoints: endpoints.map(({ id }) => ({ id, ...series(traffic.endpoint(id), timeSpan) })),
    incoming_blocks: blocks.map(({ id }) => ({ id, ...series(traffic.block(id), timeSpan) })),
  }
}

function firstTokens(traffic: Traffic | undefined, nowMs: number): FirstTokenHistoryView['totals'] {
  const { meanMs, streams } = readFirstTokens(traffic, nowMs)
  return { first_token_ms: meanMs.map(roundOrNull), streams }
}

export function firstTokenHistoryView({ state }: Pick<AdminContext, 'state'>): FirstTokenHistoryView {
  const { traffic } = state
  const { nowMs } = traffic.timeSpan()
  return {
    step_seconds: FIRST_TOKEN_STEP_S,
    from: new Date(Date.now() - (nowMs - firstTokensStartMs(nowMs))).toISOString(),
    totals: firstTokens(traffic.total, nowMs),
    endpoints: state
      .snapshot()
      .endpoints.map(({ id }) => ({ id, ...firstTokens(traffic.endpoint(id), nowMs) })),
  }
}
