/** Offers the palette what a panel can do, as long as the panel is there. */
import { useEffect, useId } from 'react'
import { usePage } from '../../state/page/page.tsx'
import type { PanelAction } from '../../state/workspace/panel-actions.ts'

export function usePanelActions(actions: readonly PanelAction[]): void {
  const { panelActions } = usePage()
  const key = useId()
  // With each drawing they are others. Panels themselves must not look at the store: they would draw for ever.
  useEffect(() => panelActions.setState((before) => new Map(before).set(key, actions), true))
  useEffect(
    () => () => panelActions.setState((before) => new Map([...before].filter(([one]) => one !== key)), true),
    [panelActions, key],
  )
}
