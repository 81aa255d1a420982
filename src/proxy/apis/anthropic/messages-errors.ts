// Errors of the Messages API, in Anthropic's form.
import type { IncomingMessage } from 'node:http'
import { anthropicError, anthropicStatus } from '../../../http/anthropic-error.ts'
import { renderProblem } from '../../../http/problem.ts'
import { sendProblem } from '../../../http/send-problem.ts'
import type { ErrorWriter } from '../api.ts'
import { readUpstreamError, unnamedError } from '../openai-errors.ts'

/** Whether it is a request of one of Anthropic's clients, to whatever route. */
export const sendsAnthropicVersion = ({ headers }: IncomingMessage): boolean =>
  headers['anthropic-version'] !== undefined

/** Whether the client reads errors in Anthropic's form, whether or not there is such a route. */
export const readsAnthropicErrors = (request: IncomingMessage): boolean =>
  sendsAnthropicVersion(request) || /^(?:\/v1(?:\/[^/?]+)?)?\/messages(?:[/?]|$)/.test(request.url ?? '')

/** Clients dispatch on the event's name. @param data - several lines are several `data` fields. */
const errorEvent = (data: string): string =>
  `event: error\n${data
    .split(/\r\n|\r|\n/)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`

export const messagesErrors: ErrorWriter = {
  statusOf: anthropicStatus,
  send: (raw, headers, error, requestId) =>
    sendProblem(raw, headers, renderProblem(error, requestId, 'anthropic')),
  event: (error) => errorEvent(JSON.stringify(anthropicError(error))),
  // Clients act upon the words of a backend's error: it is passed on as it is.
  upstreamEvent: (body, status) =>
    errorEvent(
      readUpstreamError(body) ? body.toString('utf8') : JSON.stringify(anthropicError(unnamedError(status))),
    ),
}
