// Packs a batch of a worker's messages into one flat array, in order: those that come with each request lose the names of their
// members, which take most of the time to write and to read. The lines of the log come last, as one text.
import type { Settlement } from '../core/lease/settlement.ts'
import type { FinishedRequestReport, LeasedRequest, WorkerMessage } from './messages.ts'

/** The code of a message, then its values, then the next message. */
export type PackedMessages = readonly unknown[]

const OTHER = 0
const LOG = 1
const BEGIN = 2
const SETTLE = 3
const FINISHED = 4
/** The code of an event is its index beyond this one. */
const FIRST_EVENT = 5
const events = ['received', 'responded', 'unwatch', 'count failure'] as const

function packRequest(to: unknown[], request: LeasedRequest): void {
  const { blockId, tokenId, client, api, path, model, aliasId } = request
  const { endpointId, measure, stream, maxTokens, promptBytes, promptBlocks, session } = request
  to.push(blockId, tokenId, client, api, path, model, aliasId)
  to.push(endpointId, measure, stream, maxTokens, promptBytes, promptBlocks, session)
}

function packResult(to: unknown[], result: Settlement): void {
  const { outcome, promptTokens, completionTokens, cachedTokens, reasoningTokens, isEstimated } = result
  const { countsOnce, deltas, latencyMs, status, firstTokenMs } = result
  const { error, retryAfterMs, mayBeRequestFault, withheld, superseded } = result
  to.push(outcome, promptTokens, completionTokens, cachedTokens, reasoningTokens, isEstimated)
  to.push(countsOnce, deltas, latencyMs, status, firstTokenMs)
  to.push(error, retryAfterMs, mayBeRequestFault, withheld, superseded)
}

function packFinished(to: unknown[], request: FinishedRequestReport): void {
  const { endpoint, incomingBlockId, clientTokenId, status } = request
  const { durationS, ttftS, timePerOutputTokenS, failed } = request
  to.push(endpoint, incomingBlockId, clientTokenId, status, durationS, ttftS, timePerOutputTokenS, failed)
}

function packMessage(to: unknown[], message: WorkerMessage): void {
  if (message.type === 'begin') {
    to.push(BEGIN, message.lease, message.endpointId)
    packRequest(to, message.request)
  } else if (message.type === 'settle') {
    to.push(SETTLE, message.lease)
    packResult(to, message.result)
  } else if (message.type === 'finished') {
    to.push(FINISHED)
    packFinished(to, message.request)
  } else if ('lease' in message) to.push(FIRST_EVENT + events.indexOf(message.type), message.lease)
  else to.push(OTHER, message)
}

export function packMessages(messages: readonly WorkerMessage[]): PackedMessages {
  const packed: unknown[] = []
  let lines = ''
  for (const message of messages) {
    if (message.type === 'log') lines += message.text
    else packMessage(packed, message)
  }
  if (lines !== '') packed.push(LOG, lines)
  return packed
}

/** @returns the next value, of the type that its place has. */
type Next = <Value>() => Value

/** Members in the order in which they were packed. */
const unpackRequest = (next: Next): Required<LeasedRequest> => ({
  blockId: next(),
  tokenId: next(),
  client: next(),
  api: next(),
  path: next(),
  model: next(),
  aliasId: next(),
  endpointId: next(),
  measure: next(),
  stream: next(),
  maxTokens: next(),
  promptBytes: next(),
  promptBlocks: next(),
  session: next(),
})

const unpackResult = (next: Next): Required<Settlement> => ({
  outcome: next(),
  promptTokens: next(),
  completionTokens: next(),
  cachedTokens: next(),
  reasoningTokens: next(),
  isEstimated: next(),
  countsOnce: next(),
  deltas: next(),
  latencyMs: next(),
  status: next(),
  firstTokenMs: next(),
  error: next(),
  retryAfterMs: next(),
  mayBeRequestFault: next(),
  withheld: next(),
  superseded: next(),
})

const unpackFinished = (next: Next): Required<FinishedRequestReport> => ({
  endpoint: next(),
  incomingBlockId: next(),
  clientTokenId: next(),
  status: next(),
  durationS: next(),
  ttftS: next(),
  timePerOutputTokenS: next(),
  failed: next(),
})

function unpackMessage(code: number, next: Next): WorkerMessage {
  switch (code) {
    case OTHER:
      return next()
    case LOG:
      return { type: 'log', text: next() }
    case BEGIN:
      return { type: 'begin', lease: next(), endpointId: next(), request: unpackRequest(next) }
    case SETTLE:
      return { type: 'settle', lease: next(), result: unpackResult(next) }
    case FINISHED:
      return { type: 'finished', request: unpackFinished(next) }
    default:
      return { type: events[code - FIRST_EVENT] ?? 'received', lease: next() }
  }
}

export function unpackMessages(packed: PackedMessages, receive: (message: WorkerMessage) => void): void {
  let at = 0
  const next: Next = <Value>() => packed[at++] as Value
  while (at < packed.length) receive(unpackMessage(next(), next))
}
