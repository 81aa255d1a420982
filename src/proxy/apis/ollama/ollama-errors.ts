// Errors of Ollama's own API: a text in the member `error`, of a whole body or of a line of a stream.
import type { IncomingMessage } from 'node:http'
import { renderProblem } from '../../../http/problem.ts'
import { sendProblem } from '../../../http/send-problem.ts'
import { readErrorBody } from '../../upstream/error-body.ts'
import type { ErrorWriter } from '../api.ts'
import { openaiErrors, unnamedError } from '../openai-errors.ts'

/** Whether the client reads errors in Ollama's form, whether or not there is such a route. */
export const readsOllamaErrors = ({ url = '' }: Pick<IncomingMessage, 'url'>): boolean =>
  /^\/api(?:[/?]|$)/.test(url)

const errorLine = (error: string): string => `${JSON.stringify({ error })}\n`

export const ollamaErrors: ErrorWriter = {
  ...openaiErrors,
  send: (raw, headers, error, requestId) =>
    sendProblem(raw, headers, renderProblem(error, requestId, 'ollama')),
  event: (error) => errorLine(error.message),
  upstreamEvent: (body, status) => errorLine(readErrorBody(body)?.message || unnamedError(status).message),
}
