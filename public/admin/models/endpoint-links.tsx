/** Links to endpoints on the canvas, the first few of many. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { count } from '../../ui/format/figures.ts'
import { isWell } from '../endpoint-condition/endpoint-condition.ts'
import { ConditionDot } from '../endpoint-condition/condition-dot.tsx'
import type { Condition } from '../endpoint-condition/endpoint-condition.ts'
import { usePage } from '../state/page/page.tsx'
import styles from './endpoint-links.module.css'

const FEW = 3

interface EndpointLinksProps {
  readonly endpoints: StateView['endpoints']
  readonly conditions?: ReadonlyMap<number, Condition>
}

export function EndpointLinks({ endpoints, conditions }: EndpointLinksProps) {
  const { workspace } = usePage()
  const rest = endpoints.slice(FEW)
  return (
    <ul className={styles.links}>
      {endpoints.slice(0, FEW).map(({ id, name }) => {
        const condition = conditions?.get(id)
        return (
          <li key={id} className={styles.item}>
            <button
              type="button"
              className={styles.link}
              aria-label={`Show ${name} on the canvas`}
              title={name}
              onClick={() => workspace.reveal({ kind: 'endpoint', id })}
            >
              {condition !== undefined && <ConditionDot condition={condition} hidden />}
              <span className={styles.name}>{name}</span>
            </button>
            {condition !== undefined && !isWell(condition) && (
              <span className={styles.condition}>{condition}</span>
            )}
          </li>
        )
      })}
      {rest.length > 0 && (
        <li className={styles.rest} title={rest.map(({ name }) => name).join(', ')}>
          and {count(rest.length)} more
        </li>
      )}
    </ul>
  )
}
