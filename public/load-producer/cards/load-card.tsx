/** A card: target, arrival pattern, progress, figures and buttons of one scenario. */
import { Play, RotateCcw, Square } from 'lucide-react'
import { memo } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { Progress } from '../../ui/display/progress.tsx'
import { apiCalls, isStream, urlOf } from '../../../src/load-engine/model/api-calls.ts'
import { describeArrival } from '../../../src/load-engine/report/describe-arrival.ts'
import { formatCount, formatMs } from '../../../src/load-engine/report/format-figure.ts'
import type { CardSnapshot } from '../../../src/load-engine/protocol/messages.ts'
import type { Scenario } from '../../../src/load-engine/model/scenario.ts'
import type { Card } from '../state/card.ts'
import { useLive, usePage } from '../state/page.tsx'
import { CardMenu } from './card-menu.tsx'
import styles from './load-card.module.css'
import { SloBadge } from './slo-badge.tsx'
import { shortenUrl } from '../format/shorten-url.ts'

interface LoadCardProps {
  readonly card: Card
}

function progressText({ counts, plannedRequests, state }: CardSnapshot): string {
  const done = formatCount(counts.ok + counts.failed + counts.dropped)
  if (plannedRequests === null && state === 'finished') return `${done} in all`
  return plannedRequests === null ? `${done} of endless` : `${done} of ${formatCount(plannedRequests)}`
}

const plannedText = ({ scenario: { requests, arrival } }: Card): string => {
  if (requests > 0) return `0 of ${formatCount(requests)}`
  return ['sweep', 'knee', 'replay'].includes(arrival.kind) ? 'not started' : '0 of endless'
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
        <h2 className={styles.name}>
          <button
            type="button"
            className={styles.open}
            title={scenario.name}
            onClick={() => workspace.setState({ dialog: { name: 'edit', cardId: card.id } })}
          >
            {scenario.name}
          </button>
        </h2>
        <SloBadge scenario={scenario} snapshot={snapshot} />
      </header>
      <div className={styles.facts}>
        <code className={styles.target} title={urlOf(scenario)}>
          {shortenUrl(scenario.url)}
        </code>
        {scenario.call !== 'chat' && <span className={styles.call}>{apiCalls[scenario.call].label}</span>}
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
      <CardFigures scenario={scenario} snapshot={snapshot} />
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

interface CardFiguresProps {
  readonly scenario: Scenario
  readonly snapshot: CardSnapshot | undefined
}

/** What goes through the card now; over the whole run once it has ended. */
function throughput({ state, recent, tokens, counts, elapsedMs }: CardSnapshot, writesText: boolean): number {
  if (state === 'running') return writesText ? recent.tokensPerS : recent.requestsPerS
  return ((writesText ? tokens.completion : counts.ok) * 1000) / Math.max(1, elapsedMs)
}

function CardFigures({ scenario, snapshot }: CardFiguresProps) {
  const { writesText } = apiCalls[scenario.call]
  // Only a stream has a first token.
  const [caption, latency] = isStream(scenario)
    ? (['TTFT', snapshot?.latency.ttft] as const)
    : (['total', snapshot?.latency.e2e] as const)
  const figures = [
    [`${caption} p50`, formatMs(latency?.p50Ms)],
    [`${caption} p99`, formatMs(latency?.p99Ms)],
    [
      `${writesText ? 'tok/s' : 'req/s'}${snapshot?.state === 'running' ? ' now' : ''}`,
      formatCount(snapshot && throughput(snapshot, writesText)),
    ],
    ['errors', formatCount(snapshot?.counts.failed)],
  ] as const
  return (
    <dl className={styles.figures}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={name === 'errors' && (snapshot?.counts.failed ?? 0) > 0 ? styles.bad : undefined}>
            {value}
          </dd>
        </div>
      ))}
    </dl>
  )
}
