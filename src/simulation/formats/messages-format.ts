// Anthropic's messages as vLLM writes them, `[DONE]` after the last event included.
import { DONE, type FormatContext, type EventStream } from './format.ts'
import { allPieces, type GeneratedText } from './generated-text.ts'

const stopReasons: Record<GeneratedText['finish'], string> = {
  stop: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
}

/** Input tokens leave out what was cached. */
function usage({ request: { promptTokens }, cachedTokens }: FormatContext, outputTokens: number) {
  return {
    input_tokens: promptTokens - (cachedTokens ?? 0),
    output_tokens: outputTokens,
    ...(cachedTokens === undefined ? {} : { cache_read_input_tokens: cachedTokens }),
  }
}

/** Tokens of thinking, which come before the others: half of them at most, and none before the call of a tool. */
const thinkingTokens = ({ request, generated }: FormatContext): number =>
  request.schema === undefined ? Math.min(request.thinkingBudget ?? 0, generated.length >> 1) : 0

const signature = ({ id }: FormatContext): string => Buffer.from(id).toString('base64')

function blocks(context: FormatContext): object[] {
  const { id, request, generated } = context
  if (request.tool !== undefined)
    return [{ type: 'tool_use', id: `toolu_${id}`, name: request.tool, input: readInput(generated.text()) }]
  const thought = thinkingTokens(context)
  if (thought === 0) return [{ type: 'text', text: generated.text() }]
  const texts = allPieces(generated).map((piece) => JSON.parse(piece) as string)
  return [
    { type: 'thinking', thinking: texts.slice(0, thought).join(''), signature: signature(context) },
    { type: 'text', text: texts.slice(thought).join('') },
  ]
}

/** @param isOver - whether the message is complete. */
function message(context: FormatContext, isOver: boolean) {
  const { id, request, generated } = context
  return {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    content: isOver ? blocks(context) : [],
    model: request.model,
    stop_reason: isOver ? stopReasons[generated.finish] : null,
    stop_sequence: null,
    usage: usage(context, isOver ? generated.length : 0),
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

const delta = (index: number, type: string, member: string, json: string): string =>
  event('content_block_delta', `,"index":${index},"delta":{"type":"${type}","${member}":${json}}`)
const start = (index: number, block: object): string =>
  event('content_block_start', `,"index":${index},"content_block":${JSON.stringify(block)}`)
const stop = (index: number): string => event('content_block_stop', `,"index":${index}`)

/** The events of the blocks: thinking where there is any, then the text or the call of a tool. */
function blockEvents(context: FormatContext) {
  const { id, request } = context
  const thought = thinkingTokens(context)
  const last = thought > 0 ? 1 : 0
  const main =
    request.tool === undefined
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: `toolu_${id}`, name: request.tool, input: {} }
  const write = (jsonPiece: string): string =>
    request.tool === undefined
      ? delta(last, 'text_delta', 'text', jsonPiece)
      : delta(last, 'input_json_delta', 'partial_json', jsonPiece)
  const turn = (): string =>
    delta(0, 'signature_delta', 'signature', JSON.stringify(signature(context))) + stop(0) + start(1, main)
  let sent = 0
  return {
    opening: start(0, thought > 0 ? { type: 'thinking', thinking: '', signature: '' } : main),
    piece(jsonPiece: string): string {
      sent += 1
      if (sent <= thought) return delta(0, 'thinking_delta', 'thinking', jsonPiece)
      return (thought > 0 && sent === thought + 1 ? turn() : '') + write(jsonPiece)
    },
    closing: () => stop(last),
  }
}

export function messageEvents(context: FormatContext): EventStream {
  const { generated } = context
  const { opening, piece, closing } = blockEvents(context)
  return {
    opening: [
      event('message_start', `,"message":${JSON.stringify(message(context, false))}`),
      opening,
      event('ping'),
    ],
    piece,
    closing() {
      const ended = { stop_reason: stopReasons[generated.finish], stop_sequence: null }
      const counted = JSON.stringify(usage(context, generated.length))
      return [
        closing(),
        event('message_delta', `,"delta":${JSON.stringify(ended)},"usage":${counted}`),
        event('message_stop') + DONE,
      ]
    },
  }
}

export const messageBody = (context: FormatContext): string => JSON.stringify(message(context, true))
