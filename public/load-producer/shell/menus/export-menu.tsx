/** The menu that exports the current run as a file. */
import { ChevronDown } from 'lucide-react'
import { Button } from '../../../ui/buttons/button.tsx'
import { Menu } from '../../../ui/overlays/menu.tsx'
import { exportFormats, exportRun } from '../../files/export-run.ts'
import { useLive, usePage } from '../../state/page.tsx'
import styles from './menus.module.css'

export function ExportMenu() {
  const { engine, cards } = usePage()
  const hasFigures = useLive((live) => Object.keys(live.cards).length > 0)
  const runName = (): string =>
    cards
      .getState()
      .cards.map(({ scenario }) => scenario.name)
      .join(', ')
      .slice(0, 200)
  return (
    <Menu
      trigger={
        <Button disabled={!hasFigures}>
          <span className={styles.trigger}>
            Export <ChevronDown aria-hidden="true" />
          </span>
        </Button>
      }
      items={exportFormats.map((format) => ({
        label: format.label,
        onClick: async () => {
          const run = await engine.collect(runName())
          if (run) exportRun(run, format)
        },
      }))}
    />
  )
}
