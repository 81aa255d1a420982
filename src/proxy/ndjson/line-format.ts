// The format of Ollama's own calls: one JSON object, or a stream of objects with one a line.
import { noFacts } from '../response/response-facts.ts'
import type { ResponseFormat, ResponseReader } from '../response/response-reader.ts'
import { createOllamaTap } from './ollama-tap.ts'

const LINE_FEED = 0x0a

/** Every chunk is returned as it is. */
function createLineReader(): ResponseReader {
  const facts = noFacts()
  const tap = createOllamaTap(facts)
  let isAtBoundary = true
  return {
    isStream: true,
    facts,
    push(chunk) {
      let start = 0
      for (let feed = chunk.indexOf(LINE_FEED); feed !== -1; feed = chunk.indexOf(LINE_FEED, start)) {
        tap.push(chunk, start, feed)
        tap.endLine()
        start = feed + 1
      }
      tap.push(chunk, start, chunk.length)
      if (chunk.length > 0) isAtBoundary = start === chunk.length
      return chunk
    },
    end: () => null,
    isCut: () => !facts.done,
    isAtBoundary: () => isAtBoundary,
  }
}

export const lineFormat: ResponseFormat = {
  streamType: /^application\/x-ndjson\b/i,
  createStreamReader: createLineReader,
  createBodyTap() {
    const facts = noFacts()
    const { push, isInside } = createOllamaTap(facts)
    return {
      push: (chunk) => push(chunk, 0, chunk.length),
      usage: () => facts.usage,
      errorBody: () => facts.reportsError,
      isInside,
    }
  },
}
