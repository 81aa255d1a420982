// Tests that traces are read the same for any chunk boundaries, and that errors name their line.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makePrompt } from '../../../src/load-engine/prompts/make-prompt.ts'
import { readTrace } from '../../../src/load-engine/traces/read-trace.ts'

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8')

async function* splitAt(text: string, cuts: readonly number[]): AsyncGenerator<string> {
  const at = [0, ...cuts.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  for (const [index, end] of at.slice(1).entries()) yield await Promise.resolve(text.slice(at[index], end))
}

async function read(text: string, cuts: readonly number[] = []) {
  const result = await readTrace(splitAt(text, cuts))
  if (!result.ok) return result.error
  const { content: trace } = result
  const rows = [...trace.atMs].map((atMs, row) => [
    atMs,
    trace.inputTokens[row],
    trace.outputTokens[row],
    trace.blocks(row),
  ])
  return { rows, facts: trace.facts }
}

describe('a trace', () => {
  it('of Azure (CSV) has times with microsecond precision that start at 0', async () => {
    const trace = await read(fixture('azure-llm-2023-code-excerpt.csv'))
    if (typeof trace === 'string') throw new Error(trace)
    expect(trace.facts).toMatchObject({ rows: 39, hasPrefixes: false })
    expect(trace.rows[0]).toEqual([0, 4808, 10, []])
    expect(trace.rows[1]?.[0]).toBeCloseTo(52, 3)
    expect(trace.rows[2]?.[0]).toBeCloseTo(98.189, 3)
    expect(trace.rows[2]?.slice(1)).toEqual([110, 27, []])
  })

  it('of Mooncake (JSON lines) has the block ids of its prompts', async () => {
    const trace = await read(fixture('mooncake-conversation-excerpt.jsonl'))
    if (typeof trace === 'string') throw new Error(trace)
    expect(trace.facts).toMatchObject({ rows: 20, hasPrefixes: true })
    expect(trace.rows[0]).toEqual([0, 6758, 500, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]])
    expect(trace.rows[3]).toEqual([0, 2290, 316, [0, 42, 43, 44, 45]])
  })

  it('is read the same for any chunk boundaries and line ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('azure-llm-2023-code-excerpt.csv', 'mooncake-conversation-excerpt.jsonl'),
        fc.constantFrom('\n', '\r\n'),
        fc.array(fc.nat(100_000), { maxLength: 40 }),
        async (name, lineEnd, cuts) => {
          const text = fixture(name)
          expect(await read(text.replaceAll('\n', lineEnd), cuts)).toEqual(await read(text))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('may have other column names and orders, quotes, seconds or milliseconds', async () => {
    const seconds = await read(
      'Model,"Timestamp",Request tokens,"Response tokens"\n"a,b",5,10,20\nx,6.5,"11",21\n',
    )
    expect(seconds).toMatchObject({
      rows: [
        [0, 10, 20, []],
        [1500, 11, 21, []],
      ],
    })
    const milliseconds = await read('output_length,input_length,timestamp_ms\n1,2,30\n3,4,10\n')
    expect(milliseconds).toMatchObject({
      rows: [
        [0, 4, 3, []],
        [20, 2, 1, []],
      ],
    })
  })

  it.each([
    ['', 'The file holds no requests'],
    ['TIMESTAMP,ContextTokens,GeneratedTokens\n', 'The file holds no requests'],
    ['a,b,c\n1,2,3\n', 'Line 1 is no header with a column like TIMESTAMP'],
    ['TIMESTAMP,ContextTokens\n', 'Line 1 is no header with a column like GeneratedTokens'],
    ['at,input_tokens,output_tokens\n1,2,3\n\nnever,2,3\n', 'Line 4 has no time where one belongs: "never"'],
    ['at,input_tokens,output_tokens\n1,2,3\n2,-1,3\n', 'Line 3 has no whole number of input tokens'],
    ['at,input_tokens,output_tokens\n1,2\n', 'Line 2 has no whole number of output tokens'],
    ['{"timestamp":0,"input_length":1,"output_length":1}\n{"timestamp":\n', 'Line 2 is not JSON'],
    ['{"timestamp":"0","input_length":1,"output_length":1}', 'Line 1 has no number as timestamp'],
    ['{"timestamp":0,"input_length":1e99,"output_length":1}', 'Line 1 has no whole number of input_length'],
    [
      '{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":["x"]}',
      'Line 1 has hash_ids that are no list of whole numbers',
    ],
  ])('that is invalid gives an error with its line: %j', async (text, error) => {
    expect(await read(text)).toBe(error)
  })
})

describe('a prompt', () => {
  it('has the requested number of words, and shares a prefix as far as its block ids are equal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer(), (tokens, seed) => {
        expect(makePrompt(tokens, [], seed).split(' ')).toHaveLength(tokens)
        expect(makePrompt(tokens, [1, 2, 3], seed).split(' ')).toHaveLength(tokens)
        expect(makePrompt(tokens, [], seed)).toBe(makePrompt(tokens, [], seed))
      }),
    )
    const [a, b] = [makePrompt(1_400, [7, 8, 9], 1).split(' '), makePrompt(1_400, [7, 8, 10], 2).split(' ')]
    expect(a.slice(0, 1_024)).toEqual(b.slice(0, 1_024))
    expect(a.slice(1_024)).not.toEqual(b.slice(1_024))
  })
})
