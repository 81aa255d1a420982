/** The badge of a card: whether it meets its limits, or its state when it has no limits. */
import { Badge } from '../../ui/display/badge.tsx'
import { LIMITED } from '../../../src/load-engine/report/tester-text.ts'
import { formatPercent } from '../../../src/load-engine/report/format-figure.ts'
import type { CardSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'

interface SloBadgeProps {
  readonly scenario: Scenario
  readonly snapshot: CardSnapshot | undefined
}

export function SloBadge({ snapshot }: SloBadgeProps) {
  if (snapshot === undefined) return <Badge>ready</Badge>
  if (snapshot.tester.isLimit) return <Badge tone="warn">{LIMITED}</Badge>
  const { met, percent } = snapshot.goodput
  if (met === null)
    return <Badge {...(snapshot.state === 'running' && { tone: 'info' as const })}>{snapshot.state}</Badge>
  return (
    <Badge tone={met ? 'ok' : 'bad'}>
      SLO {met ? 'met' : 'missed'} · {formatPercent(percent)}
    </Badge>
  )
}
