// The fields of a message that stand for fields of a chat completion: its id, why it ended, its usage.
import { randomUUID } from 'node:crypto'
import type { ChatChoice, ChatUsage } from './chat-response.ts'

const CHAT_PREFIX = 'chatcmpl-'

export function messageId(chatId: string | null | undefined): string {
  const id = chatId || randomUUID()
  return `msg_${id.startsWith(CHAT_PREFIX) ? id.slice(CHAT_PREFIX.length) : id}`
}

export const toolUseId = (): string => `toolu_${randomUUID()}`

interface Stop {
  readonly stop_reason: string
  readonly stop_sequence: string | null
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['function_call', 'tool_use'],
  ['content_filter', 'refusal'],
])

interface Content {
  readonly hasToolUse: boolean
  readonly hasRefusal: boolean
}

const matchedText = ({ stop_reason, matched_stop }: ChatChoice): string | undefined =>
  [stop_reason, matched_stop].find((matched) => typeof matched === 'string')

/** @param choice - one with a finish_reason. @see https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
export function readStop(choice: ChatChoice, { hasToolUse, hasRefusal }: Content): Stop {
  const reason = reasons.get(choice.finish_reason ?? '')
  if (reason) return { stop_reason: reason, stop_sequence: null }
  if (hasRefusal) return { stop_reason: 'refusal', stop_sequence: null }
  // Several servers report a plain stop after a call that they were told to make.
  if (hasToolUse) return { stop_reason: 'tool_use', stop_sequence: null }
  const sequence = matchedText(choice)
  return sequence === undefined
    ? { stop_reason: 'end_turn', stop_sequence: null }
    : { stop_reason: 'stop_sequence', stop_sequence: sequence }
}

interface MessageUsage {
  readonly input_tokens: number
  readonly cache_read_input_tokens?: number
  readonly output_tokens: number
}

/** The counts of a chat's prompt hold what was read from the cache; a message's do not. 0 stands for what is not known. */
export function messageUsage(usage: ChatUsage | null | undefined): MessageUsage {
  const cached = usage?.prompt_tokens_details?.cached_tokens
  return {
    input_tokens: Math.max(0, (usage?.prompt_tokens ?? 0) - (cached ?? 0)),
    ...(cached == null ? {} : { cache_read_input_tokens: cached }),
    output_tokens: usage?.completion_tokens ?? 0,
  }
}
