/** The header: view switch, menus, bridge status, theme, and the buttons that start and stop all cards. */
import { ArrowLeft, Moon, Play, Square, Sun, SunMoon } from 'lucide-react'
import { version } from '../../../package.json'
import { Button } from '../../ui/buttons/button.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { cycleTheme, useTheme } from '../../ui/styles/theme.ts'
import { isServedByBalancer } from '../state/card.ts'
import { useCards, useLive, usePage, useWorkspace } from '../state/page.tsx'
import type { View } from '../state/workspace.ts'
import { BridgeButton } from './bridge/bridge-button.tsx'
import { ExportMenu } from './menus/export-menu.tsx'
import styles from './header.module.css'
import { PresetMenu } from './menus/preset-menu.tsx'
import { ProfileMenu } from './menus/profile-menu.tsx'

const views: readonly { readonly value: View; readonly label: string }[] = [
  { value: 'run', label: 'Run' },
  { value: 'compare', label: 'Compare' },
  { value: 'runs', label: 'Runs' },
]

const themeIcons = { system: <SunMoon />, light: <Sun />, dark: <Moon /> }

export function Header() {
  const { cards, workspace } = usePage()
  const view = useWorkspace((state) => state.view)
  const theme = useTheme()
  const running = useLive((live) => live.total?.running ?? 0)
  const count = useCards().length
  return (
    <header className={styles.bar}>
      <Logo />
      <h1 className={styles.name}>Load Producer</h1>
      <span className={styles.version}>{version}</span>
      {isServedByBalancer() && (
        <a href="/admin" className={styles.back}>
          <ArrowLeft aria-hidden="true" />
          Admin
        </a>
      )}
      <Segmented label="View" value={view} options={views} onChange={workspace.show} />
      <div className={styles.menus}>
        <PresetMenu />
        <ProfileMenu />
      </div>
      <div className={styles.end}>
        <BridgeButton />
        <IconButton
          label={`Theme: ${theme}`}
          shortcut="T"
          icon={themeIcons[theme]}
          variant="outlined"
          onClick={cycleTheme}
        />
        <ExportMenu />
        <Button icon={<Square />} disabled={running === 0} onClick={cards.stopAll} aria-keyshortcuts=".">
          Stop all
        </Button>
        <Button
          variant="primary"
          icon={<Play />}
          disabled={count === 0 || running === count}
          onClick={cards.startAll}
          aria-keyshortcuts="S"
        >
          Start all
        </Button>
      </div>
    </header>
  )
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" className={styles.mark} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M18 5 8 18h7l-1 9 10-13h-7z" fill="var(--on-accent)" />
    </svg>
  )
}
