// Reads what Ollama reports in a response of one object, or in each object of a stream, while it is passed on.
import { createMemberScan } from '../json/member-scan.ts'
import { isCount } from '../response/read-usage.ts'
import type { ResponseFacts } from '../response/response-facts.ts'

export interface OllamaTap {
  push(chunk: Buffer, start: number, end: number): void
  /** The line has ended, and with it whatever is not well-formed. */
  endLine(): void
  /** Whether an object has begun and not closed. */
  isInside(): boolean
}

/** What one object reports. */
interface Report {
  hasText: boolean
  isDone: boolean
  hasError: boolean
  promptTokens: number | undefined
  completionTokens: number | undefined
}

const noReport = (): Report => ({
  hasText: false,
  isDone: false,
  hasError: false,
  promptTokens: undefined,
  completionTokens: undefined,
})

const countOf = (value: string): number | undefined => {
  const count = Number(value)
  return isCount(count) ? count : undefined
}

const isFilled = (value: string): boolean => value.startsWith('"') && value !== '""'

/** @see https://github.com/ollama/ollama/blob/main/docs/api.md */
function readMember(report: Report, parent: string, key: string, value: string): void {
  if (parent === 'message') {
    if (key === 'content' || key === 'thinking') report.hasText ||= isFilled(value)
    else if (key === 'tool_calls') report.hasText ||= value === '['
  } else if (parent !== '') return
  else if (key === 'response' || key === 'thinking') report.hasText ||= isFilled(value)
  else if (key === 'done') report.isDone = value === 'true'
  else if (key === 'error') report.hasError = value === '{' || isFilled(value)
  else if (key === 'prompt_eval_count') report.promptTokens = countOf(value)
  else if (key === 'eval_count') report.completionTokens = countOf(value)
}

/** The counts of a last line come after `done`: all that an object reports counts once it is complete. */
function addReport(facts: ResponseFacts, report: Report): void {
  const { hasText, isDone, hasError, promptTokens, completionTokens } = report
  if (hasText) facts.deltas += 1
  if (hasError) facts.reportsError = true
  if (isDone || hasError) facts.done = true
  if (promptTokens !== undefined || completionTokens !== undefined)
    facts.usage = { promptTokens, completionTokens }
}

/** @param facts - to which is added what is read. */
export function createOllamaTap(facts: ResponseFacts): OllamaTap {
  let report = noReport()
  const scan = createMemberScan({
    onMember: (parent, key, value) => readMember(report, parent, key, value),
    onClose() {
      addReport(facts, report)
      report = noReport()
    },
  })
  return {
    push: scan.push,
    endLine() {
      scan.reset()
      report = noReport()
    },
    isInside: scan.isInside,
  }
}
