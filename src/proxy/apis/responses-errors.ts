// Errors of the Responses API: those of OpenAI, and in a stream the events `error` and `response.failed`.
import { openaiError } from '../../http/problem.ts'
import type { ErrorWriter } from './api.ts'
import { errorOfUpstream, openaiErrors } from './openai-errors.ts'

const eventOf = (type: string, sequenceNumber: number, members: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...members, sequence_number: sequenceNumber })}\n\n`

/**
 * Two events: OpenAI's libraries throw at the first; Codex ignores that and shows the message of the second.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
function errorEvents(error: Readonly<Record<string, unknown>>, sequenceNumber: number): string {
  const { code: given = null, message = '', param = null } = error
  // Some engines have a number here.
  const code = typeof given === 'number' ? String(given) : given
  const response = { object: 'response', status: 'failed', error: { code, message }, output: [] }
  return (
    eventOf('error', sequenceNumber, { code, message, param }) +
    eventOf('response.failed', sequenceNumber + 1, { response })
  )
}

export const responsesErrors: ErrorWriter = {
  ...openaiErrors,
  event: (error, sequenceNumber) => errorEvents({ ...openaiError(error) }, sequenceNumber),
  upstreamEvent: (body, status) => errorEvents(errorOfUpstream(body, status), 0),
}
