// One request on its way through a simulated backend.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Outcome } from '../accounting.ts'
import type { RequestFault } from '../faults/fault.ts'

export interface RequestContext {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** On every answer. */
  readonly headers: OutgoingHttpHeaders
  fault: RequestFault | undefined
  /** A fault has spoiled the answer. */
  isBroken: boolean
  promptTokens: number
  /** Tokens of text handed to the connection so far. */
  sentTokens: number
}

/** What became of a request whose response has closed. */
export function outcomeOf({ isBroken, response }: RequestContext): Outcome {
  if (isBroken) return 'broken'
  if (!response.writableFinished) return 'aborted'
  return response.statusCode < 400 ? 'finished' : 'rejected'
}

/** Breaks the connection once what has been written is out. */
export function breakConnection(context: RequestContext): void {
  context.isBroken = true
  context.response.socket?.destroySoon()
}
