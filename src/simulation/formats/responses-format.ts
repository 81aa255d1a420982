// The Responses API: its object, and its events in OpenAI's order.
import type { FormatContext, EventStream } from './format.ts'

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })

function outputMessage({ id, generated }: FormatContext, text: string | undefined) {
  const done = generated.finish === 'stop' ? 'completed' : 'incomplete'
  return {
    type: 'message',
    id: `msg_${id}`,
    status: text === undefined ? 'in_progress' : done,
    role: 'assistant',
    content: text === undefined ? [] : [textPart(text)],
  }
}

function usage({ promptTokens, generated }: FormatContext) {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: generated.length,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + generated.length,
  }
}

/** @param text - undefined while the response is in progress. */
function responseObject(context: FormatContext, text: string | undefined) {
  const isCut = context.generated.finish === 'length'
  return {
    id: `resp_${context.id}`,
    object: 'response',
    created_at: context.created,
    status: text === undefined ? 'in_progress' : isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: text !== undefined && isCut ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: null,
    model: context.model,
    output: text === undefined ? [] : [outputMessage(context, text)],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: text === undefined ? null : usage(context),
  }
}

/** Ends with response.completed even if the response was truncated, as in vLLM; `status` has the difference. */
export function responseEvents(context: FormatContext): EventStream {
  let sequence = 0
  const event = (type: string, fields: object): string => {
    const data = JSON.stringify({ type, sequence_number: sequence, ...fields })
    sequence += 1
    return `event: ${type}\ndata: ${data}\n\n`
  }
  const place = { item_id: `msg_${context.id}`, output_index: 0, content_index: 0 }
  const item = { output_index: 0, item: outputMessage(context, undefined) }
  const beforeNumber =
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":'
  const beforePiece = `,"item_id":"${place.item_id}","output_index":0,"content_index":0,"logprobs":[],"delta":`
  return {
    opening: [
      event('response.created', { response: responseObject(context, undefined) }),
      event('response.in_progress', { response: responseObject(context, undefined) }),
      event('response.output_item.added', item),
      event('response.content_part.added', { ...place, part: textPart('') }),
    ],
    piece(jsonPiece) {
      const data = `${beforeNumber}${sequence}${beforePiece}${jsonPiece}}\n\n`
      sequence += 1
      return data
    },
    closing() {
      const text = context.generated.text()
      return [
        event('response.output_text.done', { ...place, text, logprobs: [] }),
        event('response.content_part.done', { ...place, part: textPart(text) }),
        event('response.output_item.done', { output_index: 0, item: outputMessage(context, text) }),
        event('response.completed', { response: responseObject(context, text) }),
      ]
    },
  }
}

export const responseBody = (context: FormatContext): string =>
  JSON.stringify(responseObject(context, context.generated.text()))
