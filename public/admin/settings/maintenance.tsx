/** The operations on the balancer, one button each. */
import { Button } from '../../ui/buttons/button.tsx'
import { usePage } from '../state/page/page.tsx'
import styles from './maintenance.module.css'
import { operations } from '../state/commands/gateway-operations.ts'
import { SettingsPart } from './settings-part.tsx'

export function Maintenance() {
  const { workspace } = usePage()
  return (
    <SettingsPart title="Upkeep" hint="Each asks first, and is kept in the audit.">
      <ul className={styles.operations}>
        {operations.map((operation) => (
          <li key={operation.path}>
            <Button onClick={() => workspace.openDialog({ name: 'upkeep', operation })}>
              {operation.label}
            </Button>
            <span>{operation.hint}</span>
          </li>
        ))}
      </ul>
    </SettingsPart>
  )
}
