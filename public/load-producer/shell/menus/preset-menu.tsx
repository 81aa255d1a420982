/** The menu of presets. A preset replaces the cards of the page; the toast offers an undo. */
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { Menu } from '../../../ui/overlays/menu.tsx'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { presetCards, presets, type Preset } from '../../model/presets.ts'
import { firstScenario } from '../../state/card.ts'
import { useLive, usePage, useWorkspace } from '../../state/page.tsx'
import styles from './menus.module.css'

export function PresetMenu() {
  const { cards, workspace } = usePage()
  const toasts = useToasts()
  const running = useLive((live) => live.total?.running ?? 0)
  const presetId = useWorkspace((state) => state.preset)
  const [pendingPreset, setPendingPreset] = useState<Preset | null>(null)
  const chosen = presets.find(({ id }) => id === presetId)
  const apply = (preset: Preset): void => {
    setPendingPreset(null)
    const target = cards.getState().cards[0]?.scenario ?? firstScenario()
    const before = cards.replace(presetCards(preset, target))
    workspace.setState({ preset: preset.id, scope: null })
    workspace.show('run')
    toasts.info({
      title: preset.name,
      detail: preset.question,
      action: {
        label: 'Undo',
        onClick() {
          cards.restore(before)
          workspace.setState({ preset: presetId })
        },
      },
    })
  }
  return (
    <>
      <Menu
        trigger={
          <Button>
            <span className={styles.trigger}>
              Preset{chosen ? `: ${chosen.name}` : ''} <ChevronDown aria-hidden="true" />
            </span>
          </Button>
        }
        items={presets.map((preset) => ({
          label: preset.name,
          group: preset.category,
          hint: preset.question,
          onClick: () => (running > 0 ? setPendingPreset(preset) : apply(preset)),
        }))}
      />
      <ConfirmDialog
        open={pendingPreset !== null}
        title={`Stop what is running and set up ${pendingPreset?.name ?? ''}?`}
        description="What is in flight is cancelled. The run so far is kept under Runs."
        confirmLabel="Stop and set up"
        danger
        onConfirm={() => pendingPreset && apply(pendingPreset)}
        onCancel={() => setPendingPreset(null)}
      />
    </>
  )
}
