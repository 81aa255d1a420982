/** Links to cards by their names. */
import { Button } from '../../../ui/buttons/button.tsx'
import { usePage } from '../../state/page/page.tsx'
import type { NodeKind } from '../../state/node-ref.ts'
import styles from './panel.module.css'

interface NodeLinksProps {
  readonly kind: NodeKind
  readonly things: readonly { readonly id: number; readonly name: string }[]
  /** The text where there are no cards. */
  readonly none: string
}

export function NodeLinks({ kind, things, none }: NodeLinksProps) {
  const { workspace } = usePage()
  if (things.length === 0) return <p className={styles.muted}>{none}</p>
  return (
    <ul className={styles.rows}>
      {things.map(({ id, name }) => (
        <li key={id}>
          <Button size="small" variant="quiet" onClick={() => workspace.reveal({ kind, id })}>
            {name}
          </Button>
        </li>
      ))}
    </ul>
  )
}
