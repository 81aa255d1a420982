/** Keeps the last requests of all cards with ascending numbers. */
import { NO_LABEL, type RequestResult } from '../requests/request-result.ts'
import type { LogEntry } from '../model/log-entry.ts'
import { MAX_LOG_ENTRIES } from '../model/saved-run.ts'

export interface RequestLog {
  add(card: { readonly cardId: string; readonly cardName: string }, result: RequestResult): void
  /** @returns the newest entries with a higher number, oldest first and at most `max`. */
  since(number: number, max: number): readonly LogEntry[]
  all(): readonly LogEntry[]
  forget(cardId: string): void
  /** Number of the newest entry; 0 before the first. */
  lastNumber(): number
}

function toEntry(number: number, cardId: string, cardName: string, result: RequestResult): LogEntry {
  const { labels } = result
  const orEmpty = (value: string): string => (value === NO_LABEL ? '' : value)
  return {
    number,
    cardId,
    cardName,
    atMs: result.scheduledAtEpochMs,
    outcome: result.outcome,
    status: result.status,
    detail: result.detail,
    endpoint: orEmpty(labels.endpoint),
    cache: orEmpty(labels.cache),
    attempts: orEmpty(labels.attempts),
    requestId: result.requestId,
    rateLimit: result.rateLimit,
    step: orEmpty(labels.step),
    ttfbMs: result.ttfbMs,
    ttftMs: result.ttftMs,
    tpotMs: result.tpotMs,
    e2eMs: result.e2eMs,
    promptTokens: result.promptTokens,
    completionTokens: result.completionTokens,
  }
}

export function createRequestLog(size = MAX_LOG_ENTRIES): RequestLog {
  let entries: LogEntry[] = []
  let lastNumber = 0
  return {
    add({ cardId, cardName }, result) {
      lastNumber += 1
      entries.push(toEntry(lastNumber, cardId, cardName, result))
      // Cut only at twice the size: cutting each time would copy every entry for each request.
      if (entries.length >= size * 2) entries = entries.slice(-size)
    },
    since(number, max) {
      const fresh = Math.min(max, lastNumber - number, size)
      return fresh > 0 ? entries.slice(-fresh).filter((entry) => entry.number > number) : []
    },
    all: () => entries.slice(-size),
    forget(cardId) {
      entries = entries.filter((entry) => entry.cardId !== cardId)
    },
    lastNumber: () => lastNumber,
  }
}
