/** The card of a client token: its name, its traffic and its guarantee or limit. */
import { memo } from 'react'
import type { ClientTokenView } from '../../../../src/contract/client-token.ts'
import { percent, rate } from '../../../ui/format/figures.ts'
import { modeOfToken } from '../../routing/modes-in-use.ts'
import { useGateway } from '../../state/page/page.tsx'
import { useConfigured } from '../../state/page/use-configured.ts'
import { CardFrame } from './frame/card-frame.tsx'
import { memoCard } from './frame/memo-card.ts'
import styles from './card.module.css'
import { nodeOfKey } from '../../state/node-ref.ts'
import { Speed } from './speed.tsx'
import { useNearLive } from './use-figure.ts'

function promiseOf({ guaranteed_share_percent, min_traffic_percent }: ClientTokenView): string | undefined {
  if (guaranteed_share_percent > 0) return `${percent(guaranteed_share_percent)} assured`
  if (min_traffic_percent > 0) return `${percent(min_traffic_percent)} at most`
  return undefined
}

export const TokenCard = memoCard(function TokenCard({ id: cardId, selected }) {
  const { id } = nodeOfKey(cardId)
  const token = useConfigured('token', id)
  if (token === undefined) return null
  return (
    <CardFrame
      node={{ kind: 'token', id }}
      name={token.name}
      selected={selected}
      summary={<Speed kind="token" id={id} none="idle" />}
    >
      <Details token={token} />
    </CardFrame>
  )
})

const Details = memo(function Details({ token }: { readonly token: ClientTokenView }) {
  const { id } = token
  const isFirst = useGateway(
    (state) => state.priority_input_token_id === id && modeOfToken(state, id) === 'priority',
  )
  const live = useNearLive('token', id)
  const speed = live === undefined ? 'idle' : `${rate(live.tokens_per_second)} tok/s`
  return (
    <>
      <div className={styles.row}>
        <span className={styles.name} title={token.name}>
          {token.name}
        </span>
        <span className={styles.speed} data-idle={live === undefined || undefined}>
          {speed}
        </span>
      </div>
      <div className={styles.row}>
        <code className={styles.preview}>{token.token_preview}</code>
        <span className={styles.promise}>
          {isFirst ? 'first in line' : (promiseOf(token) ?? `${rate(live?.requests_per_second ?? 0)} req/s`)}
        </span>
      </div>
    </>
  )
})
