// The state of one request in a simulated backend.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Outcome } from '../accounting.ts'
import type { RequestFault } from '../faults/fault.ts'
import type { Kind } from '../kinds/kind.ts'

export interface RequestContext {
  readonly request: IncomingMessage
  /** Of its URL, without the query. */
  readonly path: string
  readonly response: ServerResponse
  /** The engine that the backend is like. */
  readonly kind: Kind
  /** Header fields of every response. */
  readonly headers: OutgoingHttpHeaders
  fault: RequestFault | undefined
  /** Whether a fault has altered the response. */
  isBroken: boolean
  promptTokens: number
  /** Tokens of text written to the connection so far. */
  sentTokens: number
  /** Sends the head of a stream before its first token, where the engine does so. */
  flushHead: () => void
}

/** The outcome of a request whose response has closed. */
export function outcomeOf({ isBroken, response }: RequestContext): Outcome {
  if (isBroken) return 'broken'
  if (!response.writableFinished) return 'aborted'
  return response.statusCode < 400 ? 'finished' : 'rejected'
}

/** Resets the connection after the written bytes have been flushed. */
export function breakConnection(context: RequestContext): void {
  context.isBroken = true
  context.response.socket?.destroySoon()
}
