/** The graph that tidy-up lays out. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import { nodeKey } from '../../state/node-ref.ts'
import type { Sized } from './fleet/columns.ts'
import { isTokenShown, type Shown } from './fleet/shown.ts'
import type { CardPlacement } from './placement.ts'

/** What a layout depends on, as plain data that can be sent to a worker. */
export interface LayoutGraph {
  readonly cards: readonly Sized[]
  /** Pairs of keys, left to right. */
  readonly lines: readonly (readonly [string, string])[]
}

type Configuration = Pick<StateView, 'client_tokens' | 'wires'>

export const byText = (left: string, right: string): number =>
  left.localeCompare(right, 'en', { numeric: true })

/** @param placement - whose cards are laid out, but for those that follow others. */
export function layoutGraphOf(
  { client_tokens, wires }: Configuration,
  shown: Shown,
  placement: CardPlacement,
): LayoutGraph {
  const cards = [...placement.values()].filter(({ follows }) => !follows)
  const lines = new Set<string>()
  for (const token of client_tokens)
    if (!shown.foldsTokens && isTokenShown(shown, token))
      lines.add(
        `${nodeKey({ kind: 'token', id: token.id })}\n${nodeKey({ kind: 'block', id: token.incoming_block_id })}`,
      )
  for (const { incoming_block_id, endpoint_id } of wires) {
    const to = shown.groupOf.get(endpoint_id)?.key ?? nodeKey({ kind: 'endpoint', id: endpoint_id })
    lines.add(`${nodeKey({ kind: 'block', id: incoming_block_id })}\n${to}`)
  }
  const known = (line: readonly string[]) => line.every((key) => placement.has(key))
  return {
    cards: cards
      .map(({ key, kind, width, height }) => ({ key, kind, width, height }))
      .sort((left, right) => byText(left.key, right.key)),
    lines: [...lines]
      .sort(byText)
      .map((line) => line.split('\n', 2) as [string, string])
      .filter(known),
  }
}
