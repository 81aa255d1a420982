/** The fields of the audit's filter. */
import { Button } from '../../ui/buttons/button.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { auditObjects, noFilter, humanize, type AuditFilter } from './audit-filter.ts'
import styles from './audit-filters.module.css'

interface AuditFiltersProps {
  readonly filter: AuditFilter
  readonly onChange: (filter: AuditFilter) => void
}

export function AuditFilters({ filter, onChange }: AuditFiltersProps) {
  const set = (part: Partial<AuditFilter>) => onChange({ ...filter, ...part })
  const verbs = auditObjects[filter.objectType]?.verbs ?? []
  const isNarrowed = Object.values(filter).some((value) => value !== '')
  return (
    <search className={styles.filters} aria-label="Filter the audit">
      <TextField
        type="search"
        label="Text"
        placeholder="Name, address, request id"
        maxLength={200}
        className={styles.typed}
        value={filter.text}
        onChange={({ target }) => set({ text: target.value })}
      />
      <SelectField
        label="Object"
        value={filter.objectType}
        options={[
          { value: '', label: 'Everything' },
          ...Object.entries(auditObjects).map(([value, { label }]) => ({ value, label })),
        ]}
        onValueChange={(objectType) => set({ objectType, verb: '' })}
      />
      <SelectField
        label="Action"
        value={filter.verb}
        disabled={verbs.length === 0}
        options={[
          { value: '', label: 'Any' },
          ...verbs.map((verb) => ({ value: verb, label: humanize(verb) })),
        ]}
        onValueChange={(verb) => set({ verb })}
      />
      <TextField
        label="Actor"
        placeholder="admin:…"
        mono
        maxLength={200}
        className={styles.typed}
        value={filter.actor}
        onChange={({ target }) => set({ actor: target.value })}
      />
      <TextField
        type="datetime-local"
        label="Since"
        className={styles.typed}
        value={filter.since}
        onChange={({ target }) => set({ since: target.value })}
      />
      <TextField
        type="datetime-local"
        label="Until"
        className={styles.typed}
        value={filter.until}
        onChange={({ target }) => set({ until: target.value })}
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
