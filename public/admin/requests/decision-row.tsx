/** One row of the requests view: where a request went and why. */
import type { DecisionView } from '../../../src/contract/traffic/decision.ts'
import { Badge } from '../../ui/display/badge.tsx'
import { Button } from '../../ui/buttons/button.tsx'
import { duration, MISSING, percent } from '../../ui/format/figures.ts'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import table from '../models/table.module.css'
import { outcomes } from './decision-filter.ts'
import styles from './decision-row.module.css'
import { selectedOf } from './decision-words.ts'

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

interface DecisionRowProps {
  readonly decision: DecisionView
  /** Of its client token, or of its block where it has none. */
  readonly client: string
  readonly endpoint: string
  readonly onWhy: (decision: DecisionView) => void
}

/** `35 ms → 42 ms`: as expected, and as it was; what is not streamed has no time of a first token. */
const beside = (expected: string, actual: string): string =>
  actual !== MISSING ? `${expected} → ${actual}` : expected === MISSING ? MISSING : `expected ${expected}`

const hitPercent = (tokens: number | null | undefined, promptTokens: number): string =>
  percent(tokens == null || promptTokens === 0 ? null : Math.min(100, (100 * tokens) / promptTokens))

export function DecisionRow({ decision, client, endpoint, onWhy }: DecisionRowProps) {
  const { at, model, alias, reason, outcome, status, attempt, queued, prompt_tokens, request_id } = decision
  const selected = selectedOf(decision)
  const { label, tone } = outcomes[outcome ?? 'open']
  const name = alias ?? model ?? MISSING
  return (
    <tr>
      <td className={styles.time}>
        <time dateTime={at}>{clock.format(new Date(at))}</time>
        {request_id !== null && (
          <code className={styles.note} title={request_id}>
            {request_id.slice(0, 8)}
          </code>
        )}
      </td>
      <th scope="row" className={styles.name} title={client}>
        {client}
      </th>
      <td className={styles.name} title={alias === null ? undefined : `${alias}, served as ${model ?? ''}`}>
        {name}
      </td>
      <td className={styles.name} title={endpoint}>
        {endpoint}
        {(attempt > 1 || queued) && (
          <span className={styles.note}>
            {[attempt > 1 && `attempt ${attempt}`, queued && 'from the queue'].filter(Boolean).join(', ')}
          </span>
        )}
      </td>
      <td className={styles.why} title={reason ?? undefined}>
        <span className={styles.reason}>{reason ?? MISSING}</span>
        <Button size="small" variant="quiet" className={styles.ask} onClick={() => onWhy(decision)}>
          Why?
        </Button>
      </td>
      <td className={joinClasses(table.figure)}>
        {hitPercent(selected?.cached_tokens, prompt_tokens)}
        <span className={table.unit}> cached</span>
      </td>
      <td className={joinClasses(table.figure)}>
        {beside(duration(selected?.expected_ms), duration(decision.first_token_ms))}
        <span className={table.unit}> first token</span>
      </td>
      <td className={joinClasses(table.figure)}>
        {duration(decision.duration_ms)}
        <span className={table.unit}> in all</span>
      </td>
      <td className={styles.outcome}>
        <Badge {...(tone && { tone })}>
          {label}
          {outcome === 'failure' && status !== null && ` ${status}`}
        </Badge>
        {decision.error !== null && (
          <span className={joinClasses(styles.note, styles.error)} title={decision.error}>
            {decision.error}
          </span>
        )}
      </td>
    </tr>
  )
}
