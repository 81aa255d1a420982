/** Reads one row of a JSON-lines trace, such as Mooncake's: timestamp (milliseconds), input_length, output_length, hash_ids. */
import type { TraceRow } from './trace.ts'

const MAX_TOKENS = 10_000_000
const MAX_BLOCKS = 100_000

/** @returns a whole number from 0 to 10,000,000. Throws an Error for any other value. */
export function readTokenCount(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_TOKENS) return Number(value)
  throw new Error(`has no whole number of ${name}`)
}

function readBlocks(value: unknown): readonly number[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.length <= MAX_BLOCKS && value.every(Number.isSafeInteger))
    return value as number[]
  throw new Error('has hash_ids that are no list of whole numbers')
}

/** Throws an Error that completes the sentence `Line 3 …`. */
export function readJsonRow(line: string): TraceRow {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new Error('is not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('is no JSON object')
  const row = value as Record<string, unknown>
  const atMs = row['timestamp']
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) throw new Error('has no number as timestamp')
  return {
    atMs,
    inputTokens: readTokenCount(row['input_length'], 'input_length'),
    outputTokens: readTokenCount(row['output_length'], 'output_length'),
    blocks: readBlocks(row['hash_ids']),
  }
}
