// Reads traces of conversations: one JSON object a line, as in kvcache-ai/Mooncake's conversation_trace.jsonl.
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Tokens that one of a trace's block ids stands for. */
export const TRACE_BLOCK_TOKENS = 512

const line = z.object({
  timestamp: z.number().min(0),
  input_length: z.int().min(1),
  output_length: z.int().min(0),
  hash_ids: z.array(z.int()),
})

export interface TraceRequest {
  /** Since the start of the trace. */
  readonly atMs: number
  readonly promptTokens: number
  readonly outputTokens: number
  /** Ids of the prompt's whole blocks: equal ids mean equal beginnings. */
  readonly blocks: readonly number[]
  /** The same as hashes, as the balancer makes them. */
  readonly hashes: Int32Array
}

/** Final mix of MurmurHash3. */
function mixed(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}

export function parseTrace(text: string): TraceRequest[] {
  return text
    .trim()
    .split('\n')
    .map((json) => {
      const { timestamp, input_length, output_length, hash_ids } = line.parse(JSON.parse(json))
      const blocks = hash_ids.slice(0, Math.floor(input_length / TRACE_BLOCK_TOKENS))
      return {
        atMs: timestamp,
        promptTokens: input_length,
        outputTokens: output_length,
        blocks,
        hashes: Int32Array.from(blocks.flatMap((id) => [mixed(id + 1), mixed(id ^ 0x5bd1e995)])),
      }
    })
}

/** The first twelve minutes of the conversation trace of Mooncake (Qin et al., FAST 2025; Apache-2.0). */
export const readExcerpt = (): TraceRequest[] =>
  parseTrace(readFileSync(new URL('conversation.jsonl', import.meta.url), 'utf8'))
