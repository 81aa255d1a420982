/** Counts and latencies by time step, at first one second. At 600 steps, neighbours are merged and the step doubles. */
import { createLatencySketch, type LatencySketch } from './latency-sketch.ts'
import type { SeriesUpdate } from '../protocol/messages.ts'
import type { RequestResult } from '../requests/request-result.ts'
import { MAX_POINTS, seriesColumns, type FailureKind, type SeriesColumn } from '../model/run-summary.ts'

type Tally = 'ok' | 'failed' | 'dropped' | 'tokens'

interface Point {
  readonly tally: Record<Tally, number>
  readonly failures: Map<FailureKind, number>
  inFlight: number
  readonly ttft: LatencySketch
  readonly tpot: LatencySketch
  readonly e2e: LatencySketch
}

export interface TimeSeries {
  /** @param atMs - end of the request, in milliseconds since the start of the run. */
  addResult(atMs: number, result: RequestResult): void
  addDropped(atMs: number): void
  /** Adds tokens while they arrive, before the outcome of their request is known. */
  addTokens(atMs: number, tokens: number): void
  /** Each step keeps its last sample. */
  sampleInFlight(atMs: number, inFlight: number): void
  /** @returns the points that changed since the last call. */
  takeUpdate(atMs: number): SeriesUpdate
  /** @returns all points. */
  read(atMs: number): SeriesUpdate
}

const emptyPoint = (): Point => ({
  tally: { ok: 0, failed: 0, dropped: 0, tokens: 0 },
  failures: new Map(),
  inFlight: 0,
  ttft: createLatencySketch(),
  tpot: createLatencySketch(),
  e2e: createLatencySketch(),
})

function mergePoints(a: Point, b: Point | undefined): Point {
  if (!b) return a
  for (const name of Object.keys(a.tally) as Tally[]) a.tally[name] += b.tally[name]
  for (const [kind, failed] of b.failures) a.failures.set(kind, (a.failures.get(kind) ?? 0) + failed)
  for (const name of ['ttft', 'tpot', 'e2e'] as const) a[name].merge(b[name])
  a.inFlight = b.inFlight
  return a
}

const quantile = (sketch: LatencySketch, fraction: number): number | null =>
  sketch.count() === 0 ? null : sketch.quantile(fraction)

/** @param seconds - elapsed part of the step, over which rates are computed. */
const readPoint = (point: Point, atS: number, seconds: number): Record<SeriesColumn, number | null> => ({
  atS,
  okPerS: point.tally.ok / seconds,
  failedPerS: point.tally.failed / seconds,
  droppedPerS: point.tally.dropped / seconds,
  tokensPerS: point.tally.tokens / seconds,
  inFlight: point.inFlight,
  ttftP50: quantile(point.ttft, 0.5),
  ttftP95: quantile(point.ttft, 0.95),
  ttftP99: quantile(point.ttft, 0.99),
  tpotP50: quantile(point.tpot, 0.5),
  tpotP95: quantile(point.tpot, 0.95),
  tpotP99: quantile(point.tpot, 0.99),
  e2eP50: quantile(point.e2e, 0.5),
  e2eP95: quantile(point.e2e, 0.95),
  e2eP99: quantile(point.e2e, 0.99),
})

/** @param maxPoints - an even number. */
export function createTimeSeries(maxPoints = MAX_POINTS): TimeSeries {
  let points: Point[] = []
  let stepS = 1
  /** The first point that changed since the last update. */
  let changedFrom = 0
  const kinds = new Set<FailureKind>()

  const mergeAdjacentPoints = (): void => {
    points = points
      .filter((_, index) => index % 2 === 0)
      .map((point, index) => mergePoints(point, points[index * 2 + 1]))
    stepS *= 2
    changedFrom = 0
  }
  const pointAt = (atMs: number): Point => {
    const second = Math.max(0, atMs / 1000)
    while (Math.floor(second / stepS) >= maxPoints) {
      if (points.length === 0) stepS *= 2
      else mergeAdjacentPoints()
    }
    const index = Math.floor(second / stepS)
    while (points.length <= index) points.push(emptyPoint())
    changedFrom = Math.min(changedFrom, index)
    return points[index] ?? emptyPoint()
  }
  const columnsFrom = (from: number, atMs: number): SeriesUpdate => {
    const read = points.slice(from).map((point, offset) => {
      const atS = (from + offset) * stepS
      const passedS = Math.min(stepS, Math.max(atMs / 1000 - atS, stepS / 4))
      return { row: readPoint(point, atS, passedS), failures: point.failures, passedS }
    })
    const rows = read.map(({ row }) => row)
    const columns = Object.fromEntries(seriesColumns.map((name) => [name, rows.map((row) => row[name])]))
    const failures = [...kinds].map((kind) => ({
      kind,
      perS: read.map(({ failures: byKind, passedS }) => (byKind.get(kind) ?? 0) / passedS),
    }))
    return { stepS, from, columns: columns as Record<SeriesColumn, (number | null)[]>, failures }
  }

  return {
    addResult(atMs, result) {
      const point = pointAt(atMs)
      point.tally.tokens += result.uncountedTokens
      if (result.outcome === 'cancelled') return
      point.tally[result.outcome === 'ok' ? 'ok' : 'failed'] += 1
      if (result.outcome !== 'ok') {
        kinds.add(result.outcome)
        point.failures.set(result.outcome, (point.failures.get(result.outcome) ?? 0) + 1)
        return
      }
      if (result.ttftMs !== null) point.ttft.add(result.ttftMs)
      if (result.tpotMs !== null) point.tpot.add(result.tpotMs)
      if (result.e2eMs !== null) point.e2e.add(result.e2eMs)
    },
    addDropped: (atMs) => void (pointAt(atMs).tally.dropped += 1),
    addTokens: (atMs, tokens) => void (pointAt(atMs).tally.tokens += tokens),
    sampleInFlight: (atMs, inFlight) => void (pointAt(atMs).inFlight = inFlight),
    takeUpdate(atMs) {
      const update = columnsFrom(Math.min(changedFrom, points.length), atMs)
      // The last point still changes: its rates depend on how much of its step has passed.
      changedFrom = Math.max(0, points.length - 1)
      return update
    },
    read: (atMs) => columnsFrom(0, atMs),
  }
}
