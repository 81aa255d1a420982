// What the balancer learns of an answer while it goes by.
import type { Usage } from './read-usage.ts'

/** A plain record: accessors would have to be defined anew for every answer, at ten times the cost. */
export interface ResponseFacts {
  /** As in the last `usage` object of the answer. */
  usage: Usage | undefined
  /** Events of a stream that carried output text, which is about one token each. */
  deltas: number
  /** Whether the stream said that it is complete; what follows changes nothing. */
  done: boolean
  /** Whether the answer tells of an error although its status does not. */
  reportsError: boolean
}

export const noFacts = (): ResponseFacts => ({
  usage: undefined,
  deltas: 0,
  done: false,
  reportsError: false,
})
