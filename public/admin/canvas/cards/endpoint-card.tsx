/** The card of an endpoint: its condition, its live figures, and its share beside its quota. */
import { memo } from 'react'
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import { count, duration, MISSING, percent, rate } from '../../../ui/format/figures.ts'
import { isServedIn } from '../../routing/modes-in-use.ts'
import type { EndpointLive } from '../../state/live/live-store.ts'
import { useGateway } from '../../state/page/page.tsx'
import { useConfigured } from '../../state/page/use-configured.ts'
import { CardFrame } from './frame/card-frame.tsx'
import { memoCard } from './frame/memo-card.ts'
import card from './card.module.css'
import { ConditionDot } from '../../endpoint-condition/condition-dot.tsx'
import styles from './endpoint-card.module.css'
import { EndpointModels } from './endpoint-models.tsx'
import { endpointCondition, type Condition } from '../../endpoint-condition/endpoint-condition.ts'
import { loadWords } from '../../endpoint-condition/load-words.ts'
import {
  longWaitMs,
  requestHint,
  requestWords,
  waitingWords,
} from '../../endpoint-condition/waiting-words.ts'
import { hitWords, queueWords, speedWords } from '../../endpoint-condition/work-words.ts'
import { Figure } from './figure.tsx'
import { nodeOfKey } from '../../state/node-ref.ts'
import { Speed } from './speed.tsx'
import { useFigureOf, useNearLive } from './use-figure.ts'

export const EndpointCard = memoCard(function EndpointCard({ id: cardId, selected }) {
  const { id } = nodeOfKey(cardId)
  const endpoint = useConfigured('endpoint', id)
  const condition = useFigureOf('endpoint', String(id), (live) =>
    endpoint === undefined ? 'healthy' : endpointCondition(endpoint, live).condition,
  )
  if (endpoint === undefined) return null
  return (
    <CardFrame
      node={{ kind: 'endpoint', id }}
      name={endpoint.name}
      selected={selected}
      condition={condition}
      mark={<ConditionDot condition={condition} />}
      summary={<Speed kind="endpoint" id={id} unit=" tok/s" />}
    >
      <Details endpoint={endpoint} />
    </CardFrame>
  )
})

const Details = memo(function Details({ endpoint }: { readonly endpoint: EndpointView }) {
  const { id, max_concurrent: most } = endpoint
  const live = useNearLive('endpoint', id)
  const { condition, notice } = endpointCondition(endpoint, live)
  const waiting = waitingWords(live)
  const foot = notice === undefined || waiting === '' ? notice : `${notice} · ${waiting}`
  const waitMs = live && longWaitMs(live)
  return (
    <>
      <div className={styles.head} data-condition={condition}>
        <ConditionDot condition={condition} />
        <span className={styles.titles}>
          <span className={card.name} title={endpoint.name}>
            {endpoint.name}
          </span>
          <EndpointModels id={id} />
        </span>
        <Weight endpoint={endpoint} />
      </div>
      <div className={styles.figures} data-condition={condition}>
        <Figure caption="tok/s" value={rate(live?.tokens_per_second)} also={speedWords(live)} />
        <Figure
          caption="in flight"
          value={count(live?.inflight)}
          of={most > 0 ? count(most) : undefined}
          full={most > 0 && (live?.inflight ?? 0) >= most}
          also={queueWords(live)}
        />
        {waitMs === undefined ? (
          <Figure
            caption="first token"
            value={duration(live?.first_token_ms)}
            also={hitWords(live?.cached_percent)}
          />
        ) : (
          <Figure caption="oldest wait" value={duration(waitMs)} also={hitWords(live?.cached_percent)} />
        )}
      </div>
      {foot === undefined ? (
        <Share endpoint={endpoint} live={live} condition={condition} />
      ) : (
        <div className={styles.notice} data-condition={condition} title={foot}>
          <span className={styles.words}>{foot}</span>
        </div>
      )}
    </>
  )
})

/** Its quota, its rank, both or neither: what counts in the modes of the blocks that are wired to it. */
const Weight = memo(function Weight({ endpoint }: { readonly endpoint: EndpointView }) {
  const { id } = endpoint
  const hasQuota = useGateway((state) => isServedIn(state, id, 'percentage'))
  const areEqual = useGateway(({ endpoints }) => endpoints.every((one) => one.token_quota_percent === 0))
  const hasRank = useGateway((state) => isServedIn(state, id, 'priority'))
  const rank = useGateway((state) => rankOf(state.endpoints, endpoint.priority_order))
  return (
    <>
      {hasQuota && (
        <span
          className={card.pill}
          title={areEqual ? 'token quota: none has one, so all get equal shares' : 'token quota'}
        >
          {areEqual ? 'equal' : percent(endpoint.token_quota_percent)}
        </span>
      )}
      {hasRank && (
        <span className={card.pill} title={`priority order ${endpoint.priority_order}`}>
          rank {rank}
        </span>
      )}
    </>
  )
})

/** The rank by priority, from 1; endpoints of the same priority share a rank. */
function rankOf(endpoints: readonly EndpointView[], priority: number): number {
  const earlier = new Set(
    endpoints.map(({ priority_order }) => priority_order).filter((one) => one < priority),
  )
  return earlier.size + 1
}

interface ShareProps {
  readonly endpoint: EndpointView
  readonly live: EndpointLive | undefined
  readonly condition: Condition
}

/** The share of all completion tokens as a bar, with the quota as a tick. */
function Share({ endpoint, live, condition }: ShareProps) {
  const hasQuota = useGateway((state) => isServedIn(state, endpoint.id, 'percentage'))
  const quota = useGateway((state) => quotaShare(state.endpoints, endpoint))
  const success = live?.success_percent
  const load = loadWords(live?.load)
  return (
    <div className={styles.share} data-told={load !== '' || undefined}>
      <span>share {percent(live?.share_percent)}</span>
      <span className={styles.words} title={requestHint(live)}>
        {requestWords(live)}
      </span>
      <span
        className={styles.success}
        data-poor={success != null && success < 95}
        title={waitingWords(live) || undefined}
      >
        {resultWords(live, condition)}
      </span>
      <span className={styles.bar}>
        <span className={styles.filled} style={{ width: `${Math.min(100, live?.share_percent ?? 0)}%` }} />
        {hasQuota && quota !== undefined && (
          <span className={styles.tick} style={{ left: `${quota}%` }} title={`quota ${percent(quota)}`} />
        )}
      </span>
      {load !== '' && (
        <span className={styles.load} title="as the backend tells, of all its clients">
          {load}
        </span>
      )}
    </div>
  )
}

/** How requests of the last minute have ended; what never got an answer is never called ok. */
function resultWords(live: EndpointLive | undefined, condition: Condition): string {
  if (live !== undefined && live.give_ups > 0) return `${count(live.give_ups)} gave up`
  if (live?.success_percent != null) return `${percent(live.success_percent)} ok`
  return condition === 'healthy' ? `${MISSING} ok` : condition
}

/** The endpoint's part of the sum of quotas, in percent: quotas need not add up to 100. */
function quotaShare(endpoints: readonly EndpointView[], { id }: EndpointView): number {
  const taking = endpoints.filter((one) => one.enabled && one.connected)
  const sum = taking.reduce((total, one) => total + one.token_quota_percent, 0)
  const own = taking.find((one) => one.id === id)?.token_quota_percent ?? 0
  return sum === 0 ? 100 / Math.max(1, taking.length) : (100 * own) / sum
}
