/** Ready-made experiments by category: each takes the place of the cards, and can be taken back. */
import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Menu } from '../../ui/menu.tsx'
import { useToasts } from '../../ui/toasts.tsx'
import { presetCards, presets, type Preset } from '../engine/presets.ts'
import { firstScenario } from '../state/card.ts'
import { useLive, usePage, useWorkspace } from '../state/page.tsx'
import styles from './menus.module.css'

export function PresetMenu() {
  const { cards, workspace } = usePage()
  const toasts = useToasts()
  const running = useLive((live) => live.total?.running ?? 0)
  const presetId = useWorkspace((state) => state.preset)
  const [asked, setAsked] = useState<Preset | null>(null)
  const chosen = presets.find(({ id }) => id === presetId)
  const apply = (preset: Preset): void => {
    setAsked(null)
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
          onClick: () => (running > 0 ? setAsked(preset) : apply(preset)),
        }))}
      />
      <ConfirmDialog
        open={asked !== null}
        title={`Stop what is running and set up ${asked?.name ?? ''}?`}
        description="What is in flight is cancelled. The run so far is kept under Runs."
        confirmLabel="Stop and set up"
        danger
        onConfirm={() => asked && apply(asked)}
        onCancel={() => setAsked(null)}
      />
    </>
  )
}
