// The schedule of an engine: which requests wait, the prefill of one prompt after the other, and a batch whose size slows decoding.
import type { Settings } from '../settings.ts'
import type { Timer } from '../timer.ts'
import { createPrefixCache } from './prefix-cache.ts'
import { createSlots } from './slots.ts'
import { createVariableTimer } from './variable-timer.ts'

export type ScheduleSettings = Pick<
  Settings,
  'capacity' | 'prefillTokensPerSecond' | 'halfSpeedAt' | 'cacheBlocks' | 'cacheBlockTokens'
>

export interface ScheduledRequest {
  /** Lower starts earlier. */
  readonly priority: number
  /** At least 1. */
  readonly promptTokens: number
  /** Numbers of the prompt's blocks, each for its block and all before it. */
  readonly blocks: readonly number[]
  /** Called once its prompt is processed. @param cachedTokens - those of its prompt that the prefix cache held. */
  decode(cachedTokens: number): void
}

export interface Scheduler {
  /** @returns a function that ends the request, waiting or not; idempotent, and not to be called before this has returned. */
  submit(request: ScheduledRequest): () => void
  /** Time as it passes for the requests that decode: at full speed for one alone. */
  readonly decodeTimer: Timer
  /** Starts waiting requests; called when settings have changed. */
  startWaiting(): void
  /** Requests whose prompts are processed, or that decode. */
  running(): number
  waiting(): number
  /** Prompt tokens that were looked up in the prefix cache, and those found there. */
  lookups(): { readonly queriedTokens: number; readonly hitTokens: number }
  clearCache(): void
}

/** @param settings - read at each decision. */
export function createScheduler(timer: Timer, settings: () => ScheduleSettings): Scheduler {
  const cache = createPrefixCache(() => settings().cacheBlocks)
  const decodeTimer = createVariableTimer(timer)
  const lookups = { queriedTokens: 0, hitTokens: 0 }
  let isPrefilling = false
  let decoding = 0
  const slots = createSlots(
    () => settings().capacity,
    () => isPrefilling,
  )

  /** Whole blocks, without the one that holds the last token, which is always processed. */
  const lookUp = ({ promptTokens, blocks }: ScheduledRequest): number => {
    const { cacheBlocks, cacheBlockTokens } = settings()
    if (cacheBlocks === 0) return 0
    const most = Math.floor((promptTokens - 1) / cacheBlockTokens)
    const cachedTokens = Math.min(cache.match(blocks), most) * cacheBlockTokens
    lookups.queriedTokens += promptTokens
    lookups.hitTokens += cachedTokens
    return cachedTokens
  }
  const changeDecoding = (by: 1 | -1): void => {
    decoding += by
    const { halfSpeedAt } = settings()
    const others = Math.max(0, decoding - 1)
    decodeTimer.setSpeed(halfSpeedAt === 0 ? 1 : halfSpeedAt / (halfSpeedAt + others))
  }

  return {
    submit(request) {
      let endPhase = (): void => undefined
      const decode = (cachedTokens: number): void => {
        cache.add(request.blocks)
        changeDecoding(1)
        endPhase = () => changeDecoding(-1)
        request.decode(cachedTokens)
      }
      const leaveSlot = slots.acquire(request.priority, () => {
        const cachedTokens = lookUp(request)
        const { prefillTokensPerSecond } = settings()
        if (prefillTokensPerSecond === 0) return decode(cachedTokens)
        isPrefilling = true
        const prefillMs = ((request.promptTokens - cachedTokens) * 1000) / prefillTokensPerSecond
        const cancel = timer.after(prefillMs, () => {
          isPrefilling = false
          decode(cachedTokens)
          slots.startWaiting()
        })
        endPhase = () => {
          cancel()
          isPrefilling = false
        }
      })
      return () => {
        endPhase()
        endPhase = () => undefined
        leaveSlot()
      }
    },
    decodeTimer,
    startWaiting: slots.startWaiting,
    running: slots.running,
    waiting: slots.waiting,
    lookups: () => lookups,
    clearCache: cache.clear,
  }
}
