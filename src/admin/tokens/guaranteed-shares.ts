// Keeps what is promised to the client tokens of one block at a hundred percent or less.
import type { Snapshot, TokenConfig } from '../../core/state/configuration.ts'
import { gatewayError } from '../../core/gateway-error.ts'
import { roundTo } from '../../core/round-to.ts'

type Share = Pick<TokenConfig, 'blockId' | 'guaranteedSharePercent'>

// 33.3, 33.3 and 33.4 must come to a hundred.
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
 * Throws LB_ERR_VALIDATION, telling what is left to give, where a block could not keep a token's share.
 * @param wanted - the token as it would be. @param base - as it is, which is not questioned.
 * @param id - undefined of a token that is yet to be made.
 */
export function checkShare(wanted: Share, base: Share, current: Snapshot, id?: number): void {
  const { blockId, guaranteedSharePercent } = wanted
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

/** Throws LB_ERR_CONFLICT where `coming` tokens, on their way to a block, would make it promise too much. */
export function checkAddedShares(added: readonly Share[], blockId: number, current: Snapshot): void {
  const sum = sumOf([...inBlock(current, blockId), ...added])
  if (sum <= 100 || sumOf(added) === 0) return
  throw gatewayError(
    'LB_ERR_CONFLICT',
    `The guaranteed_share_percent of the client tokens of incoming block ${blockId} would come to ${sum}; ` +
      'it takes at most 100. Lower some of them first.',
  )
}
