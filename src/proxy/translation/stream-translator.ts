// Translates the stream of a chat completion into the stream of a message, event by event.
import { isGatewayError } from '../../core/gateway-error.ts'
import { findEventData } from '../sse/event-data.ts'
import { createEventSplitter, type Piece } from '../sse/event-splitter.ts'
import { createBlockSequence } from './block-sequence.ts'
import {
  firstChoice,
  readChatResponse,
  readReasoning,
  type ChatChoice,
  type ChatResponse,
  type ChatUsage,
} from './chat-response.ts'
import { messageId, messageUsage, readStop } from './message-fields.ts'
import { anthropicErrorOf, isErrorEvent } from './translate-error.ts'
import { brokenResponse } from './translate-response.ts'

export interface StreamTranslator {
  /** @param chunk - cut anywhere. @returns whole events, or null for none yet. */
  push(chunk: Buffer): Buffer | null
  /** Called at the upstream's end. @returns whole events, or null. */
  end(): Buffer | null
  /** Whether `message_stop` has been written. */
  isComplete(): boolean
  /** Whether an error event has been written: the endpoint's own, or for what could not be translated. Nothing follows it. */
  hasFailed(): boolean
}

type WriteEvent = (type: string, members: object) => void

/** Translates what the events say: the parsed data of each in turn. */
function createMessageStream(write: WriteEvent) {
  const blocks = createBlockSequence(write)
  let hasStarted = false
  let hasRefusal = false
  let finished: ChatChoice | undefined
  let usage: ChatUsage | undefined

  const start = ({ id, model }: ChatResponse): void => {
    hasStarted = true
    const head = { id: messageId(id), type: 'message', role: 'assistant', model: model ?? '', content: [] }
    const message = { ...head, stop_reason: null, stop_sequence: null, usage: messageUsage(usage) }
    write('message_start', { message })
  }
  const addChoice = (choice: ChatChoice): void => {
    const { delta } = choice
    const reasoning = delta && readReasoning(delta)
    if (reasoning) blocks.addReasoning(reasoning.text, reasoning.member)
    if (delta?.content) blocks.addText(delta.content)
    if (delta?.refusal) {
      hasRefusal = true
      blocks.addText(delta.refusal)
    }
    for (const piece of delta?.tool_calls ?? []) blocks.addToolCall(piece)
    if (choice.finish_reason) finished = choice
  }
  return {
    add(response: ChatResponse): void {
      usage = response.usage ?? usage
      if (!hasStarted) start(response)
      const choice = firstChoice(response)
      if (choice) addChoice(choice)
    },
    /** Whether the model has ended, and what is known of its usage. */
    hasFinished: () => finished !== undefined,
    hasUsage: () => usage !== undefined,
    finish(): void {
      if (finished === undefined) return
      const stop = readStop(finished, { hasToolUse: blocks.hasToolUse(), hasRefusal })
      blocks.finish(finished.finish_reason === 'length')
      write('message_delta', { delta: stop, usage: messageUsage(usage) })
      write('message_stop', {})
    },
  }
}

/** @returns the comments of an event without data, with line feeds; empty where it has none. */
function commentsOf(bytes: Buffer, start: number, end: number): string {
  const lines = bytes.toString('utf8', start, end).split(/\r\n|\r|\n/)
  const comments = lines.filter((line) => line.startsWith(':'))
  return comments.length > 0 ? `${comments.join('\n')}\n\n` : ''
}

const DONE = '[DONE]'

function parseData(data: string): object {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Reported below.
  }
  throw brokenResponse('the endpoint sent an event that is no JSON object')
}

export function createStreamTranslator(): StreamTranslator {
  let ready = ''
  let state: 'open' | 'complete' | 'failed' = 'open'
  const write: WriteEvent = (type, members) => {
    ready += `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
  }
  const message = createMessageStream(write)

  const complete = (): void => {
    if (!message.hasFinished()) return
    message.finish()
    state = 'complete'
  }
  const readData = (data: string): void => {
    if (data === DONE) return complete()
    const value = parseData(data)
    if (isErrorEvent(value)) {
      state = 'failed'
      return write('error', anthropicErrorOf(value, 200))
    }
    const response = readChatResponse(value)
    if (!response?.choices && !response?.usage)
      throw brokenResponse('the endpoint sent an event that is no chunk of a chat completion')
    message.add(response)
  }
  const readPiece = (piece: Piece, bytes: Buffer, start: number, end: number): void => {
    if (piece === 'tail') return
    if (piece === 'part')
      throw brokenResponse('the endpoint sent an event that is too large to be translated')
    const data = findEventData(bytes, start, end)?.toString('utf8').trim()
    if (data) readData(data)
    else ready += commentsOf(bytes, start, end)
  }
  /** Takes a step unless the stream has ended; where it fails, an error event ends the stream. */
  const attempt = (step: () => void): void => {
    if (state !== 'open') return
    try {
      step()
    } catch (error) {
      if (!isGatewayError(error)) throw error
      state = 'failed'
      write('error', anthropicErrorOf({ message: error.message }, error.statusCode))
    }
  }
  const splitter = createEventSplitter((piece, bytes, start, end) =>
    attempt(() => readPiece(piece, bytes, start, end)),
  )
  const take = (): Buffer | null => {
    if (ready === '') return null
    const bytes = Buffer.from(ready)
    ready = ''
    return bytes
  }

  return {
    push(chunk) {
      splitter.push(chunk)
      return take()
    },
    end() {
      // What is incomplete is not translated; a stream without its last line is complete where its usage has come.
      if (message.hasUsage()) attempt(complete)
      return take()
    },
    isComplete: () => state === 'complete',
    hasFailed: () => state === 'failed',
  }
}
