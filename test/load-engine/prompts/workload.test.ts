// Tests the workloads: lengths by distribution, shared prefixes, conversations and datasets.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDataset } from '../../../src/load-engine/prompts/dataset.ts'
import { drawLength } from '../../../src/load-engine/prompts/draw-length.ts'
import { placeTurn } from '../../../src/load-engine/prompts/place-turn.ts'
import { promptContent } from '../../../src/load-engine/prompts/prompt-content.ts'
import { createSeededRandom } from '../../../src/load-engine/platform/seeded-random.ts'
import { defaultWorkloads, type Lengths } from '../../../src/load-engine/model/workload.ts'
import { startEngine } from '../running-engine.ts'

const draw = (lengths: Lengths, count = 4_000): number[] => {
  const random = createSeededRandom(7)
  return Array.from({ length: count }, () => drawLength(lengths, random))
}
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length
const wordsOf = (text: string): string[] => text.split(' ')

describe('lengths', () => {
  const range = fc
    .tuple(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 0, max: 5_000 }))
    .map(([min, more]) => ({ min, max: min + more }))

  it('are whole numbers within their range, of every distribution', () => {
    fc.assert(
      fc.property(range, fc.double({ min: 0.1, max: 5, noNaN: true }), ({ min, max }, exponent) => {
        for (const lengths of [
          { kind: 'uniform', min, max },
          { kind: 'zipf', min, max, exponent },
        ] as const)
          for (const tokens of draw(lengths, 50))
            expect(Number.isInteger(tokens) && tokens >= min && tokens <= max).toBe(true)
        for (const tokens of draw({ kind: 'normal', mean: min, deviation: max }, 50))
          expect(Number.isInteger(tokens) && tokens >= 1).toBe(true)
      }),
    )
  })

  it('have the mean and the spread that are asked for', () => {
    expect(new Set(draw({ kind: 'constant', tokens: 9 }))).toEqual(new Set([9]))
    expect(mean(draw({ kind: 'uniform', min: 100, max: 300 }))).toBeCloseTo(200, -1)
    const normal = draw({ kind: 'normal', mean: 500, deviation: 50 })
    expect(mean(normal)).toBeCloseTo(500, -1)
    expect(Math.sqrt(mean(normal.map((value) => (value - 500) ** 2)))).toBeCloseTo(50, -1)
    const zipf = draw({ kind: 'zipf', min: 1, max: 1_000, exponent: 2 })
    // Of weights 1 / k², the first ten ranks have nine tenths.
    expect(zipf.filter((value) => value <= 10).length / zipf.length).toBeGreaterThan(0.85)
  })
})

describe('conversations', () => {
  it('have each turn once and in order, with as many requests between as go on at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        (turns, sessions, rounds) => {
          const numbers = Array.from({ length: turns * sessions * rounds }, (_, index) => index + 1)
          const placed = numbers.map((number) => ({ number, ...placeTurn(number, turns, sessions) }))
          expect(new Set(placed.map(({ session, turn }) => `${session} ${turn}`)).size).toBe(placed.length)
          for (const { number, session, turn } of placed)
            if (turn > 0)
              expect(placeTurn(number - sessions, turns, sessions)).toEqual({ session, turn: turn - 1 })
        },
      ),
    )
  })

  it('carry the turns before, which are those that were sent', () => {
    const workload = { ...defaultWorkloads.generated, turns: 3, sessions: 2 }
    const [first, , second, , third] = [1, 2, 3, 4, 5].map((number) =>
      promptContent(workload, number, undefined, 1),
    )
    expect(third?.history.map(({ user }) => user)).toEqual([first?.text, second?.text])
    expect(third?.history[0]).toEqual(second?.history[0])
  })
})

it('prompts share the part of their tokens that is asked for, with those of the same prefix alone', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 0, max: 100 }), (seed, sharedPercent) => {
      const input = { kind: 'constant', tokens: 200 } as const
      const workload = { ...defaultWorkloads.generated, input, sharedPercent, prefixes: 2 }
      const [a, b, c] = [1, 2, 3].map((number) =>
        wordsOf(promptContent(workload, number, undefined, seed)?.text ?? ''),
      )
      const common = (left: string[] = [], right: string[] = []): number => {
        const at = left.findIndex((word, index) => word !== right[index])
        return at < 0 ? left.length : at
      }
      expect(a).toHaveLength(200)
      expect(common(a, c)).toBeGreaterThanOrEqual(sharedPercent * 2)
      // Two different texts may begin with some equal words by chance.
      expect(common(a, c)).toBeLessThan(sharedPercent * 2 + 8)
      expect(common(a, b)).toBeLessThan(8)
    }),
  )
})

describe('a dataset', () => {
  const shareGpt = [
    {
      id: 'x',
      conversations: [
        { from: 'system', value: 'Be kind.' },
        { from: 'human', value: 'Hello' },
        { from: 'gpt', value: 'Hi' },
        { from: 'human', value: 'Bye' },
      ],
    },
  ]
  it.each([
    ['a ShareGPT list', JSON.stringify(shareGpt), 1, 2],
    ['lines of ShareGPT', shareGpt.map((entry) => JSON.stringify(entry)).join('\n'), 1, 2],
    ['lines of messages', '{"messages":[{"role":"user","content":"a"}]}\r\n\r\n{"prompt":"b"}', 2, 2],
  ])('is read from %s', (_, text, conversations, turns) => {
    const read = readDataset(text)
    expect(read).toMatchObject({ ok: true, content: { conversations, turns } })
  })

  it.each([
    ['', 'The file holds no prompts'],
    ['{"prompt":"a"}\n{', 'Line 2 is not JSON'],
    ['[{]', 'The file is not JSON'],
    ['{"prompt":7}', 'Line 1 has no prompt, messages or conversations of texts'],
    ['[{"conversations":[{"from":"human"}]}]', 'Entry 1 has no prompt, messages or conversations of texts'],
    ['{"prompt":"a"}\n'.repeat(50_001), 'The file has more than 50000 entries'],
  ])('of %j is refused with the place', (text, error) => {
    expect(readDataset(text)).toEqual({ ok: false, error })
  })

  it('is never a crash, whatever the file holds', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void readDataset(text)))
  })

  it('is sent turn by turn, with what came before', async () => {
    const { app, send, last, ended, scenario } = await startEngine()
    const file = new Blob([JSON.stringify(shareGpt)])
    send({ type: 'load_dataset', requestId: 'r', datasetId: 'd', file })
    await last('dataset_loaded', ({ result }) => result.ok)
    const workload = {
      kind: 'dataset',
      datasetId: 'd',
      datasetName: 'x.json',
      turns: 2,
      sessions: 1,
    } as const
    send({ type: 'start', cardId: 'c', scenario: scenario({ workload, requests: 2, maxParallel: 1 }) })
    await ended('c')
    const bodies = app.backend
      .served()
      .last.filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body.toString()) as { messages: object[] })
    const system = { role: 'system', content: 'Be kind.' }
    const hello = { role: 'user', content: 'Hello' }
    expect(bodies.map(({ messages }) => messages)).toEqual([
      [system, hello],
      [system, hello, { role: 'assistant', content: 'Hi' }, { role: 'user', content: 'Bye' }],
    ])
    send({ type: 'start', cardId: 'e', scenario: scenario({ workload: { ...workload, datasetId: 'gone' } }) })
    const refused = await last('refused')
    expect(refused.faults).toEqual([
      { path: 'workload.datasetId', message: 'takes a dataset that has been loaded' },
    ])
  })
})
