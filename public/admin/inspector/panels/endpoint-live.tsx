/** What an endpoint does now: its condition, rates, figures and last error. */
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { StatusDot } from '../../../ui/display/status-dot.tsx'
import { count, duration, MISSING, percent, rate } from '../../../ui/format/figures.ts'
import { conditionTone } from '../../endpoint-condition/condition-tone.ts'
import { explainScope } from '../../endpoint-condition/cooldown-scope.ts'
import { endpointCondition } from '../../endpoint-condition/endpoint-condition.ts'
import { loadFigures } from '../../endpoint-condition/load-words.ts'
import { workFigures } from '../../endpoint-condition/work-words.ts'
import { relativeTime } from '../../format/relative-time.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { FiguresList } from '../panel/figures-list.tsx'
import styles from '../panel/panel.module.css'
import { RateSparkline } from '../panel/rate-sparkline.tsx'
import { usePanelActions } from '../panel/use-panel-actions.ts'

interface EndpointLiveProps {
  readonly endpoint: EndpointView
}

export function EndpointLive({ endpoint }: EndpointLiveProps) {
  const { call } = usePage()
  const { attempt } = useCommandRunner()
  const live = useLive('endpoint', String(endpoint.id))
  const { condition, notice } = endpointCondition(endpoint, live)
  const most = endpoint.max_concurrent > 0 ? ` of ${count(endpoint.max_concurrent)}` : ''
  const scope = explainScope(live ?? endpoint)
  const canReset = condition === 'cooling' || condition === 'probing' || scope !== undefined
  const reset = (): void =>
    void attempt(() => call('POST', `/endpoints/${endpoint.id}/reset`), 'Cooldown ended')
  usePanelActions([
    { id: 'reset', label: `End the cooldown of ${endpoint.name}`, disabled: !canReset, run: reset },
  ])
  return (
    <>
      <div className={styles.line}>
        <StatusDot tone={conditionTone[condition]} />
        <strong>{condition}</strong>
      </div>
      {notice !== undefined && (canReset || condition === 'unhealthy') && (
        <div className={styles.notice}>
          <span>{notice}</span>
          {canReset && (
            <Button size="small" onClick={reset}>
              End cooldown
            </Button>
          )}
        </div>
      )}
      {canReset && scope !== undefined && <p className={styles.muted}>{scope}</p>}
      <RateSparkline of="endpoints" id={endpoint.id} />
      <FiguresList
        figures={[
          ['in flight', live === undefined ? MISSING : count(live.inflight) + most],
          ['requests', `${rate(live?.requests_per_second)} /s`],
          ['success', percent(live?.success_percent)],
          ['first token', duration(live?.first_token_ms)],
          ['latency', duration(live === undefined || live.avg_latency_ms === 0 ? null : live.avg_latency_ms)],
          ['share', percent(live?.share_percent)],
          ...workFigures(live),
          ['served', count(live?.total_requests)],
          ['prompt tok', count(live?.prompt_tokens_total)],
          ['cached', count(live?.cached_tokens_total)],
          ['completion tok', count(live?.completion_tokens_total)],
          ['reasoning', count(live?.reasoning_tokens_total)],
          ...loadFigures(live?.load),
        ]}
      />
      {live !== undefined && live.total_failures > 0 && (
        <p>
          <a href={`#/requests?endpoint=${endpoint.id}&outcome=failure`}>
            Failures: {count(live.total_failures)}
          </a>
        </p>
      )}
      {live?.last_error != null && (
        <p className={styles.muted}>
          Last error {relativeTime(1000 * (live.last_error_age_s ?? 0))}: {live.last_error}
        </p>
      )}
    </>
  )
}
