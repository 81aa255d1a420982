/** The status bar: the gateway's totals and the last change. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { AuditEntry } from '../../../src/contract/audit.ts'
import type { LiveView } from '../../../src/contract/traffic/live.ts'
import { count, duration, MISSING, percent, rate, span } from '../../ui/format/figures.ts'
import { StatusDot, type Tone } from '../../ui/display/status-dot.tsx'
import { endpointCondition, isServing } from '../endpoint-condition/endpoint-condition.ts'
import { longWaitMs } from '../endpoint-condition/waiting-words.ts'
import { useGateway, useLive, usePage } from '../state/page/page.tsx'
import { useStaleS } from '../state/page/use-data-age.ts'
import { troubleCount } from '../troubles/trouble-words.ts'
import { useTroubles } from '../watch/watch-context.ts'
import { relativeTime } from '../format/relative-time.ts'
import styles from './status-bar.module.css'

const WARN_ERRORS_PERCENT = 1
const BAD_ERRORS_PERCENT = 5

/** Counts the endpoints that can take a request, by the last live figures. */
function useServing(): { readonly serving: number; readonly all: number } {
  const { live } = usePage()
  // Renders with every update of the live figures.
  useLive('gateway', '')
  const endpoints = useGateway((state) => state.endpoints) ?? []
  const serving = endpoints.filter((one) =>
    isServing(endpointCondition(one, live.get('endpoint', String(one.id))).condition),
  )
  return { serving: serving.length, all: endpoints.length }
}

function errorTone(errors: number | undefined): Tone {
  if (errors === undefined || errors < WARN_ERRORS_PERCENT) return 'ok'
  return errors < BAD_ERRORS_PERCENT ? 'warn' : 'bad'
}

export function StatusBar() {
  const stats = useLive('gateway', '')
  const { serving, all } = useServing()
  const errors =
    stats === undefined || stats.requests_per_second === 0
      ? undefined
      : (100 * stats.errors_per_second) / stats.requests_per_second
  const waitMs = stats && longWaitMs(stats)
  const servingTone: Tone = serving === 0 ? 'bad' : serving < all ? 'warn' : 'ok'
  return (
    // On a narrow screen it scrolls sideways, by keyboard too.
    <footer className={styles.bar} aria-label="Totals" tabIndex={0}>
      <Troubles />
      <Age />
      <Total value={rate(stats?.tokens_per_second)} unit="tok/s" />
      <Total value={rate(stats?.requests_per_second)} unit="req/s" />
      <Total value={rate(stats?.arrivals_per_second)} unit="arriving/s" />
      <Total value={count(stats?.total_inflight)} unit="in flight" />
      {(stats?.queued ?? 0) > 0 && <Total value={count(stats?.queued)} unit="queued" tone="warn" />}
      <Total value={percent(errors)} unit="errors" tone={errorTone(errors)} />
      {stats !== undefined && stats.give_ups > 0 && (
        <Total value={count(stats.give_ups)} unit="gave up" tone="warn" />
      )}
      {waitMs !== undefined && <Total value={duration(waitMs)} unit="oldest wait" tone="warn" />}
      <Total value={duration(stats?.first_token_ms)} unit="first token" />
      <Total
        value={all === 0 ? MISSING : `${serving} of ${all}`}
        unit="endpoints serving"
        {...(all > 0 && { tone: servingTone })}
      />
      {stats?.workers && <Workers {...stats.workers} />}
      <Unsaved />
      <LastChange />
    </footer>
  )
}

/** The number of troubles, which stand over the canvas; absent while there are none. */
function Troubles() {
  const { workspace } = usePage()
  const { troubles } = useTroubles()
  const worst = troubles.find(({ over }) => over === undefined)
  if (worst === undefined) return null
  return (
    <button type="button" className={styles.troubles} onClick={() => workspace.show('canvas')}>
      <StatusDot tone={worst.severity} />
      {troubleCount(troubles)}
    </button>
  )
}

/** How old the figures are once they stand still. */
function Age() {
  const ageS = useStaleS()
  return ageS === undefined ? null : <Total value={span(1000 * ageS)} unit="old" tone="warn" />
}

/** The processes that serve clients, of those that should. */
function Workers({ configured, running }: NonNullable<LiveView['stats']['workers']>) {
  const isWhole = running.length >= configured
  const value = isWhole ? count(configured) : `${running.length} of ${configured}`
  return <Total value={value} unit="workers" tone={isWhole ? 'ok' : 'bad'} />
}

function Total({
  value,
  unit,
  tone,
}: {
  readonly value: string
  readonly unit: string
  readonly tone?: Tone
}) {
  const isBad = tone === 'warn' || tone === 'bad'
  return (
    <span className={styles.total} data-tone={tone}>
      {isBad && <StatusDot tone={tone} label={tone === 'bad' ? 'bad' : 'warning'} />}
      <strong>{value}</strong> {unit}
    </span>
  )
}

/** The number of unsaved drafts, as a link to one of them. */
function Unsaved() {
  const { drafts, workspace } = usePage()
  const [first, ...others] = Object.values(useStore(drafts))
  if (first === undefined) return null
  return (
    <button type="button" className={styles.unsaved} onClick={() => workspace.reveal(first.node)}>
      {1 + others.length} unsaved
    </button>
  )
}

function LastChange() {
  const { call, queries } = usePage()
  const etag = useGateway((state) => state.etag)
  const { data, dataUpdatedAt } = useQuery(
    {
      queryKey: ['audit', 'last', etag],
      queryFn: () => call<AuditEntry[]>('GET', '/audit?limit=1'),
      placeholderData: (before) => before,
    },
    queries,
  )
  // The age changes with every update of the live figures.
  const uptimeS = useLive('gateway', '')?.uptime_seconds ?? 0
  const [knownAt, setKnownAt] = useState({ dataUpdatedAt, uptimeS })
  if (knownAt.dataUpdatedAt !== dataUpdatedAt) setKnownAt({ dataUpdatedAt, uptimeS })
  const nowMs = dataUpdatedAt + 1000 * Math.max(0, uptimeS - knownAt.uptimeS)
  const last = data?.[0]
  if (last === undefined) return null
  return (
    <a href="#/audit" className={styles.last}>
      saved · {last.action} {relativeTime(nowMs - Date.parse(last.at))} by {last.actor}
    </a>
  )
}
