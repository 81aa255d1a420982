// Tests the law that says whether the tester, and not the target, limited a run.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createTesterLimits,
  limitsOf,
  type TesterSample,
} from '../../../src/load-engine/statistics/tester-limits.ts'

const idle: TesterSample = { busyShare: 0.3, lagMs: 2, backlog: 0 }
const busy: TesterSample = { ...idle, busyShare: 0.99 }

const readAll = (samples: readonly TesterSample[]) => {
  const limits = createTesterLimits()
  // The first two samples are of the start.
  for (const sample of [idle, idle, ...samples]) limits.add(sample)
  return limits.read()
}

describe('the tester', () => {
  it.each<[string, Partial<TesterSample>, ReturnType<typeof limitsOf>]>([
    ['has room', {}, []],
    ['is busy up to 95 %', { busyShare: 0.95 }, []],
    ['is busy beyond', { busyShare: 0.96 }, ['busy']],
    ['is late by up to 100 ms', { lagMs: 100 }, []],
    ['is late by more', { lagMs: 101 }, ['late']],
    ['holds requests back', { backlog: 1 }, ['backlog']],
    ['is all of it', { busyShare: 1, lagMs: 500, backlog: 9 }, ['busy', 'late', 'backlog']],
  ])('that %s is a limit accordingly', (_name, fields, limits) =>
    expect(limitsOf({ ...idle, ...fields })).toEqual(limits),
  )

  it('limits a run where more than a fifth of its samples, and at least four, are limited', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 0, max: 60 }),
        fc.integer(),
        (many, few, seed) => {
          const samples = [...Array<TesterSample>(many).fill(idle), ...Array<TesterSample>(few).fill(busy)]
          const ordered = samples
            .map((sample, index) => ({ sample, at: Math.imul(index + 1, seed | 1) >>> 0 }))
            .sort((a, b) => a.at - b.at)
            .map(({ sample }) => sample)
          const { isLimit, limitedPercent, reasons } = readAll(ordered)
          expect(isLimit).toBe(few >= 4 && few * 5 > samples.length)
          expect(limitedPercent).toBeCloseTo(samples.length === 0 ? 0 : (few * 100) / samples.length)
          expect(reasons).toEqual(few > 0 ? ['busy'] : [])
        },
      ),
    )
  })

  it('is not judged by the start of a run, which compiles the code', () => {
    const limits = createTesterLimits()
    for (const sample of [busy, busy, idle, idle]) limits.add(sample)
    expect(limits.read()).toMatchObject({ isLimit: false, limitedPercent: 0, busyPercent: 30 })
  })

  it('is told of while it is the limit, and no more once it has room again', () => {
    expect(readAll(Array<TesterSample>(4).fill(busy)).isLimitNow).toBe(true)
    const later = readAll([...Array<TesterSample>(8).fill(busy), ...Array<TesterSample>(8).fill(idle)])
    expect(later).toMatchObject({
      isLimit: true,
      isLimitNow: false,
      busyPercent: expect.closeTo(64.5) as number,
    })
  })

  it('names reasons that matter, and not one that is rare beside another', () => {
    const late = { ...idle, lagMs: 300 }
    expect(readAll([...Array<TesterSample>(20).fill(busy), late]).reasons).toEqual(['busy'])
    expect(
      readAll([...Array<TesterSample>(10).fill(busy), ...Array<TesterSample>(10).fill(late)]).reasons,
    ).toEqual(['busy', 'late'])
  })
})
