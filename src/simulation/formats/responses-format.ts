// The Responses API: its object, and its events in OpenAI's order.
import type { FormatContext, EventStream } from './format.ts'

/** Under which the response is kept. */
export const responseId = ({ id }: FormatContext): string => `resp_${id}`

const textPart = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] })

/** @param text - undefined while the response is in progress. */
function outputItem({ id, generated, request }: FormatContext, text: string | undefined) {
  const done = generated.finish === 'length' ? 'incomplete' : 'completed'
  const status = text === undefined ? 'in_progress' : done
  if (request.tool !== undefined) {
    const call = { call_id: `call_${id}`, name: request.tool, arguments: text ?? '' }
    return { type: 'function_call', id: `fc_${id}`, status, ...call }
  }
  const content = text === undefined ? [] : [textPart(text)]
  return { type: 'message', id: `msg_${id}`, status, role: 'assistant', content }
}

function usage({ request: { promptTokens }, generated, cachedTokens = 0 }: FormatContext) {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: generated.length,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + generated.length,
  }
}

/**
 * @param text - undefined while the response is in progress.
 * @param status - in place of the one that follows from it.
 */
function responseObject(context: FormatContext, text: string | undefined, status?: 'queued' | 'cancelled') {
  const isCut = context.generated.finish === 'length'
  return {
    id: responseId(context),
    object: 'response',
    created_at: context.created,
    status: status ?? (text === undefined ? 'in_progress' : isCut ? 'incomplete' : 'completed'),
    error: null,
    incomplete_details: text !== undefined && isCut ? { reason: 'max_output_tokens' } : null,
    instructions: null,
    metadata: null,
    model: context.request.model,
    output: text === undefined ? [] : [outputItem(context, text)],
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: text === undefined ? null : usage(context),
  }
}

/** Names and places of the events that a message and a function call have of their own. */
function itemEvents(context: FormatContext) {
  if (context.request.tool !== undefined) {
    const place = { item_id: `fc_${context.id}`, output_index: 0 }
    return {
      delta: { type: 'response.function_call_arguments.delta', members: place },
      opening: [],
      closing: (text: string) => [
        { type: 'response.function_call_arguments.done', members: { ...place, arguments: text } },
      ],
    }
  }
  const place = { item_id: `msg_${context.id}`, output_index: 0, content_index: 0 }
  return {
    delta: { type: 'response.output_text.delta', members: { ...place, logprobs: [] } },
    opening: [{ type: 'response.content_part.added', members: { ...place, part: textPart('') } }],
    closing: (text: string) => [
      { type: 'response.output_text.done', members: { ...place, text, logprobs: [] } },
      { type: 'response.content_part.done', members: { ...place, part: textPart(text) } },
    ],
  }
}

/** Ends with response.completed even if the response was truncated, as in vLLM; `status` has the difference. */
export function responseEvents(context: FormatContext): EventStream {
  let sequence = 0
  const numbered = (): string =>
    context.settings.omitsSequenceNumbers ? '' : `"sequence_number":${(sequence += 1) - 1},`
  /** @param members - JSON text of at least one member. */
  const event = (type: string, members: string): string =>
    `event: ${type}\ndata: {"type":"${type}",${numbered()}${members}}\n\n`
  const eventOf = (type: string, members: object): string => event(type, JSON.stringify(members).slice(1, -1))

  const { delta, opening, closing } = itemEvents(context)
  const beforePiece = `${JSON.stringify(delta.members).slice(1, -1)},"delta":`
  return {
    opening: [
      eventOf('response.created', { response: responseObject(context, undefined) }),
      eventOf('response.in_progress', { response: responseObject(context, undefined) }),
      eventOf('response.output_item.added', { output_index: 0, item: outputItem(context, undefined) }),
      ...opening.map(({ type, members }) => eventOf(type, members)),
    ],
    piece: (jsonPiece) => event(delta.type, beforePiece + jsonPiece),
    closing() {
      const text = context.generated.text()
      return [
        ...closing(text).map(({ type, members }) => eventOf(type, members)),
        eventOf('response.output_item.done', { output_index: 0, item: outputItem(context, text) }),
        eventOf('response.completed', { response: responseObject(context, text) }),
      ]
    },
  }
}

/** A response without a text. */
export const pendingBody = (context: FormatContext, status?: 'queued' | 'cancelled'): string =>
  JSON.stringify(responseObject(context, undefined, status))

export const responseBody = (context: FormatContext): string =>
  JSON.stringify(responseObject(context, context.generated.text()))
