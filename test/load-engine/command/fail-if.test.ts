// Tests the conditions of --fail-if: their form, their units, and what a missing figure means.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { figureNames, parseFailCondition } from '../../../src/load-engine/command/fail-if.ts'
import { someResult, someRun } from '../some-run.ts'

const cardOf = (...results: Parameters<typeof someResult>[0][]) => {
  const [card] = someRun({ name: 'soak' }, results.map(someResult)).cards
  if (card === undefined) throw new Error('unreachable')
  return card
}
const failureOf = (text: string, card: ReturnType<typeof cardOf>) => parseFailCondition(text).failureOf(card)

describe('a condition', () => {
  it('fails a card whose figure is above or below the limit, in any unit of the figure', () => {
    const card = cardOf({ ttftMs: 600, e2eMs: 800 })
    expect(failureOf('ttft_p95>500ms', card)).toBe(
      'soak: ttft_p95 is 600ms, and ttft_p95>500ms fails the run',
    )
    expect(failureOf('ttft_p95 > 0.5s', card)).toBe(
      'soak: ttft_p95 is 0.6s, and ttft_p95 > 0.5s fails the run',
    )
    expect(failureOf('ttft_p95>601ms', card)).toBeUndefined()
    expect(failureOf('e2e_max<1s', card)).toMatch(/^soak: e2e_max is 0\.8s/)
    expect(failureOf('failed>0', card)).toBeUndefined()
    expect(failureOf('goodput<100%', card)).toBeUndefined()
  })

  it('is met by exactly one of > and <=, and of < and >=, for any limit', () => {
    const card = cardOf({ e2eMs: 400 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (limit) => {
        const met = (operator: string): boolean =>
          failureOf(`e2e_p50${operator}${limit}ms`, card) !== undefined
        expect([met('>') !== met('<='), met('<') !== met('>=')]).toEqual([true, true])
      }),
    )
  })

  it('on a figure that the card lacks fails it: nothing shows that it holds', () => {
    const failed = cardOf({ outcome: 'http_5xx', status: 503, ttftMs: null, e2eMs: 3 })
    expect(failureOf('ttft_p95>500ms', failed)).toBe(
      'soak: ttft_p95 has no value, so that ttft_p95>500ms cannot be ruled out',
    )
    expect(failureOf('failed_percent>1%', failed)).toMatch(/failed_percent is 100%/)
  })

  it.each([
    ['ttft_p95', /takes figure, comparison and limit/],
    ['ttft_p95>fast', /takes figure, comparison and limit/],
    ['ttft_p95=500ms', /takes figure, comparison and limit/],
    ['speed>5', /knows no figure 'speed'; there are .*ttft_p95/],
    ['ttft_p95>500', /takes a limit in ms or s/],
    ['failed>5ms', /takes a limit without a unit/],
    ['constructor>5', /knows no figure/],
  ])('%s is refused', (text, reason) => expect(() => parseFailCondition(text)).toThrow(reason))

  it('may name every figure that the help lists', () => {
    const card = cardOf({})
    for (const name of figureNames) {
      const unit = /_(?:mean|p\d+|max)$/.test(name) ? 'ms' : /percent|goodput/.test(name) ? '%' : ''
      expect(failureOf(`${name}>1000000${unit}`, card) ?? '', name).not.toContain('is')
    }
  })
})
