/** The strip over the canvas: what is wrong now, since when, whom it hits, and what can be done. Absent while all is well. */
import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState, type Ref } from 'react'
import { useMediaQuery } from '../../ui/browser/use-media-query.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { StatusDot } from '../../ui/display/status-dot.tsx'
import { useWorkspace } from '../state/page/page.tsx'
import { NARROW_SCREEN } from '../state/workspace/workspace.ts'
import { useTroubles } from '../watch/watch-context.ts'
import styles from './now-strip.module.css'
import { hitWords, sinceWords, troubleCount } from './trouble-words.ts'
import type { TrackedTrouble } from './track-troubles.ts'
import { useTroubleActions } from './use-trouble-actions.ts'

/** Rows that are shown before all are asked for: the canvas lies below them. */
const MOST_ROWS = 3
const MOST_ROWS_NARROW = 1

export function NowStrip({ ref }: { readonly ref: Ref<HTMLElement> }) {
  const { troubles, atMs } = useTroubles()
  const isNarrow = useMediaQuery(NARROW_SCREEN)
  const most = isNarrow ? MOST_ROWS_NARROW : MOST_ROWS
  const isSheetOpen = useWorkspace((workspace) => workspace.inspectorOpen) && isNarrow
  const [chosen, setFolded] = useState<boolean>()
  // Above the sheet of a phone is room for a card or for the rows.
  const isFolded = chosen ?? isSheetOpen
  const [isWhole, setWhole] = useState(false)
  const newest = troubles.reduce((last, { sinceMs }) => Math.max(last, sinceMs), -Infinity)
  const [seen, setSeen] = useState(newest)
  // A new trouble unfolds what was folded by hand.
  if (newest > seen) {
    setSeen(newest)
    setFolded(undefined)
  }
  const [worst] = troubles
  if (worst === undefined) return null
  if (isFolded)
    return (
      <section ref={ref} data-over-canvas className={styles.chip} aria-label="Now">
        <Button size="small" aria-expanded={false} icon={<ChevronDown />} onClick={() => setFolded(false)}>
          {troubleCount(troubles)}
        </Button>
      </section>
    )
  const hidden = troubles.length - most
  return (
    <section ref={ref} data-over-canvas className={styles.strip} aria-label="Now">
      <ul className={styles.rows}>
        {troubles.slice(0, isWhole ? undefined : most).map((trouble) => (
          <Row key={trouble.id} trouble={trouble} nowMs={atMs} />
        ))}
      </ul>
      {hidden > 0 && (
        <Button size="small" variant="quiet" className={styles.more} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `${hidden} more`}
        </Button>
      )}
      <IconButton
        label="Fold the troubles"
        aria-expanded
        icon={<ChevronUp />}
        size="small"
        className={styles.fold}
        onClick={() => setFolded(true)}
      />
    </section>
  )
}

interface RowProps {
  readonly trouble: TrackedTrouble
  readonly nowMs: number
}

function Row({ trouble, nowMs }: RowProps) {
  const buttonsOf = useTroubleActions()
  const { subject, words, severity, over, hits } = trouble
  if (over !== undefined)
    return (
      <li className={styles.row} aria-label={subject}>
        <StatusDot tone={over.tone} label="over" />
        <p className={styles.words}>
          <strong>{subject}</strong> {over.words}
        </p>
      </li>
    )
  const also = [sinceWords(trouble, nowMs), hitWords(hits)].filter((part) => part !== '')
  return (
    <li className={styles.row} aria-label={subject}>
      <StatusDot tone={severity} label={severity === 'bad' ? 'bad' : 'warning'} />
      <p className={styles.words}>
        <strong>{subject}</strong> {words}
        {also.map((part) => (
          <span key={part} className={styles.also}>
            {' '}
            · {part}
          </span>
        ))}
      </p>
      <div className={styles.actions}>
        {buttonsOf(trouble).map(({ action, label, hint, run }) => (
          <Button
            key={action}
            size="small"
            variant="quiet"
            aria-label={`${label}: ${subject}`}
            title={hint}
            onClick={run}
          >
            {label}
          </Button>
        ))}
      </div>
    </li>
  )
}
