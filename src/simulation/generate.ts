// Answers one generation request: checks it, waits for a slot, and sends the answer at the set pace.
import type { AnswerContext, EventStream } from './answer-format.ts'
import { createAnswer, pieceKinds, type Answer } from './answer-text.ts'
import { chatBody, chatEvents } from './chat-format.ts'
import { completionBody, completionEvents } from './completion-format.ts'
import { embeddingBody } from './embedding-format.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import { outcomeOf, type Exchange } from './exchange.ts'
import { readGenerationRequest, type GenerationRequest, type GenerationRoute } from './generation-request.ts'
import { drawInteger, type Random } from './random.ts'
import { responseBody, responseEvents } from './response-format.ts'
import { dueMs, openEvents, sendEvents } from './send-events.ts'
import { sendJson } from './send-json.ts'
import type { Settings } from './settings.ts'
import type { Slots } from './slots.ts'
import { spoilRequest } from './spoil-request.ts'
import type { Timer } from './timer.ts'

interface Format {
  readonly events: (context: AnswerContext) => EventStream
  readonly body: (context: AnswerContext) => string
}

const formats: Record<Exclude<GenerationRoute, '/v1/embeddings'>, Format> = {
  '/v1/chat/completions': { events: chatEvents, body: chatBody },
  '/v1/completions': { events: completionEvents, body: completionBody },
  '/v1/responses': { events: responseEvents, body: responseBody },
}

export interface Engine {
  readonly settings: () => Settings
  readonly random: Random
  readonly slots: Slots
  readonly metrics: EngineMetrics
  readonly timer: Timer
  /** A name for an answer, unique among all backends. */
  readonly nextId: () => string
}

function drawAnswer(request: GenerationRequest, { minTokens, maxTokens }: Settings, random: Random): Answer {
  // Always two numbers a request, so that one request's options do not change another's answer.
  const start = drawInteger(random, 0, pieceKinds - 1)
  const drawn = drawInteger(random, minTokens, maxTokens)
  const limit = request.maxTokens ?? maxTokens
  const length = request.ignoreEos ? limit : Math.min(drawn, limit)
  return createAnswer(start, length, request.ignoreEos || drawn > limit ? 'length' : 'stop')
}

function sendLater(
  exchange: Exchange,
  delayMs: number,
  tokens: number,
  body: () => string,
  timer: Timer,
): void {
  const send = (): void => {
    exchange.sentTokens = tokens
    sendJson(exchange, 200, body(), timer)
  }
  if (delayMs <= 0) send()
  else exchange.response.once('close', timer.after(delayMs, send))
}

/** The work of a request that has its slot. */
function prepareRun(
  exchange: Exchange,
  route: GenerationRoute,
  request: GenerationRequest,
  answer: Answer,
  engine: Engine,
): () => void {
  const { timer } = engine
  const settings = engine.settings()
  const id = engine.nextId()
  const created = Math.floor(Date.now() / 1000)
  if (route === '/v1/embeddings') {
    return () => sendLater(exchange, settings.ttftMs, 0, () => embeddingBody(request, id, created), timer)
  }
  const { model, promptTokens, includeUsage } = request
  const context = { id, created, model, systemFingerprint: settings.name, promptTokens, answer, includeUsage }
  const format = formats[route]
  if (request.stream) return () => sendEvents(exchange, format.events(context), answer, settings, timer)
  const delayMs = dueMs(settings, answer.length - 1)
  return () => sendLater(exchange, delayMs, answer.length, () => format.body(context), timer)
}

export function generate(exchange: Exchange, route: GenerationRoute, body: Buffer, engine: Engine): void {
  const { response } = exchange
  const read = readGenerationRequest(route, body, engine.settings())
  if (spoilRequest(exchange, 'request' in read && read.request.stream)) return
  if ('error' in read) {
    sendJson(exchange, read.error.status, read.error.body, engine.timer)
    return
  }
  const { request } = read
  const answer = drawAnswer(request, engine.settings(), engine.random)
  exchange.promptTokens = request.promptTokens
  if (request.stream) openEvents(exchange)

  const run = prepareRun(exchange, route, request, answer, engine)
  let hasRun = false
  const leave = engine.slots.enter(request.priority, () => {
    hasRun = true
    engine.metrics.start(exchange)
    run()
  })
  if (request.stream && !hasRun) response.flushHeaders()
  response.once('close', () => {
    leave()
    if (!hasRun) return
    const outcome = outcomeOf(exchange)
    engine.metrics.end(
      exchange,
      outcome === 'finished' ? answer.finish : outcome === 'aborted' ? 'abort' : 'error',
    )
  })
}
