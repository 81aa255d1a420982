// Packs a batch of a worker's messages by values, in order: those that come with each request lose the names of their members,
// which take most of the time to write and to read. The lines of the log come last, as the bytes that are written.
import type { Settlement } from '../core/lease/settlement.ts'
import type { FinishedRequestReport, LeasedRequest, WorkerMessage } from './messages.ts'
import {
  createValueReader,
  createValueWriter,
  isAtEnd,
  readFlag,
  readFraction,
  readMaybe,
  readMaybeFraction,
  readNumber,
  readOther,
  readText,
  reserve,
  takeValues,
  writeFlag,
  writeFraction,
  writeMaybe,
  writeMaybeFraction,
  writeNumber,
  writeOther,
  writeText,
  type PackedValues,
  type ValueReader,
  type ValueWriter,
} from './packed-values.ts'

/** The code of a message, then its values, then the next message. */
export interface PackedMessages {
  readonly values: PackedValues
  /** Whole lines; undefined where there are none. */
  readonly log: Uint8Array | undefined
}

type LogMessage = Extract<WorkerMessage, { readonly type: 'log' }>
/** What is received of a batch: the lines of the log as bytes. */
export type ReceivedMessage =
  | Exclude<WorkerMessage, LogMessage>
  | { readonly type: 'log'; readonly lines: Uint8Array }

/** Of one message. */
const MOST_VALUES = 32
const OTHER = 0
const BEGIN = 1
const SETTLE = 2
const FINISHED = 3
/** The code of an event is its index beyond this one. */
const FIRST_EVENT = 4
const events = ['received', 'responded', 'unwatch', 'count failure'] as const

function packRequest(to: ValueWriter, request: LeasedRequest): void {
  writeNumber(to, request.blockId)
  writeMaybe(to, request.tokenId)
  writeText(to, request.client)
  writeText(to, request.api)
  writeText(to, request.path)
  writeText(to, request.model)
  writeMaybe(to, request.aliasId)
  writeMaybe(to, request.endpointId)
  writeText(to, request.measure)
  writeFlag(to, request.stream)
  writeMaybe(to, request.maxTokens)
  writeMaybe(to, request.promptBytes)
  writeText(to, request.promptBlocks)
  writeText(to, request.session)
}

function packResult(to: ValueWriter, result: Settlement): void {
  writeText(to, result.outcome)
  writeMaybe(to, result.promptTokens)
  writeMaybe(to, result.completionTokens)
  writeMaybe(to, result.cachedTokens)
  writeMaybe(to, result.reasoningTokens)
  writeFlag(to, result.isEstimated)
  writeFlag(to, result.countsOnce !== undefined)
  if (result.countsOnce !== undefined) writeOther(to, result.countsOnce)
  writeNumber(to, result.deltas)
  writeFraction(to, result.latencyMs)
  writeMaybe(to, result.status)
  writeMaybeFraction(to, result.firstTokenMs)
  writeText(to, result.error)
  writeMaybeFraction(to, result.retryAfterMs)
  writeFlag(to, result.mayBeRequestFault)
  writeFlag(to, result.withheld)
  writeFlag(to, result.superseded)
}

function packFinished(to: ValueWriter, request: FinishedRequestReport): void {
  writeText(to, request.endpoint)
  writeNumber(to, request.incomingBlockId)
  writeMaybe(to, request.clientTokenId)
  writeNumber(to, request.status)
  writeFraction(to, request.durationS)
  writeMaybeFraction(to, request.ttftS)
  writeMaybeFraction(to, request.timePerOutputTokenS)
  writeFlag(to, request.failed)
}

function packMessage(to: ValueWriter, message: Exclude<WorkerMessage, LogMessage>): void {
  reserve(to, MOST_VALUES)
  if (message.type === 'begin') {
    writeNumber(to, BEGIN)
    writeNumber(to, message.lease)
    writeNumber(to, message.endpointId)
    packRequest(to, message.request)
  } else if (message.type === 'settle') {
    writeNumber(to, SETTLE)
    writeNumber(to, message.lease)
    packResult(to, message.result)
  } else if (message.type === 'finished') {
    writeNumber(to, FINISHED)
    packFinished(to, message.request)
  } else if ('lease' in message) {
    writeNumber(to, FIRST_EVENT + events.indexOf(message.type))
    writeNumber(to, message.lease)
  } else {
    writeNumber(to, OTHER)
    writeOther(to, message)
  }
}

const writer = createValueWriter()

export function packMessages(messages: readonly WorkerMessage[]): PackedMessages {
  let lines = ''
  for (const message of messages) {
    if (message.type === 'log') lines += message.text
    else packMessage(writer, message)
  }
  return { values: takeValues(writer), log: lines === '' ? undefined : Buffer.from(lines) }
}

/** Members in the order in which they were packed. */
const unpackRequest = (from: ValueReader): Required<LeasedRequest> => ({
  blockId: readNumber(from),
  tokenId: readMaybe(from) ?? null,
  client: readText(from),
  api: readText(from),
  path: readText(from),
  model: readText(from),
  aliasId: readMaybe(from),
  endpointId: readMaybe(from),
  measure: readText(from),
  stream: readFlag(from),
  maxTokens: readMaybe(from),
  promptBytes: readMaybe(from),
  promptBlocks: readText(from),
  session: readText(from),
})

const unpackResult = (from: ValueReader): Required<Settlement> => ({
  outcome: readText(from),
  promptTokens: readMaybe(from),
  completionTokens: readMaybe(from),
  cachedTokens: readMaybe(from),
  reasoningTokens: readMaybe(from),
  isEstimated: readFlag(from),
  countsOnce: readFlag(from) ? readOther(from) : undefined,
  deltas: readNumber(from),
  latencyMs: readFraction(from),
  status: readMaybe(from),
  firstTokenMs: readMaybeFraction(from),
  error: readText(from),
  retryAfterMs: readMaybeFraction(from),
  mayBeRequestFault: readFlag(from),
  withheld: readFlag(from),
  superseded: readFlag(from),
})

const unpackFinished = (from: ValueReader): Required<FinishedRequestReport> => ({
  endpoint: readText(from),
  incomingBlockId: readNumber(from),
  clientTokenId: readMaybe(from),
  status: readNumber(from),
  durationS: readFraction(from),
  ttftS: readMaybeFraction(from),
  timePerOutputTokenS: readMaybeFraction(from),
  failed: readFlag(from),
})

function unpackMessage(code: number, from: ValueReader): ReceivedMessage {
  switch (code) {
    case OTHER:
      return readOther(from)
    case BEGIN:
      return {
        type: 'begin',
        lease: readNumber(from),
        endpointId: readNumber(from),
        request: unpackRequest(from),
      }
    case SETTLE:
      return { type: 'settle', lease: readNumber(from), result: unpackResult(from) }
    case FINISHED:
      return { type: 'finished', request: unpackFinished(from) }
    default:
      return { type: events[code - FIRST_EVENT] ?? 'received', lease: readNumber(from) }
  }
}

export function unpackMessages(
  { values, log }: PackedMessages,
  receive: (message: ReceivedMessage) => void,
): void {
  const from = createValueReader(values)
  while (!isAtEnd(from)) receive(unpackMessage(readNumber(from), from))
  if (log !== undefined) receive({ type: 'log', lines: log })
}
