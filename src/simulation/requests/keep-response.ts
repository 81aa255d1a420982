// Keeps a response while it is made.
import type { FormatContext } from '../formats/format.ts'
import { pendingBody, responseBody, responseId } from '../formats/responses-format.ts'
import type { Timer } from '../timer.ts'
import { dueMs } from './send-events.ts'
import { storeResponse, type StoredResponse, type StoredResponses } from './stored-responses.ts'

function keep(
  stored: StoredResponses,
  context: FormatContext,
  { body, cancel }: Pick<StoredResponse, 'body' | 'cancel'>,
): void {
  const { request, generated } = context
  storeResponse(stored, responseId(context), {
    body,
    input: request.stored?.input,
    tokens: request.promptTokens + generated.length,
    cancel,
  })
}

/** Keeps one whose client waits for it. @returns what is to be called once it is complete. */
export function keepResponse(context: FormatContext, stored: StoredResponses): () => void {
  let isDone = false
  const body = (): string => (isDone ? responseBody(context) : pendingBody(context))
  if (context.request.stored?.isKept) keep(stored, context, { body, cancel: undefined })
  return () => void (isDone = true)
}

/** Makes one without a client. @returns its first answer. */
export function runInBackground(context: FormatContext, stored: StoredResponses, timer: Timer): string {
  const { generated, settings } = context
  let text = pendingBody(context, 'queued')
  const cancelTimer = timer.after(dueMs(settings, generated.length - 1), () => {
    text = responseBody(context)
  })
  const cancel = (): void => {
    cancelTimer()
    text = pendingBody(context, 'cancelled')
  }
  keep(stored, context, { body: () => text, cancel })
  return text
}
