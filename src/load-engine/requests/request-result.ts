/** The result of one request, as input of the statistics. */
import type { FailureKind, GroupDimension } from '../model/run-summary.ts'

export interface RequestResult {
  readonly outcome: 'ok' | 'cancelled' | FailureKind
  /** null when no response was received. */
  readonly status: number | null
  /** Message of a failure as UI text, which may contain text from the backend; empty for a success. */
  readonly detail: string
  /** Values from the response headers; `–` for missing ones. */
  readonly labels: Readonly<Record<GroupDimension, string>>
  readonly requestId: string
  /** All rate-limit headers, in the format of the log. */
  readonly rateLimit: string
  /** Scheduled start in milliseconds since the epoch. */
  readonly scheduledAtEpochMs: number
  /** This and the next two: milliseconds from the scheduled start; null for an event that did not happen. */
  readonly ttfbMs: number | null
  readonly ttftMs: number | null
  readonly e2eMs: number | null
  /** Mean time per token after the first, in milliseconds. */
  readonly tpotMs: number | null
  /** Time between consecutive events with content. */
  readonly gapsMs: readonly number[]
  readonly promptTokens: number | null
  readonly completionTokens: number | null
  /** Whether the token counts come from the `usage` of the backend. */
  readonly hasUsage: boolean
  /** Completion tokens that were not reported through `onTokens` while they arrived. */
  readonly uncountedTokens: number
}

/** The label of a missing header or step. */
export const NO_LABEL = '–'
