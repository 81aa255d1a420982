/** A card: target, arrival pattern, progress, figures and buttons of one scenario. */
import { Play, RotateCcw, Square } from 'lucide-react'
import { memo } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { Progress } from '../../ui/display/progress.tsx'
import { describeArrival } from '../format/describe-arrival.ts'
import { formatCount, formatMs } from '../format/format-figure.ts'
import type { CardSnapshot } from '../engine/protocol/messages.ts'
import type { Card } from '../state/card.ts'
import { useLive, usePage } from '../state/page.tsx'
import { CardMenu } from './card-menu.tsx'
import styles from './load-card.module.css'
import { SloBadge } from './slo-badge.tsx'
import { shortenUrl } from '../format/shorten-url.ts'

interface LoadCardProps {
  readonly card: Card
}

function progressText({ counts, plannedRequests }: CardSnapshot): string {
  const done = formatCount(counts.ok + counts.failed + counts.dropped)
  return plannedRequests === null ? `${done} of endless` : `${done} of ${formatCount(plannedRequests)}`
}

const plannedText = ({ scenario: { requests, arrival } }: Card): string => {
  if (requests > 0) return `0 of ${formatCount(requests)}`
  return arrival.kind === 'sweep' || arrival.kind === 'replay' ? 'not started' : '0 of endless'
}

export const LoadCard = memo(function LoadCard({ card }: LoadCardProps) {
  const { cards, workspace } = usePage()
  const snapshot = useLive((live) => live.cards[card.id]?.snapshot)
  const { scenario } = card
  const isRunning = snapshot?.state === 'running'
  const text = snapshot ? progressText(snapshot) : plannedText(card)
  const note = snapshot === undefined ? '' : waitingNote(snapshot)
  return (
    <article aria-label={`Card ${scenario.name}`} className={styles.card}>
      <header className={styles.head}>
        <h3 className={styles.name}>
          <button
            type="button"
            className={styles.open}
            title={scenario.name}
            onClick={() => workspace.setState({ dialog: { name: 'edit', cardId: card.id } })}
          >
            {scenario.name}
          </button>
        </h3>
        <SloBadge scenario={scenario} snapshot={snapshot} />
      </header>
      <div className={styles.facts}>
        <code className={styles.target} title={scenario.url}>
          {shortenUrl(scenario.url)}
        </code>
        <span className={styles.arrival} title={describeArrival(scenario)}>
          {describeArrival(scenario)}
        </span>
      </div>
      <Progress
        label={`Progress of ${scenario.name}`}
        value={snapshot ? snapshot.progress : 0}
        text={text}
        running={isRunning}
      />
      <CardFigures snapshot={snapshot} />
      {note !== '' && <p className={styles.note}>{note}</p>}
      <footer className={styles.foot}>
        <span className={styles.count}>
          {text}
          {snapshot && snapshot.step !== '' && <span className={styles.step}>{snapshot.step}</span>}
        </span>
        {isRunning ? (
          <Button icon={<Square />} onClick={() => cards.stop(card)} aria-label={`Stop ${scenario.name}`}>
            Stop
          </Button>
        ) : (
          <Button icon={<Play />} onClick={() => cards.start(card)} aria-label={`Start ${scenario.name}`}>
            Start
          </Button>
        )}
        <ResetButton card={card} disabled={snapshot === undefined || isRunning} />
        <CardMenu card={card} />
      </footer>
    </article>
  )
})

function ResetButton({ card, disabled }: LoadCardProps & { readonly disabled: boolean }) {
  const { cards } = usePage()
  return (
    <Button
      icon={<RotateCcw />}
      disabled={disabled}
      onClick={() => cards.reset(card)}
      aria-label={`Reset ${card.scenario.name}`}
      title="Clears the figures shown here; the run is kept under Runs"
    >
      Reset
    </Button>
  )
}

function waitingNote({ waitingFields, counts, state }: CardSnapshot): string {
  const notes: string[] = []
  if (waitingFields.length > 0 && state === 'running')
    notes.push(`${waitingFields.join(', ')}: from the next start on`)
  if (counts.dropped > 0) notes.push(`${formatCount(counts.dropped)} dropped: no place came free in time`)
  return notes.join(' · ')
}

function CardFigures({ snapshot }: { readonly snapshot: CardSnapshot | undefined }) {
  const perSecond =
    snapshot === undefined
      ? null
      : snapshot.state === 'running'
        ? snapshot.recent.tokensPerS
        : (snapshot.tokens.completion * 1000) / Math.max(1, snapshot.elapsedMs)
  const figures = [
    ['TTFT p50', formatMs(snapshot?.latency.ttft?.p50Ms)],
    ['TTFT p99', formatMs(snapshot?.latency.ttft?.p99Ms)],
    ['tok/s', formatCount(perSecond)],
    ['errors', formatCount(snapshot?.counts.failed)],
  ] as const
  return (
    <dl className={styles.figures}>
      {figures.map(([caption, value]) => (
        <div key={caption}>
          <dt>{caption}</dt>
          <dd className={caption === 'errors' && (snapshot?.counts.failed ?? 0) > 0 ? styles.bad : undefined}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
