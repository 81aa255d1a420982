// Arbitrary answers of a model: as a chat completion, as the chunks of one, and as the message that both must become.
import fc from 'fast-check'
import { jsonText } from '../json/arbitrary-json.ts'

export interface Answer {
  readonly reasoning: readonly string[]
  readonly member: 'reasoning' | 'reasoning_content'
  readonly text: readonly string[]
  readonly calls: readonly { readonly id: string; readonly name: string; readonly args: readonly string[] }[]
  readonly finish: string
  readonly matched: string | undefined
  readonly usage:
    | { readonly prompt: number; readonly cached: number | undefined; readonly completion: number }
    | undefined
}

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  fc.constantFrom('\n\ndata: [DONE]\n\n', '"}', '\\', 'é😀', '\r\n: x'),
)
const args = fc.tuple(fc.array(jsonText, { maxLength: 2 }), fc.nat(9)).map(([values, size]) => {
  const text = `{${values.map((value, index) => `"k${index}": ${value}`).join(', ')}}`
  return size === 0 ? [text] : (text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [])
})

export const answer: fc.Arbitrary<Answer> = fc.record({
  reasoning: fc.array(piece, { maxLength: 3 }),
  member: fc.constantFrom('reasoning', 'reasoning_content'),
  text: fc.array(piece, { maxLength: 3 }),
  calls: fc.array(fc.record({ id: fc.uuid(), name: fc.constantFrom('look', 'find'), args }), {
    maxLength: 3,
  }),
  finish: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter'),
  matched: fc.option(fc.constantFrom('END', '\n'), { nil: undefined }),
  usage: fc.option(
    fc.record({
      prompt: fc.nat(5000),
      cached: fc.option(fc.nat(5000), { nil: undefined }),
      completion: fc.nat(5000),
    }),
    { nil: undefined },
  ),
})

const usageOf = ({ usage }: Answer): object =>
  usage === undefined
    ? {}
    : {
        usage: {
          prompt_tokens: usage.prompt,
          completion_tokens: usage.completion,
          total_tokens: usage.prompt + usage.completion,
          prompt_tokens_details: usage.cached === undefined ? null : { cached_tokens: usage.cached },
        },
      }

const ending = ({ finish, matched }: Answer): object => ({
  finish_reason: finish,
  stop_reason: matched ?? null,
})
const head = { id: 'chatcmpl-1f', model: 'm' }

export function asCompletion(from: Answer): object {
  const tool_calls = from.calls.map(({ id, name, args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args.join('') },
  }))
  const content = from.text.length > 0 ? from.text.join('') : null
  const message = { role: 'assistant', content, [from.member]: from.reasoning.join('') || null, tool_calls }
  return {
    ...head,
    object: 'chat.completion',
    choices: [{ index: 0, message, ...ending(from) }],
    ...usageOf(from),
  }
}

interface Style {
  /** Whether pieces of calls come in turn, and not one call after the other. */
  readonly isInterleaved: boolean
  /** Whether the name and id come with the first piece, or after the arguments have begun. */
  readonly namesLate: boolean
  /** On the chunk that finishes, as of Ollama, or in one of its own, as of vLLM. */
  readonly usage: 'with finish' | 'own'
}

export const style: fc.Arbitrary<Style> = fc.record({
  isInterleaved: fc.boolean(),
  namesLate: fc.boolean(),
  usage: fc.constantFrom('with finish', 'own'),
})

function callDeltas({ calls }: Answer, { isInterleaved, namesLate }: Style): object[] {
  const queues = calls.map(({ id, name, args }, index) => {
    const pieces = args.map((each) => ({ index, function: { arguments: each } }))
    const naming = { index, id, type: 'function', function: { name, arguments: '' } }
    pieces.splice(namesLate ? 1 : 0, 0, naming)
    return pieces
  })
  if (!isInterleaved) return queues.flat()
  const rounds = Math.max(0, ...queues.map((queue) => queue.length))
  return Array.from({ length: rounds }, (_, round) => queues.flatMap((queue) => queue[round] ?? [])).flat()
}

/** @returns the data of each event. */
export function asChunks(from: Answer, how: Style): string[] {
  const chunk = (delta: object, rest: object = {}) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason: null, ...rest }],
  })
  const finish = chunk({}, ending(from))
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...from.reasoning.map((text) => chunk({ [from.member]: text })),
    ...from.text.map((content) => chunk({ content })),
    ...callDeltas(from, how).map((each) => chunk({ tool_calls: [each] })),
    how.usage === 'own' ? finish : { ...finish, ...usageOf(from) },
    ...(how.usage === 'own' && from.usage ? [{ ...head, choices: [], ...usageOf(from) }] : []),
  ]
  return [...chunks.map((each) => JSON.stringify(each)), '[DONE]']
}

const reasons: Readonly<Record<string, string>> = {
  length: 'max_tokens',
  tool_calls: 'tool_use',
  content_filter: 'refusal',
}

function expectedStop({ finish, matched, calls }: Answer): object {
  const reason = reasons[finish] ?? (calls.length > 0 ? 'tool_use' : undefined)
  if (reason) return { stop_reason: reason, stop_sequence: null }
  return matched === undefined
    ? { stop_reason: 'end_turn', stop_sequence: null }
    : { stop_reason: 'stop_sequence', stop_sequence: matched }
}

export function asMessage(from: Answer): object {
  const { usage } = from
  const thinking = from.reasoning.join('')
  const text = from.text.join('')
  return {
    id: 'msg_1f',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [
      ...(thinking ? [{ type: 'thinking', thinking, signature: from.member }] : []),
      ...(text ? [{ type: 'text', text }] : []),
      ...from.calls.map(({ id, name, args }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(args.join('')) as unknown,
      })),
    ],
    ...expectedStop(from),
    usage: {
      input_tokens: Math.max(0, (usage?.prompt ?? 0) - (usage?.cached ?? 0)),
      ...(usage?.cached === undefined ? {} : { cache_read_input_tokens: usage.cached }),
      output_tokens: usage?.completion ?? 0,
    },
  }
}
