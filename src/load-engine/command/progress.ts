/** Shows how far a run is: a bar on a terminal, else a line every few seconds. */
import type { Snapshot } from '../protocol/messages.ts'
import { formatCount, formatMs, formatRate } from '../report/format-figure.ts'
import { LIMITED } from '../report/tester-text.ts'

interface Output {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

export interface Progress {
  show(snapshot: Snapshot): void
  /** Leaves the line of the bar. */
  end(): void
}

const BAR_CHARACTERS = 24
const LINE_EVERY_MS = 5_000

const bar = (part: number): string => {
  const filled = Math.round(Math.min(1, Math.max(0, part)) * BAR_CHARACTERS)
  return `[${'#'.repeat(filled)}${'-'.repeat(BAR_CHARACTERS - filled)}] ${String(Math.floor(part * 100)).padStart(3)} %`
}

/** The progress of all cards; null where one has no end. @param parts - of each card, the last that was told. */
function overall(parts: readonly (number | null)[]): number | null {
  const known = parts.filter((part) => part !== null)
  return known.length < parts.length || parts.length === 0
    ? null
    : known.reduce((sum, part) => sum + part, 0) / known.length
}

export function createProgress(output: Output, nowMs: () => number): Progress {
  const parts = new Map<string, number | null>()
  let shownAtMs = -Infinity
  let isOnLine = false
  const textOf = ({ total, cards }: Snapshot): string => {
    const isLimit = cards.some(({ tester }) => tester.isLimitNow)
    const part = overall([...parts.values()])
    const { counts, recent, latency } = total
    return [
      ...(part === null ? [] : [bar(part)]),
      `${formatCount(counts.ok + counts.failed)} requests`,
      formatRate(recent.requestsPerS),
      `first token p50 ${formatMs(latency.ttft?.p50Ms)}`,
      `end to end p95 ${formatMs(latency.e2e?.p95Ms)}`,
      `${formatCount(counts.failed)} failed`,
      ...(isLimit ? [LIMITED] : []),
      ...(counts.dropped > 0 ? [`${formatCount(counts.dropped)} dropped`] : []),
    ].join(' · ')
  }
  return {
    show(snapshot) {
      for (const { cardId, progress } of snapshot.cards) parts.set(cardId, progress)
      if (output.isTTY) {
        output.write(`\r\x1b[K${textOf(snapshot).slice(0, Math.max(20, (output.columns ?? 120) - 1))}`)
        isOnLine = true
      } else if (nowMs() - shownAtMs >= LINE_EVERY_MS) {
        shownAtMs = nowMs()
        output.write(`${textOf(snapshot)}\n`)
      }
    },
    end() {
      if (isOnLine) output.write('\n')
      isOnLine = false
    },
  }
}
