/** The menu of presets. A preset replaces the cards of the page; the toast offers an undo. */
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { Menu } from '../../../ui/overlays/menu.tsx'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { durationText, presetCards, presets, type Preset } from '../../model/presets.ts'
import { firstScenario } from '../../state/card.ts'
import { useCards, useLive, usePage, useWorkspace } from '../../state/page.tsx'
import styles from './menus.module.css'

export function PresetMenu() {
  const { cards, workspace } = usePage()
  const toasts = useToasts()
  const running = useLive((live) => live.total?.running ?? 0)
  const presetId = useWorkspace((state) => state.preset)
  const [pendingPreset, setPendingPreset] = useState<Preset | null>(null)
  const shown = useCards()
  const takes = (preset: Preset): string =>
    durationText(presetCards(preset, shown[0]?.scenario ?? firstScenario()))
  const chosen = presets.find(({ id }) => id === presetId)
  const apply = (preset: Preset): void => {
    setPendingPreset(null)
    const target = cards.getState().cards[0]?.scenario ?? firstScenario()
    const before = cards.replace(presetCards(preset, target))
    workspace.setState({ preset: preset.id, scope: null })
    workspace.show('run')
    toasts.info({
      title: preset.name,
      detail: `${preset.question} ${takes(preset)}`,
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
          hint: `${preset.question} ${takes(preset)}`,
          onClick: () => (shown.length > 0 ? setPendingPreset(preset) : apply(preset)),
        }))}
      />
      <ConfirmDialog
        open={pendingPreset !== null}
        title={`${running > 0 ? 'Stop what is running and set up' : 'Set up'} ${pendingPreset?.name ?? ''}?`}
        description={
          running > 0
            ? 'It takes the place of these cards. What is in flight is cancelled; the run so far is kept under Runs.'
            : 'It takes the place of these cards, which Undo brings back. Runs stay under Runs.'
        }
        affected={shown.map(({ scenario }) => scenario.name)}
        confirmLabel={running > 0 ? 'Stop and set up' : 'Set up'}
        danger={running > 0}
        onConfirm={() => pendingPreset && apply(pendingPreset)}
        onCancel={() => setPendingPreset(null)}
      >
        <p>{pendingPreset && takes(pendingPreset)}</p>
      </ConfirmDialog>
    </>
  )
}
