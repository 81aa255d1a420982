/** The fields that choose the windows of the history. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { Segmented } from '../../ui/buttons/segmented.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { comparisons, lengths, type HistoryChoice } from './history-windows.ts'
import styles from './history.module.css'

interface HistoryChoicesProps {
  readonly choice: HistoryChoice
  readonly state: StateView
  readonly onChange: (choice: HistoryChoice) => void
}

const objectsOf = ({ endpoints, incoming_blocks }: StateView) => [
  { value: '', label: 'Whole gateway' },
  ...endpoints.map(({ id, name }) => ({ value: `endpoint-${id}`, label: name })),
  ...incoming_blocks.map(({ id, name }) => ({ value: `block-${id}`, label: `${name} (block)` })),
]

export function HistoryChoices({ choice, state, onChange }: HistoryChoicesProps) {
  const set = (part: Partial<HistoryChoice>) => onChange({ ...choice, ...part })
  return (
    <search className={styles.choices} aria-label="Choose the history">
      <Segmented label="Length" value={choice.hours} options={lengths} onChange={(hours) => set({ hours })} />
      <div className={styles.fields}>
        <SelectField
          label="Of"
          value={choice.object}
          options={objectsOf(state)}
          onValueChange={(object) => set({ object })}
        />
        <SelectField
          label="Compare with"
          value={choice.comparison}
          options={comparisons}
          onValueChange={(comparison) => set({ comparison })}
        />
        <TextField
          type="datetime-local"
          label="Until (empty: now)"
          className={styles.time}
          value={choice.until}
          onChange={({ target }) => set({ until: target.value })}
        />
        {choice.comparison === 'other' && (
          <TextField
            type="datetime-local"
            label="Other time until"
            className={styles.time}
            value={choice.otherUntil}
            onChange={({ target }) => set({ otherUntil: target.value })}
          />
        )}
      </div>
    </search>
  )
}
