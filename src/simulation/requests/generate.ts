// Serves one generation request: validates it, waits for its turn and sends the response at the configured pace.
import type { FormatContext, EventStream } from '../formats/format.ts'
import {
  createGeneratedText,
  createGivenText,
  pieceKinds,
  type GeneratedText,
} from '../formats/generated-text.ts'
import { fitSchema } from '../formats/fit-schema.ts'
import { chatBody, chatEvents } from '../formats/chat-format.ts'
import { completionBody, completionEvents } from '../formats/completion-format.ts'
import { embeddingBody } from '../formats/embedding-format.ts'
import { ollamaChat, ollamaGenerate } from '../formats/ollama/ollama-format.ts'
import { messageBody, messageEvents } from '../formats/messages-format.ts'
import { taskResponse } from '../formats/tasks/task-format.ts'
import { isTaskRoute, type TaskRoute } from '../formats/tasks/task-requests.ts'
import type { EngineMetrics } from './engine-metrics.ts'
import { outcomeOf, type RequestContext } from './request-context.ts'
import {
  readGenerationRequest,
  type GenerationRequest,
  type GenerationRoute,
} from '../formats/generation-request.ts'
import { createRandom, drawInteger, type Random } from '../random.ts'
import { responseBody, responseEvents } from '../formats/responses-format.ts'
import { keepResponse, runInBackground } from './keep-response.ts'
import { missingResponse, type StoredResponses } from './stored-responses.ts'
import { dueMs, writeStreamHead, sendEvents } from './send-events.ts'
import { sendJson } from './send-json.ts'
import type { Settings } from '../settings.ts'
import type { Scheduler } from '../scheduler/scheduler.ts'
import { respondWithFault } from './respond-with-fault.ts'
import type { Timer } from '../timer.ts'

interface Format {
  readonly events: (context: FormatContext) => EventStream
  readonly body: (context: FormatContext) => string
}

type UnstreamedRoute = TaskRoute | '/v1/embeddings' | '/v1/messages/count_tokens'

const formats: Record<Exclude<GenerationRoute, UnstreamedRoute>, Format> = {
  '/v1/chat/completions': { events: chatEvents, body: chatBody },
  '/v1/completions': { events: completionEvents, body: completionBody },
  '/v1/responses': { events: responseEvents, body: responseBody },
  '/v1/messages': { events: messageEvents, body: messageBody },
  '/api/chat': ollamaChat,
  '/api/generate': ollamaGenerate,
}

export interface Engine {
  readonly settings: () => Settings
  readonly random: Random
  readonly scheduler: Scheduler
  readonly metrics: EngineMetrics
  readonly timer: Timer
  readonly storedResponses: StoredResponses
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
  if (request.schema !== undefined) {
    const json = JSON.stringify(fitSchema(request.schema, createRandom(start)))
    const finish = request.tool === undefined ? 'stop' : 'tool_calls'
    return createGivenText(json, request.maxTokens ?? Infinity, finish)
  }
  const limit = request.maxTokens ?? maxTokens
  const length = request.ignoreEos ? limit : Math.min(drawn, limit)
  return createGeneratedText(start, length, request.ignoreEos || drawn > limit ? 'length' : 'stop')
}

function sendLater(
  context: RequestContext,
  delayMs: number,
  tokens: number,
  body: () => string | Buffer,
  timer: Timer,
  type?: string,
): void {
  const send = (): void => {
    context.sentTokens = tokens
    sendJson(context, 200, body(), timer, type)
  }
  if (delayMs <= 0) send()
  else context.response.once('close', timer.after(delayMs, send))
}

/** Returns what sends the response to a request whose prompt is processed. */
function prepareRun(
  context: RequestContext,
  route: Exclude<GenerationRoute, '/v1/messages/count_tokens'>,
  formatContext: FormatContext,
  engine: Engine,
): () => void {
  const { decodeTimer } = engine.scheduler
  const { request, generated, settings } = formatContext
  if (route === '/v1/embeddings') {
    return () => sendLater(context, settings.ttftMs, 0, () => embeddingBody(formatContext), decodeTimer)
  }
  if (isTaskRoute(route) && request.task !== undefined) {
    const { body, type } = taskResponse(route, formatContext, request.task)
    return () => sendLater(context, settings.ttftMs, 0, () => body, decodeTimer, type)
  }
  const format = formats[route as keyof typeof formats]
  const complete = keepResponse(formatContext, engine.storedResponses)
  if (request.stream) {
    return () => {
      const events = format.events(formatContext)
      const closing = (): readonly string[] => {
        complete()
        return events.closing()
      }
      sendEvents(context, { ...events, closing }, generated, settings, { timer: engine.timer, decodeTimer })
    }
  }
  const body = (): string => {
    complete()
    return format.body(formatContext)
  }
  const delayMs = dueMs(settings, generated.length - 1)
  return () => sendLater(context, delayMs, generated.length, body, decodeTimer)
}

/** Waits for its turn, runs, and ends: when the response has closed or, if later, after `workMs`. */
function runInTurn(
  context: RequestContext,
  formatContext: FormatContext,
  workMs: number,
  { scheduler, metrics }: Engine,
  run: () => void,
): void {
  const { request, settings, generated } = formatContext
  let hasRun = false
  let isOver = false
  let isWorking = workMs > 0
  const end = (): void => {
    if (!isOver || isWorking) return
    endRun()
    if (!hasRun) return
    const outcome = outcomeOf(context)
    const reason = outcome === 'finished' ? generated.finish : outcome === 'aborted' ? 'abort' : 'error'
    metrics.end(context, reason === 'tool_calls' ? 'stop' : reason)
  }
  const decode = (cachedTokens: number): void => {
    hasRun = true
    if (settings.cacheBlocks > 0) formatContext.cachedTokens = cachedTokens
    metrics.start(context)
    if (isWorking) {
      scheduler.decodeTimer.after(workMs, () => {
        isWorking = false
        end()
      })
    }
    if (!isOver) run()
  }
  const endRun = scheduler.submit({ ...request, decode })
  context.response.once('close', () => {
    isOver = true
    end()
  })
  if (!hasRun) context.flushHead()
}

/** The share of every prompt that is reported without a prefix cache. */
const fixedCachedTokens = ({ promptTokens }: GenerationRequest, { cachedPercent }: Settings) =>
  cachedPercent === 0 ? undefined : Math.floor((promptTokens * cachedPercent) / 100)

export function generate(
  context: RequestContext,
  route: GenerationRoute,
  body: Buffer,
  engine: Engine,
): void {
  const settings = engine.settings()
  const { kind, path, response } = context
  const read = readGenerationRequest({ path, route, kind }, body, settings)
  if (respondWithFault(context, 'request' in read && read.request.stream)) return
  if ('error' in read) {
    sendJson(context, read.error.status, read.error.body, engine.timer)
    return
  }
  const { request: asked } = read
  const previous = asked.stored?.previousId
  const continued = previous === undefined ? undefined : engine.storedResponses.get(previous)
  if (previous !== undefined && continued === undefined) {
    const { status, body: text } = missingResponse(path, previous)
    return sendJson(context, status, text, engine.timer)
  }
  // What it continues is not known as a text, so that its blocks are not either.
  const request = continued
    ? { ...asked, promptTokens: asked.promptTokens + continued.tokens, blocks: [] }
    : asked
  if (route === '/v1/messages/count_tokens') {
    sendJson(context, 200, JSON.stringify({ input_tokens: request.promptTokens }), engine.timer)
    return
  }
  const generated = drawText(request, settings, engine.random)
  context.promptTokens = request.promptTokens
  if (kind.countsInHeader) response.setHeader('x-compute-tokens', String(request.promptTokens))
  const formatContext = {
    id: engine.nextId(),
    created: Math.floor(Date.now() / 1000),
    request,
    generated,
    settings,
    cachedTokens: fixedCachedTokens(request, settings),
  }
  if (request.stored?.isBackground && !request.stream) {
    const { storedResponses, timer } = engine
    return sendJson(context, 200, runInBackground(formatContext, storedResponses, timer), timer)
  }
  if (request.stream) writeStreamHead(context, settings)
  const worksOn = settings.worksOnAfterAbort && !request.stream
  const workMs = worksOn ? dueMs(settings, generated.length - 1) : 0
  const run = prepareRun(context, route, formatContext, engine)
  runInTurn(context, formatContext, workMs, engine, run)
}
