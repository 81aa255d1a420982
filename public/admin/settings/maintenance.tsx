/** Operations on the running balancer, none of which can be undone. */
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { usePage } from '../state/page.tsx'
import { useRun } from '../state/use-run.ts'
import styles from './maintenance.module.css'
import { SettingsPart } from './settings-part.tsx'

interface Operation {
  readonly path: string
  readonly label: string
  readonly hint: string
  readonly question: string
  readonly affected: readonly string[]
  readonly done: string
  readonly danger: boolean
}

const operations: readonly Operation[] = [
  {
    path: '/reset-stats',
    label: 'Reset statistics',
    hint: 'Counters, shares and cooldowns start from nothing.',
    question: 'Reset all statistics?',
    affected: [
      'Requests and tokens of every endpoint and client token become 0.',
      'Cooling endpoints take requests again at once.',
      'The response cache is emptied.',
    ],
    done: 'Statistics are reset',
    danger: true,
  },
  {
    path: '/cache/clear',
    label: 'Clear the cache',
    hint: 'Answers kept for tokens over their cap are dropped.',
    question: 'Clear the response cache?',
    affected: ['Tokens over their traffic cap are refused until answers are cached anew.'],
    done: 'The cache is empty',
    danger: false,
  },
  {
    path: '/db/vacuum',
    label: 'Vacuum the database',
    hint: 'Gives unused space in the file back.',
    question: 'Vacuum the database?',
    affected: ['Changes wait while it runs; traffic goes on.'],
    done: 'The database is vacuumed',
    danger: false,
  },
]

export function Maintenance() {
  const { call, queries } = usePage()
  const { attempt } = useRun()
  const [asked, setAsked] = useState<Operation>()
  const [busy, setBusy] = useState(false)
  const carryOut = async ({ path, done }: Operation) => {
    setBusy(true)
    await attempt(() => call('POST', path), done)
    setBusy(false)
    setAsked(undefined)
    await queries.invalidateQueries()
  }
  return (
    <SettingsPart title="Upkeep" hint="Each asks first, and is kept in the audit.">
      <ul className={styles.operations}>
        {operations.map((operation) => (
          <li key={operation.path}>
            <Button onClick={() => setAsked(operation)}>{operation.label}</Button>
            <span>{operation.hint}</span>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={asked !== undefined}
        title={asked?.question}
        affected={asked?.affected ?? []}
        confirmLabel={asked?.label ?? ''}
        danger={asked?.danger ?? false}
        busy={busy}
        onConfirm={() => asked && void carryOut(asked)}
        onCancel={() => setAsked(undefined)}
      />
    </SettingsPart>
  )
}
