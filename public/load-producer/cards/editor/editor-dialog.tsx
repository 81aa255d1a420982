/** The editor of a scenario: a form in four parts, validated by the schema of the scenario. */
import { Tabs } from '@base-ui/react/tabs'
import { useState } from 'react'
import { Button } from '../../../ui/buttons/button.tsx'
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.tsx'
import { Dialog } from '../../../ui/overlays/dialog.tsx'
import { useToasts } from '../../../ui/overlays/toasts.tsx'
import { waitingFields } from '../../../../src/load-engine/model/scenario.ts'
import type { Card } from '../../state/card.ts'
import { useLive, usePage } from '../../state/page.tsx'
import { editorParts, partOf, type EditorPart } from './editor-parts.ts'
import styles from './editor.module.css'
import { LimitsFields } from './limits-fields.tsx'
import { LoadFields } from './load-fields.tsx'
import { PromptFields } from './prompt-fields.tsx'
import { TargetFields } from './target-fields.tsx'
import { useScenarioForm, type ScenarioForm } from './use-scenario-form.ts'

interface EditorDialogProps {
  readonly card: Card
  /** Path of the field whose part opens first; empty for the first part. */
  readonly field: string
  readonly onClose: () => void
}

const fields: Record<EditorPart, (props: { readonly form: ScenarioForm }) => React.ReactNode> = {
  target: TargetFields,
  prompt: PromptFields,
  load: LoadFields,
  limits: LimitsFields,
}

export function EditorDialog({ card, field, onClose }: EditorDialogProps) {
  const form = useScenarioForm(card.scenario, field !== '')
  const [part, setPart] = useState<EditorPart>(partOf(field))
  const [isLeaving, setLeaving] = useState(false)
  const save = useSave(card, form, onClose, setPart)
  const isRunning = useLive((live) => live.cards[card.id]?.snapshot.state === 'running')
  const waiting = isRunning ? waitingFields(card.scenario, form.scenario) : []
  return (
    <>
      <Dialog
        open
        onClose={() => (form.isChanged ? setLeaving(true) : onClose())}
        title={card.scenario.name}
        actions={
          <>
            <span className={styles.live} role="status">
              {isRunning && liveText(waiting)}
            </span>
            <Button onClick={() => (form.isChanged ? setLeaving(true) : onClose())}>Cancel</Button>
            <Button variant="primary" onClick={save}>
              Save
            </Button>
          </>
        }
      >
        <Tabs.Root value={part} onValueChange={(next: EditorPart) => setPart(next)}>
          <Tabs.List className={styles.tabs} aria-label="Parts of the scenario">
            {editorParts.map(({ id, label }) => {
              const faults = form.faultsOf(id)
              return (
                <Tabs.Tab key={id} value={id} className={styles.tab}>
                  {label}
                  {faults > 0 && <span className={styles.faults}> {faults} to mend</span>}
                </Tabs.Tab>
              )
            })}
          </Tabs.List>
          {editorParts.map(({ id }) => {
            const Fields = fields[id]
            return (
              <Tabs.Panel key={id} value={id} className={styles.panel}>
                <Fields form={form} />
              </Tabs.Panel>
            )
          })}
        </Tabs.Root>
      </Dialog>
      <ConfirmDialog
        open={isLeaving}
        title="Discard the changes?"
        confirmLabel="Discard"
        cancelLabel="Keep editing"
        danger
        onConfirm={onClose}
        onCancel={() => setLeaving(false)}
      />
    </>
  )
}

const liveText = (waiting: readonly string[]): string =>
  waiting.length > 0
    ? `Running: ${waiting.join(', ')} apply from the next start on`
    : 'Running: changes apply to requests from now on'

function useSave(
  card: Card,
  form: ScenarioForm,
  onClose: () => void,
  show: (part: EditorPart) => void,
): () => void {
  const { cards } = usePage()
  const toasts = useToasts()
  return () => {
    const checked = form.check()
    if (!checked.ok) return show(partOf(checked.faults[0]?.path ?? ''))
    const waiting = cards.isRunning(card.id) ? waitingFields(card.scenario, checked.value) : []
    cards.edit(card, checked.value)
    if (waiting.length > 0)
      toasts.info({
        title: `${checked.value.name} saved`,
        detail: `From the next start on: ${waiting.join(', ')}`,
      })
    onClose()
  }
}
