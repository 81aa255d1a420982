// Errors in OpenAI's form: an `error` member, beside the members of RFC 9457 where it is a whole body.
import { renderProblem } from '../../http/problem.ts'
import { sendProblem } from '../../http/send-problem.ts'
import { errorEvent, errorEventOf } from '../upstream/upstream-fault.ts'
import type { ErrorWriter } from './api.ts'

export const openaiErrors: ErrorWriter = {
  send: (raw, headers, error, requestId) =>
    sendProblem(raw, headers, renderProblem(error, requestId, 'client')),
  event: errorEvent,
  upstreamEvent: errorEventOf,
}
