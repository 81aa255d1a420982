import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createScheduler, type ScheduleSettings } from '../../../src/simulation/scheduler/scheduler.ts'
import { createManualTimer } from '../manual-timer.ts'
import { runToEnd } from './run-to-end.ts'

function start(given: Partial<ScheduleSettings> = {}) {
  const timer = createManualTimer()
  const settings: ScheduleSettings = {
    capacity: 0,
    prefillTokensPerSecond: 1000,
    halfSpeedAt: 0,
    cacheBlocks: 0,
    cacheBlockTokens: 10,
    ...given,
  }
  return { timer, scheduler: createScheduler(timer, () => settings) }
}

const request = { priority: 0, promptTokens: 100, blocks: [], outputTokens: 11, tokensPerSecond: 100 }

const arrivals = fc.array(
  fc.record({
    afterMs: fc.nat({ max: 300 }),
    blocks: fc.integer({ min: 1, max: 4 }).map((count) => [1, 2, 3, 4].slice(0, count)),
    rest: fc.integer({ min: 1, max: 90 }),
    outputTokens: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 30 },
)

describe('the scheduler of an engine', () => {
  it('processes one prompt after the other, in order, without a pause, and what is cached at no cost', () => {
    fc.assert(
      fc.property(arrivals, (all) => {
        const { timer, scheduler } = start({ cacheBlocks: 3 })
        const firstTokensMs: number[] = []
        const expectedMs: number[] = []
        let busyUntilMs = 0
        let mostBlocks = 0
        let prompts = 0
        let hits = 0
        for (const { afterMs, blocks, rest, outputTokens } of all) {
          timer.advance(afterMs)
          const promptTokens = blocks.length * 10 + rest
          // The capacity is three blocks of ten tokens.
          const cachedTokens = Math.min(mostBlocks, blocks.length) * 10
          mostBlocks = Math.min(3, Math.max(mostBlocks, blocks.length))
          prompts += promptTokens
          hits += cachedTokens
          busyUntilMs = Math.max(timer.nowMs(), busyUntilMs) + promptTokens - cachedTokens
          expectedMs.push(busyUntilMs)
          runToEnd(scheduler, {
            ...request,
            promptTokens,
            blocks,
            outputTokens,
            onFirstToken(found) {
              expect(found).toBe(cachedTokens)
              firstTokensMs.push(timer.nowMs())
            },
          })
        }
        timer.advance(100_000)
        expect(firstTokensMs).toEqual(expectedMs)
        expect(scheduler.lookups()).toEqual({ queriedTokens: prompts, hitTokens: hits })
        expect([scheduler.running(), scheduler.waiting(), timer.pending()]).toEqual([0, 0, 0])
      }),
    )
  })

  it('lets a batch decode slower by its size, and what is left of it faster', () => {
    const { timer, scheduler } = start({ prefillTokensPerSecond: 0, halfSpeedAt: 2 })
    const endsMs: number[] = []
    const run = (outputTokens: number) =>
      runToEnd(scheduler, { ...request, outputTokens, onEnd: () => endsMs.push(timer.nowMs()) })
    for (const tokens of [11, 21, 31]) run(tokens)
    timer.advance(1000)
    // Ten tokens each at half speed, ten at two thirds, ten at full speed.
    expect(endsMs.map(Math.round)).toEqual([200, 350, 450])
  })

  it('does the same decoding in all, however the requests overlap', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 50 }), (all, halfSpeedAt) => {
        const { timer, scheduler } = start({ prefillTokensPerSecond: 0, halfSpeedAt })
        let decodedMs = 0
        let neededMs = 0
        let countedMs = 0
        // Called before each change of the number that run.
        const countDecoding = () => {
          const running = scheduler.running()
          const speed = halfSpeedAt / (halfSpeedAt + Math.max(0, running - 1))
          decodedMs += running * speed * (timer.nowMs() - countedMs)
          countedMs = timer.nowMs()
        }
        for (const { afterMs, outputTokens } of all) {
          timer.advance(afterMs)
          countDecoding()
          neededMs += outputTokens * 10
          const leave = scheduler.submit({ ...request, decode: () => undefined })
          scheduler.decodeTimer.after(outputTokens * 10, () => {
            countDecoding()
            leave()
          })
        }
        timer.advance(1_000_000)
        expect(decodedMs).toBeCloseTo(neededMs, 3)
      }),
    )
  })

  it('frees at once what an ended request held: its turn, the prefill or its part of the batch', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ advance: fc.nat({ max: 150 }) }),
        fc.record({ end: fc.nat({ max: 20 }) }),
        fc.constant('submit' as const),
      ),
    )
    fc.assert(
      fc.property(steps, fc.nat({ max: 3 }), (all, capacity) => {
        const { timer, scheduler } = start({ capacity, halfSpeedAt: 4, cacheBlocks: 8 })
        const open = new Set<() => void>()
        for (const step of all) {
          if (step === 'submit') {
            const end = runToEnd(scheduler, { ...request, blocks: [1, 2], onEnd: () => open.delete(end) })
            open.add(end)
          } else if ('advance' in step) timer.advance(step.advance)
          else {
            const end = [...open][step.end]
            end?.()
            end?.()
            if (end) open.delete(end)
          }
          expect(scheduler.running() + scheduler.waiting()).toBe(open.size)
          if (capacity > 0) expect(scheduler.running()).toBeLessThanOrEqual(capacity)
          // Each running request has one timer: its prefill's, or that of its end.
          expect(timer.pending()).toBe(scheduler.running())
          if (scheduler.running() === 0) expect(scheduler.waiting()).toBe(0)
        }
        for (const end of open) end()
        expect([scheduler.running(), scheduler.waiting(), timer.pending()]).toEqual([0, 0, 0])
      }),
    )
  })

  it('always processes the last token of a prompt, and forgets all when its cache is cleared', () => {
    const { timer, scheduler } = start({ cacheBlocks: 100 })
    const found: number[] = []
    const blocks = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    const run = () => {
      runToEnd(scheduler, { ...request, blocks, onFirstToken: (cached) => found.push(cached) })
      timer.advance(1000)
    }
    run()
    run()
    scheduler.clearCache()
    run()
    expect(found).toEqual([0, 90, 0])
  })
})
