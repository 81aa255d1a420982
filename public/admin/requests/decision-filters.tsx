/** The fields of the filter of the requests view. */
import type { StateView } from '../../../src/contract/gateway.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { noFilter, outcomes, type DecisionFilter } from './decision-filter.ts'
import styles from './decision-filters.module.css'

interface DecisionFiltersProps {
  readonly filter: DecisionFilter
  readonly state: StateView | undefined
  readonly onChange: (filter: DecisionFilter) => void
}

/** A list of options that is longer would be of no use. */
const MAX_OPTIONS = 500

const optionsOf = (
  any: string,
  objects: readonly { readonly id: number; readonly name: string }[] = [],
): { value: string; label: string }[] => [
  { value: '', label: any },
  ...objects.slice(0, MAX_OPTIONS).map(({ id, name }) => ({ value: String(id), label: name })),
]

export function DecisionFilters({ filter, state, onChange }: DecisionFiltersProps) {
  const set = (part: Partial<DecisionFilter>) => onChange({ ...filter, ...part })
  const isNarrowed = Object.values(filter).some((value) => value !== '')
  return (
    <search className={styles.filters} aria-label="Filter the requests">
      <SelectField
        label="Endpoint"
        value={filter.endpointId}
        options={optionsOf('Any', state?.endpoints)}
        onValueChange={(endpointId) => set({ endpointId })}
      />
      <SelectField
        label="Incoming block"
        value={filter.blockId}
        options={optionsOf('Any', state?.incoming_blocks)}
        onValueChange={(blockId) => set({ blockId })}
      />
      <SelectField
        label="Client token"
        value={filter.tokenId}
        options={optionsOf('Any', state?.client_tokens)}
        onValueChange={(tokenId) => set({ tokenId })}
      />
      <TextField
        label="Model or alias"
        placeholder="Whole name"
        maxLength={200}
        value={filter.model}
        onChange={({ target }) => set({ model: target.value })}
      />
      <SelectField
        label="Outcome"
        value={filter.outcome}
        options={[
          { value: '', label: 'Any' },
          ...Object.entries(outcomes).map(([value, { label }]) => ({ value, label })),
        ]}
        onValueChange={(outcome) => set({ outcome })}
      />
      <SelectField
        label="Slower than"
        value={filter.slowerThan}
        options={[
          { value: '', label: 'Any' },
          ...[1, 2, 5, 10, 30, 60].map((s) => ({ value: String(s * 1000), label: `${s} s` })),
        ]}
        onValueChange={(slowerThan) => set({ slowerThan })}
      />
      <Button
        variant="quiet"
        className={styles.clear}
        disabled={!isNarrowed}
        onClick={() => onChange(noFilter)}
      >
        Clear
      </Button>
    </search>
  )
}
