// Keeps the sum of the guaranteed shares of a block's client tokens at 100 percent or less.
import type { Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { roundTo } from '../../core/round-to.ts'

type Share = Pick<TokenConfig, 'blockId' | 'guaranteedSharePercent'>

// Rounding makes 33.3, 33.3 and 33.4 add up to 100.
const DECIMALS = 6

export const sumOfShares = (percents: readonly number[]): number =>
  roundTo(
    percents.reduce((sum, percent) => sum + percent, 0),
    DECIMALS,
  )

const sumOf = (tokens: readonly Share[]): number =>
  sumOfShares(tokens.map((token) => token.guaranteedSharePercent))

const inBlock = ({ tokens }: Snapshot, blockId: number): TokenConfig[] =>
  tokens.filter((token) => token.blockId === blockId)

/**
 * Throws LB_ERR_VALIDATION, with the largest possible share, if the shares of a block would exceed 100 percent.
 * @param next - the token after the change. @param base - before it; an unchanged or lower share is always accepted.
 * @param id - undefined for a new token.
 */
export function checkShare(next: Share, base: Share, current: Snapshot, id?: number): void {
  const { blockId, guaranteedSharePercent } = next
  if (blockId === base.blockId && guaranteedSharePercent <= base.guaranteedSharePercent) return
  const given = sumOf(inBlock(current, blockId).filter((token) => token.id !== id))
  const left = roundTo(Math.max(0, 100 - given), DECIMALS)
  if (guaranteedSharePercent <= left) return
  const detail =
    `Takes at most ${left}: the other client tokens of incoming block ${blockId} ` +
    `are guaranteed ${given} percent together.`
  throw gatewayError('LB_ERR_VALIDATION', `Not acceptable: /guaranteed_share_percent. ${detail}`, {
    errors: [{ pointer: '/guaranteed_share_percent', detail }],
  })
}

/** Throws LB_ERR_CONFLICT if moving the `added` tokens to a block would make its shares exceed 100 percent. */
export function checkAddedShares(added: readonly Share[], blockId: number, current: Snapshot): void {
  const sum = sumOf([...inBlock(current, blockId), ...added])
  if (sum <= 100 || sumOf(added) === 0) return
  throw gatewayError(
    'LB_ERR_CONFLICT',
    `The guaranteed_share_percent of the client tokens of incoming block ${blockId} would come to ${sum}; ` +
      'it takes at most 100. Lower some of them first.',
  )
}
