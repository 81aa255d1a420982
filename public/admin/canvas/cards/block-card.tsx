/** The card of an incoming block: its clients and its traffic. */
import { memo, useMemo } from 'react'
import type { IncomingBlockView } from '../../../../src/contract/incoming-block.ts'
import { count, plural, rate } from '../../../ui/format/figures.ts'
import { joinClasses } from '../../../ui/styles/join-classes.ts'
import { choiceOf, modes, placements } from '../../routing/routing-words.ts'
import { useGateway } from '../../state/page/page.tsx'
import { useConfigured } from '../../state/page/use-configured.ts'
import { CardFrame } from './frame/card-frame.tsx'
import { memoCard } from './frame/memo-card.ts'
import styles from './card.module.css'
import { FoldedTokens } from './folded-tokens.tsx'
import { useFolded } from '../graph/use-folding.ts'
import { nodeOfKey } from '../../state/node-ref.ts'
import { Speed } from './speed.tsx'
import { useIsFar, useNearLive } from './use-figure.ts'

/** What the block has of its own, where the gateway's would count. */
function flagOf({ routing_mode: mode, placement }: IncomingBlockView) {
  const own = [
    ...(mode === null ? [] : [choiceOf(modes, mode).label]),
    ...(placement === null ? [] : [choiceOf(placements, placement).label]),
  ]
  if (own.length === 0) return undefined
  return { text: own.join(' · ').toLowerCase(), title: "its own, not the gateway's" }
}

export const BlockCard = memoCard(function BlockCard({ id: cardId, selected }) {
  const { id } = nodeOfKey(cardId)
  const block = useConfigured('block', id)
  const all = useGateway((state) => state.client_tokens)
  const tokens = useMemo(() => all?.filter((token) => token.incoming_block_id === id) ?? [], [all, id])
  const { shown } = useFolded()
  const isFar = useIsFar()
  const words = plural(tokens.length, 'client')
  if (block === undefined) return null
  const { name } = block
  const speed = <Speed kind="block" id={id} unit=" tok/s" />
  return (
    <CardFrame
      node={{ kind: 'block', id }}
      name={name}
      selected={selected}
      summary={
        shown.foldsTokens ? (
          <>
            {speed}
            <br />
            {words}
          </>
        ) : (
          speed
        )
      }
      flag={flagOf(block)}
    >
      <div className={joinClasses(styles.row, styles.heading)}>
        <span className={styles.name} title={name}>
          {name}
        </span>
        <span className={styles.pill}>{words}</span>
      </div>
      <Figures id={id} />
      {shown.foldsTokens && !isFar && <FoldedTokens blockId={id} block={name} tokens={tokens} />}
    </CardFrame>
  )
})

const Figures = memo(function Figures({ id }: { readonly id: number }) {
  const live = useNearLive('block', id)
  const queued = live?.queued ?? 0
  return (
    <>
      <div className={styles.row}>
        <span className={styles.caption}>tok/s</span>
        <span className={styles.value}>{rate(live?.tokens_per_second)}</span>
      </div>
      <div className={styles.row}>
        <span className={styles.caption}>in flight</span>
        <span className={styles.value}>
          {queued > 0 && <span className={styles.queued}>{count(queued)} waiting</span>}
          {count(live?.inflight)}
        </span>
      </div>
    </>
  )
})
