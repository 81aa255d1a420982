/** The top bar: view, routing, search, connection status, undo, add. */
import { Menu as MenuIcon, PanelLeft, Plus, Redo2, Search, Undo2 } from 'lucide-react'
import { Button } from '../../ui/buttons/button.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { Kbd } from '../../ui/shortcuts/kbd.tsx'
import { Menu, type MenuItem } from '../../ui/overlays/menu.tsx'
import { ariaKeys } from '../../ui/shortcuts/shortcut-keys.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { ConnectionDot } from './connection-dot.tsx'
import { NoticeBell } from '../notices/notice-bell.tsx'
import { Logo } from './logo.tsx'
import { RoutingControl } from '../routing/routing-control.tsx'
import styles from './top-bar.module.css'
import type { Action } from '../actions/use-actions.tsx'

interface TopBarProps {
  readonly actions: readonly Action[]
}

export function TopBar({ actions }: TopBarProps) {
  const version = useGateway((state) => state.version)
  const { workspace } = usePage()
  const action = (id: string): Action | undefined => actions.find((one) => one.id === id)
  const item = (id: string, separated = false): MenuItem[] => {
    const one = action(id)
    if (one === undefined) return []
    const { label, run, keys, disabled = false } = one
    return [{ label, onClick: run, shortcut: keys, disabled, separated }]
  }
  const button = (id: string, icon: React.ReactNode) => {
    const { label = '', keys = '', run, disabled } = action(id) ?? {}
    return (
      <IconButton
        label={label}
        shortcut={keys}
        icon={icon}
        variant="outlined"
        disabled={disabled}
        onClick={run}
        className={styles.wide}
      />
    )
  }
  return (
    <header className={styles.bar}>
      <Logo className={styles.mark} />
      <h1 className={styles.name}>LLM Load Balancer</h1>
      {version !== undefined && <span className={styles.version}>{version}</span>}
      <div className={styles.routing}>
        <RoutingControl />
      </div>
      <button
        type="button"
        className={styles.search}
        data-other-action
        aria-keyshortcuts={ariaKeys('Mod+K')}
        onClick={() => workspace.openDialog({ name: 'palette' })}
      >
        <Search aria-hidden="true" />
        <span className={styles.words}>Search or run a command</span>
        <span aria-hidden="true" className={styles.keys}>
          <Kbd keys="Mod+K" />
        </span>
      </button>
      <ConnectionDot />
      <NoticeBell />
      <IconButton
        label={action('outline')?.label ?? 'Outline'}
        shortcut="O"
        icon={<PanelLeft />}
        variant="outlined"
        onClick={action('outline')?.run}
      />
      {button('undo', <Undo2 />)}
      {button('redo', <Redo2 />)}
      <Menu
        trigger={<IconButton label="More" icon={<MenuIcon />} variant="outlined" />}
        items={[
          ...item('undo'),
          ...item('redo'),
          ...item('refresh', true),
          ...item('theme'),
          ...item('shortcuts'),
          ...item('sign-out', true),
        ]}
      />
      <Menu
        trigger={
          <Button variant="primary" icon={<Plus />} className={styles.add} aria-label="Add">
            <span className={styles.words}>Add</span>
          </Button>
        }
        items={[...item('new-endpoint'), ...item('new-token'), ...item('new-block')]}
      />
    </header>
  )
}
