// Measures which client tokens have had less than the share of completion tokens that they are guaranteed.
import type { CreateWindowedSums } from '../shared/windowed-sums.ts'
import type { TokenConfig } from '../state/configuration.ts'

export interface GuaranteeLedger {
  /** Counts tokens charged to a request of the block: an estimate at first, then corrections, which may be negative. */
  charge(blockId: number, token: TokenConfig | null, tokens: number): void
  /** Whether the token has a guarantee and has had less than that share of its block's recent tokens. */
  isBelow(token: TokenConfig | null): boolean
}

// Short: a share that a token leaves unused is lent to others for good, not paid back in a long burst later.
const WINDOW = { windowMs: 10_000, buckets: 20 }
const MAX_TOKENS = 10_000
const MAX_BLOCKS = 10_000

export function createGuaranteeLedger(createSums: CreateWindowedSums): GuaranteeLedger {
  const byBlock = createSums({ ...WINDOW, maxKeys: MAX_BLOCKS })
  /** Sums for tokens with a guarantee only. */
  const byToken = createSums({ ...WINDOW, maxKeys: MAX_TOKENS })
  return {
    charge(blockId, token, tokens) {
      byBlock.add(blockId, tokens)
      if (token !== null && token.guaranteedSharePercent > 0) byToken.add(token.id, tokens)
    },
    isBelow(token) {
      if (token === null || token.guaranteedSharePercent === 0) return false
      const all = byBlock.sum(token.blockId)
      return all <= 0 || byToken.sum(token.id) * 100 < token.guaranteedSharePercent * all
    },
  }
}
