// Reads the response of a chat completion, whole or in chunks, as far as a message has a place for it.
import { z } from 'zod'
import type { ReasoningMember } from './reasoning.ts'

const text = z.string().nullish()
const count = z.number().int().nonnegative().nullish().catch(undefined)

const toolCall = z.object({
  index: z.number().int().nullish(),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
})

const turn = z.object({
  content: text,
  reasoning: text,
  reasoning_content: text,
  refusal: text,
  tool_calls: z.array(toolCall).nullish(),
})

const choice = z.object({
  index: z.number().nullish(),
  message: turn.nullish(),
  delta: turn.nullish(),
  finish_reason: text,
  /** Where a stop sequence matched: vLLM's name of it, and SGLang's. Otherwise a token's id or nothing. */
  stop_reason: z.unknown().optional(),
  matched_stop: z.unknown().optional(),
})

const usage = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(undefined),
})

const chatResponse = z.object({
  id: text,
  model: text,
  choices: z.array(choice).nullish(),
  usage: usage.nullish().catch(undefined),
})

export type ChatResponse = z.infer<typeof chatResponse>
export type ChatChoice = z.infer<typeof choice>
export type ChatUsage = z.infer<typeof usage>
/** A message or a delta of one. */
export type ChatTurn = z.infer<typeof turn>
/** A call of a tool, or a piece of one. */
export type ChatToolCall = z.infer<typeof toolCall>

/** @param value - parsed JSON. @returns undefined where it is no chat completion and no chunk of one. */
export const readChatResponse = (value: unknown): ChatResponse | undefined =>
  chatResponse.safeParse(value).data

/** The one choice that was asked for. */
export const firstChoice = ({ choices }: ChatResponse): ChatChoice | undefined =>
  choices?.find(({ index }) => index == null || index === 0)

/** @returns undefined where there is none. Some servers tell it under both names. */
export function readReasoning(from: ChatTurn): { text: string; member: ReasoningMember } | undefined {
  for (const member of ['reasoning_content', 'reasoning'] as const) {
    const found = from[member]
    if (found) return { text: found, member }
  }
  return undefined
}
