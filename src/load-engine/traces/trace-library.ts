/** Keeps the traces that the page has loaded, by the ids that the page chose. */
import type { Command, Report } from '../protocol/messages.ts'
import { readTrace } from './read-trace.ts'
import type { Trace } from './trace.ts'

const MAX_TRACES = 20

export interface TraceLibrary {
  get(id: string): Trace | undefined
  /** Reads a file and reports `trace_loaded`. Removes the oldest trace when there are more than 20. */
  load(command: Extract<Command, { type: 'load_trace' }>): Promise<void>
}

/** Reads through a reader, because older Safari versions cannot iterate a stream with `for await`. */
async function* readChunks(file: Blob): AsyncGenerator<string> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader()
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value
}

export function createTraceLibrary(report: (report: Report) => void): TraceLibrary {
  const traces = new Map<string, Trace>()
  return {
    get: (id) => traces.get(id),
    async load({ requestId, traceId, file }) {
      const result = await readTrace(readChunks(file))
      if (result.ok) {
        traces.delete(traceId)
        traces.set(traceId, result.trace)
        const [oldest] = traces.keys()
        if (traces.size > MAX_TRACES && oldest !== undefined) traces.delete(oldest)
      }
      report({
        type: 'trace_loaded',
        requestId,
        traceId,
        result: result.ok ? { ok: true, facts: result.trace.facts } : result,
      })
    },
  }
}
