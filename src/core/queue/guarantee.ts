// Keeps account of which client tokens are below the share of completion tokens that was promised to them.
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { TokenConfig } from '../state/configuration.ts'
import { createSlidingWindow, type SlidingWindow } from '../limits/sliding-window.ts'

export interface GuaranteeLedger {
  /** Tokens charged to a request of the block: an estimate at first, corrections later, which may be negative. */
  charge(blockId: number, token: TokenConfig | null, tokens: number): void
  /** Whether the token has a guarantee and has had less than that share of its block's recent tokens. */
  isBelow(token: TokenConfig | null): boolean
}

// Short, so that what a token did not use is lent for good and not paid back in a long burst.
const WINDOW_MS = 10_000
const BUCKETS = 20
const MAX_TOKENS = 10_000

export function createGuaranteeLedger(clock: Clock): GuaranteeLedger {
  const createWindow = (): SlidingWindow => createSlidingWindow(clock, WINDOW_MS, BUCKETS)
  // Blocks are few, and each is charged with every request.
  const byBlock = new Map<number, SlidingWindow>()
  const blockWindow = (id: number): SlidingWindow => {
    const known = byBlock.get(id)
    if (known) return known
    const created = createWindow()
    byBlock.set(id, created)
    return created
  }
  const byToken = new LRUCache<number, SlidingWindow>({ max: MAX_TOKENS, memoMethod: createWindow })
  return {
    charge(blockId, token, tokens) {
      blockWindow(blockId).add(tokens)
      if (token !== null && token.guaranteedSharePercent > 0) byToken.memo(token.id).add(tokens)
    },
    isBelow(token) {
      if (token === null || token.guaranteedSharePercent === 0) return false
      const share = byToken.memo(token.id).sum()
      const all = blockWindow(token.blockId).sum()
      return all <= 0 || share * 100 < token.guaranteedSharePercent * all
    },
  }
}
