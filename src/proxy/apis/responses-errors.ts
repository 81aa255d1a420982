// Errors of the Responses API: those of OpenAI, and in a stream an event of the type `error`.
import { openaiError } from '../../http/problem.ts'
import type { ErrorWriter } from './api.ts'
import { errorOfUpstream, openaiErrors } from './openai-errors.ts'

/** @see https://platform.openai.com/docs/api-reference/responses-streaming/error */
function errorEvent(error: Readonly<Record<string, unknown>>, sequenceNumber: number): string {
  const { code = null, message = '', param = null } = error
  // Some engines have a number here.
  const text = typeof code === 'number' ? String(code) : code
  const data = { type: 'error', code: text, message, param, sequence_number: sequenceNumber }
  return `event: error\ndata: ${JSON.stringify(data)}\n\n`
}

export const responsesErrors: ErrorWriter = {
  ...openaiErrors,
  event: (error, sequenceNumber) => errorEvent({ ...openaiError(error) }, sequenceNumber),
  upstreamEvent: (body, status) => errorEvent(errorOfUpstream(body, status), 0),
}
