// What the balancer reads from a response while passing it on.
import type { Usage } from './read-usage.ts'

/** A plain record: accessors would be created for every response, at ten times the cost. */
export interface ResponseFacts {
  /** From the last `usage` object of the response. */
  usage: Usage | undefined
  /** Number of stream events with output text; each is about one token. */
  deltas: number
  /** Whether the stream reported its own end. */
  done: boolean
  /** Whether the body reports an error although the status does not. */
  reportsError: boolean
  /** The `sequence_number` that follows the last one of a stream of responses; 0 where it has none. */
  nextSequenceNumber: number
  /** The ids of objects that the backend keeps, in the order in which they were read; undefined before the first. */
  objectIds: readonly string[] | undefined
}

export const noFacts = (): ResponseFacts => ({
  usage: undefined,
  deltas: 0,
  done: false,
  reportsError: false,
  nextSequenceNumber: 0,
  objectIds: undefined,
})
