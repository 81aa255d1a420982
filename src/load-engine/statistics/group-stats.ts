/** Groups the results of a card by labels from their response headers, such as endpoint, cache and attempts. */
import { createLatencySketch } from './latency-sketch.ts'
import type { RequestResult } from '../requests/request-result.ts'
import { groupDimensions, type Group, type GroupDimension, type Groups } from '../model/run-summary.ts'

const MAX_VALUES = 50
const OTHER = 'other'

function createGroup() {
  let ok = 0
  let failed = 0
  let good = 0
  let dropped = 0
  let completionTokens = 0
  const ttft = createLatencySketch()
  const tpot = createLatencySketch()
  const e2e = createLatencySketch()
  return {
    drop: () => void (dropped += 1),
    add(result: RequestResult, isGood: boolean): void {
      if (isGood) good += 1
      if (result.outcome !== 'ok') {
        failed += 1
        return
      }
      ok += 1
      completionTokens += result.completionTokens ?? 0
      if (result.ttftMs !== null) ttft.add(result.ttftMs)
      if (result.tpotMs !== null) tpot.add(result.tpotMs)
      if (result.e2eMs !== null) e2e.add(result.e2eMs)
    },
    summary: (value: string): Group => ({
      value,
      ok,
      failed,
      good,
      dropped,
      completionTokens,
      ttft: ttft.summary(),
      tpot: tpot.summary(),
      e2e: e2e.summary(),
    }),
  }
}

/** The groups of one label. */
function createDimension() {
  const groups = new Map<string, ReturnType<typeof createGroup>>()
  // Mostly the one of the result before.
  let last: { readonly value: string; readonly group: ReturnType<typeof createGroup> } | undefined
  return {
    groupOf(value: string): ReturnType<typeof createGroup> {
      if (last?.value === value) return last.group
      const key = groups.has(value) || groups.size < MAX_VALUES ? value : OTHER
      const group = groups.get(key) ?? createGroup()
      groups.set(key, group)
      last = { value, group }
      return group
    },
    summary: (): Group[] => [...groups].map(([value, group]) => group.summary(value)),
  }
}

export interface GroupStats {
  /** Adds a success or a failure; cancelled requests do not count. */
  add(result: RequestResult, isGood: boolean): void
  /** Counts an arrival of a step that was not sent. */
  addDropped(step: string): void
  /** @returns the groups of each dimension, in order of first appearance. */
  summary(): Groups
}

export function createGroupStats(): GroupStats {
  const dimensions = Object.fromEntries(
    groupDimensions.map((dimension) => [dimension, createDimension()]),
  ) as Record<GroupDimension, ReturnType<typeof createDimension>>
  return {
    addDropped: (step) => dimensions.step.groupOf(step).drop(),
    add(result, isGood) {
      for (const dimension of groupDimensions)
        dimensions[dimension].groupOf(result.labels[dimension]).add(result, isGood)
    },
    summary: () =>
      Object.fromEntries(
        groupDimensions.map((dimension) => [dimension, dimensions[dimension].summary()]),
      ) as Groups,
  }
}
