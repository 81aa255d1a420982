/** Registers a panel's actions for the palette while the panel is mounted. */
import { useEffect, useId } from 'react'
import { usePage } from '../../state/page/page.tsx'
import type { PanelAction } from '../../state/workspace/panel-actions.ts'

export function usePanelActions(actions: readonly PanelAction[]): void {
  const { panelActions } = usePage()
  const key = useId()
  // The actions are new objects at each rendering. A panel that subscribed to this store would render endlessly.
  useEffect(() => panelActions.setState((before) => new Map(before).set(key, actions), true))
  useEffect(
    () => () => panelActions.setState((before) => new Map([...before].filter(([one]) => one !== key)), true),
    [panelActions, key],
  )
}
