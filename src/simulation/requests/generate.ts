// Serves one generation request: validates it, waits for a slot and sends the response at the configured pace.
import type { FormatContext, EventStream } from '../formats/format.ts'
import { createGeneratedText, pieceKinds, type GeneratedText } from '../formats/generated-text.ts'
import { chatBody, chatEvents } from '../formats/chat-format.ts'
import { completionBody, completionEvents } from '../formats/completion-format.ts'
import { embeddingBody } from '../formats/embedding-format.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import { outcomeOf, type RequestContext } from './request-context.ts'
import {
  readGenerationRequest,
  type GenerationRequest,
  type GenerationRoute,
} from '../formats/generation-request.ts'
import { drawInteger, type Random } from '../random.ts'
import { responseBody, responseEvents } from '../formats/responses-format.ts'
import { dueMs, writeStreamHead, sendEvents } from './send-events.ts'
import { sendJson } from './send-json.ts'
import type { Settings } from '../settings.ts'
import type { Slots } from './slots.ts'
import { respondWithFault } from './respond-with-fault.ts'
import type { Timer } from '../timer.ts'

interface Format {
  readonly events: (context: FormatContext) => EventStream
  readonly body: (context: FormatContext) => string
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
  /** Creates a response id, unique among all backends. */
  readonly nextId: () => string
}

function drawText(
  request: GenerationRequest,
  { minTokens, maxTokens }: Settings,
  random: Random,
): GeneratedText {
  // Always draws two numbers per request, so that one request's options do not change another's response.
  const start = drawInteger(random, 0, pieceKinds - 1)
  const drawn = drawInteger(random, minTokens, maxTokens)
  const limit = request.maxTokens ?? maxTokens
  const length = request.ignoreEos ? limit : Math.min(drawn, limit)
  return createGeneratedText(start, length, request.ignoreEos || drawn > limit ? 'length' : 'stop')
}

function sendLater(
  context: RequestContext,
  delayMs: number,
  tokens: number,
  body: () => string,
  timer: Timer,
): void {
  const send = (): void => {
    context.sentTokens = tokens
    sendJson(context, 200, body(), timer)
  }
  if (delayMs <= 0) send()
  else context.response.once('close', timer.after(delayMs, send))
}

/** Runs a request that has a slot. */
function prepareRun(
  context: RequestContext,
  route: GenerationRoute,
  request: GenerationRequest,
  generated: GeneratedText,
  engine: Engine,
): () => void {
  const { timer } = engine
  const settings = engine.settings()
  const id = engine.nextId()
  const created = Math.floor(Date.now() / 1000)
  if (route === '/v1/embeddings') {
    return () => sendLater(context, settings.ttftMs, 0, () => embeddingBody(request, id, created), timer)
  }
  const { model, promptTokens, includeUsage } = request
  const formatContext = {
    id,
    created,
    model,
    systemFingerprint: settings.name,
    promptTokens,
    generated,
    includeUsage,
  }
  const format = formats[route]
  if (request.stream)
    return () => sendEvents(context, format.events(formatContext), generated, settings, timer)
  const delayMs = dueMs(settings, generated.length - 1)
  return () => sendLater(context, delayMs, generated.length, () => format.body(formatContext), timer)
}

export function generate(
  context: RequestContext,
  route: GenerationRoute,
  body: Buffer,
  engine: Engine,
): void {
  const { response } = context
  const read = readGenerationRequest(route, body, engine.settings())
  if (respondWithFault(context, 'request' in read && read.request.stream)) return
  if ('error' in read) {
    sendJson(context, read.error.status, read.error.body, engine.timer)
    return
  }
  const { request } = read
  const generated = drawText(request, engine.settings(), engine.random)
  context.promptTokens = request.promptTokens
  if (request.stream) writeStreamHead(context)

  const run = prepareRun(context, route, request, generated, engine)
  let hasRun = false
  const releaseSlot = engine.slots.acquire(request.priority, () => {
    hasRun = true
    engine.metrics.start(context)
    run()
  })
  if (request.stream && !hasRun) response.flushHeaders()
  response.once('close', () => {
    releaseSlot()
    if (!hasRun) return
    const outcome = outcomeOf(context)
    engine.metrics.end(
      context,
      outcome === 'finished' ? generated.finish : outcome === 'aborted' ? 'abort' : 'error',
    )
  })
}
