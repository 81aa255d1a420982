/** The client tokens of a block on its card: the busiest by name, the others and those in trouble by number. */
import { ChevronsLeft, ChevronsRight } from 'lucide-react'
import type { ClientTokenView } from '../../../../src/contract/client-token.ts'
import { plural, rate } from '../../../ui/format/figures.ts'
import type { LiveStore } from '../../state/live/live-store.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import { nodeKey } from '../../state/node-ref.ts'
import { useFolded } from '../graph/use-folding.ts'
import { busiest, failing } from '../model/fleet/busiest.ts'
import styles from './folded-tokens.module.css'
import { useFigures } from './use-figure.ts'

interface FoldedTokensProps {
  readonly blockId: number
  readonly block: string
  readonly tokens: readonly ClientTokenView[]
}

const trafficOf = (live: LiveStore, tokens: readonly ClientTokenView[]) =>
  tokens.map(({ id }) => {
    const figures = live.get('token', String(id))
    return {
      id,
      tokensPerSecond: figures?.tokens_per_second ?? 0,
      errorsPerSecond: figures?.errors_per_second ?? 0,
    }
  })

export function FoldedTokens({ blockId, block, tokens }: FoldedTokensProps) {
  const { shown, setOpen } = useFolded()
  const key = nodeKey({ kind: 'block', id: blockId })
  const isOpen = shown.open.has(key)
  const { named, troubled } = useFigures((live) => {
    const traffic = trafficOf(live, tokens)
    return { named: busiest(traffic), troubled: failing(traffic) }
  })
  const words = plural(tokens.length, 'client')
  if (tokens.length === 0) return <p className={styles.none}>No client tokens.</p>
  return (
    <>
      <ul className={styles.list} aria-label={`Busiest clients of ${block}`}>
        {named.map((id) => (
          <Client
            key={id}
            id={id}
            name={tokens.find((token) => token.id === id)?.name ?? ''}
            isFailing={troubled.includes(id)}
          />
        ))}
      </ul>
      <div className={styles.foot}>
        <button
          type="button"
          className={`${styles.unfold} nodrag`}
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Fold' : 'Unfold'} all ${words} of ${block}`}
          onClick={(event) => {
            event.stopPropagation()
            setOpen([key], !isOpen)
          }}
        >
          {isOpen ? <ChevronsRight aria-hidden="true" /> : <ChevronsLeft aria-hidden="true" />}
          {isOpen ? 'Fold' : `All ${tokens.length}`}
        </button>
        {troubled.length > 0 && <span className={styles.failing}>◆ {troubled.length} failing</span>}
      </div>
    </>
  )
}

interface ClientProps {
  readonly id: number
  readonly name: string
  readonly isFailing: boolean
}

function Client({ id, name, isFailing }: ClientProps) {
  const { workspace } = usePage()
  const live = useLive('token', String(id))
  return (
    <li className={styles.client}>
      <button
        type="button"
        className={`${styles.name} nodrag`}
        title={name}
        onClick={(event) => {
          event.stopPropagation()
          workspace.select([{ kind: 'token', id }])
        }}
      >
        {isFailing && <span className={styles.mark}>◆</span>}
        {name}
      </button>
      <span className={styles.speed}>{live === undefined ? 'idle' : rate(live.tokens_per_second)}</span>
    </li>
  )
}
