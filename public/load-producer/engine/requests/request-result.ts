/** What became of one request, as the statistics take it. */
import type { FailureKind, GroupDimension } from '../../model/run-summary.ts'

export interface RequestResult {
  readonly outcome: 'ok' | 'cancelled' | FailureKind
  /** null where no answer came. */
  readonly status: number | null
  /** Of a failure, for people; may hold what the backend wrote. */
  readonly detail: string
  /** What the answer's headers said; `–` for what they did not. */
  readonly labels: Readonly<Record<GroupDimension, string>>
  readonly requestId: string
  /** As in the log. */
  readonly rateLimit: string
  /** Milliseconds since the epoch, of the scheduled start. */
  readonly scheduledAtEpochMs: number
  /** From the scheduled start. null for what never came to pass. */
  readonly ttfbMs: number | null
  readonly ttftMs: number | null
  readonly e2eMs: number | null
  /** Mean over the tokens after the first. */
  readonly tpotMs: number | null
  readonly gapsMs: readonly number[]
  readonly promptTokens: number | null
  readonly completionTokens: number | null
  /** Whether the token counts are the backend's own. */
  readonly hasUsage: boolean
  /** Completion tokens that the series has not counted while they came in. */
  readonly uncountedTokens: number
}

/** Where a header or a step is missing. */
export const NO_LABEL = '–'
