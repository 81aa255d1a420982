// Anthropic's messages as vLLM writes them, `[DONE]` after the last event included.
import { cachedTokensOf, DONE, type FormatContext, type EventStream } from './format.ts'
import type { GeneratedText } from './generated-text.ts'

const stopReasons: Record<GeneratedText['finish'], string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
}

/** Input tokens leave out what was cached. */
function usage({ request: { promptTokens }, settings }: FormatContext, outputTokens: number) {
  const cached = cachedTokensOf(promptTokens, settings)
  return {
    input_tokens: promptTokens - cached,
    output_tokens: outputTokens,
    ...(settings.cachedPercent === 0 ? {} : { cache_read_input_tokens: cached }),
  }
}

/** @param text - undefined while the message is in progress. */
function message(context: FormatContext, text: string | undefined) {
  const { id, request, generated } = context
  const block = () =>
    request.tool === undefined
      ? { type: 'text', text }
      : { type: 'tool_use', id: `toolu_${id}`, name: request.tool, input: readInput(text ?? '') }
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    content: text === undefined ? [] : [block()],
    model: request.model,
    stop_reason: text === undefined ? null : stopReasons[generated.finish],
    stop_sequence: null,
    usage: usage(context, text === undefined ? 0 : generated.length),
  }
}

/** @param json - may be cut by `max_tokens`. */
function readInput(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return {}
  }
}

const event = (type: string, members = ''): string => `event: ${type}\ndata: {"type":"${type}"${members}}\n\n`

export function messageEvents(context: FormatContext): EventStream {
  const { id, request, generated } = context
  const [block, delta] =
    request.tool === undefined
      ? [{ type: 'text', text: '' }, '"type":"text_delta","text":']
      : [
          { type: 'tool_use', id: `toolu_${id}`, name: request.tool, input: {} },
          '"type":"input_json_delta","partial_json":',
        ]
  return {
    opening: [
      event('message_start', `,"message":${JSON.stringify(message(context, undefined))}`),
      event('content_block_start', `,"index":0,"content_block":${JSON.stringify(block)}`),
      event('ping'),
    ],
    piece: (jsonPiece) => event('content_block_delta', `,"index":0,"delta":{${delta}${jsonPiece}}`),
    closing() {
      const ended = { stop_reason: stopReasons[generated.finish], stop_sequence: null }
      const counted = JSON.stringify(usage(context, generated.length))
      return [
        event('content_block_stop', ',"index":0'),
        event('message_delta', `,"delta":${JSON.stringify(ended)},"usage":${counted}`),
        event('message_stop') + DONE,
      ]
    },
  }
}

export const messageBody = (context: FormatContext): string =>
  JSON.stringify(message(context, context.generated.text()))
