/** The targets of a model alias, in order of preference. */
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { useId } from 'react'
import type { ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { SelectField } from '../../ui/fields/select-field.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { useGateway } from '../state/page/page.tsx'
import styles from './alias-targets.module.css'
import { useModels } from './use-models.ts'

type Targets = ModelAliasView['targets']

const ANY = ''
const MAX_TARGETS = 32

interface AliasTargetsProps {
  readonly targets: Targets
  readonly errorOf: (path: string) => string | undefined
  readonly onChange: (targets: Targets) => void
}

export function AliasTargets({ targets, errorOf, onChange }: AliasTargetsProps) {
  const endpoints = useGateway((state) => state.endpoints) ?? []
  const models = useModels('').data?.models ?? []
  const listId = useId()

  const change = (at: number, fields: Partial<Targets[number]>): void =>
    onChange(targets.map((target, index) => (index === at ? { ...target, ...fields } : target)))
  const swap = (at: number, other: number): void => {
    const next = [...targets]
    const [one, two] = [next[at], next[other]]
    if (!one || !two) return
    next[at] = two
    next[other] = one
    onChange(next)
  }
  return (
    <fieldset className={styles.targets}>
      <legend>Leads to</legend>
      <datalist id={listId}>
        {models.map(({ id }) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <ol>
        {targets.map(({ model, endpoint_id }, at) => (
          <li key={at} className={styles.target}>
            <TextField
              label={`Model ${at + 1}`}
              hideLabel
              mono
              list={listId}
              placeholder="llama-3-70b"
              value={model}
              error={errorOf(`targets.${at}.model`)}
              onChange={(event) => change(at, { model: event.target.value })}
            />
            <SelectField
              label={`Endpoint of model ${at + 1}`}
              hideLabel
              value={endpoint_id === null ? ANY : String(endpoint_id)}
              options={[
                { value: ANY, label: 'at any endpoint' },
                ...endpoints.map(({ id, name }) => ({ value: String(id), label: `at ${name}` })),
                ...(endpoint_id !== null && !endpoints.some(({ id }) => id === endpoint_id)
                  ? [{ value: String(endpoint_id), label: `at ${endpoint_id}, since deleted` }]
                  : []),
              ]}
              onValueChange={(next) => change(at, { endpoint_id: next === ANY ? null : Number(next) })}
            />
            <TargetOrder
              at={at}
              count={targets.length}
              onSwap={(other) => swap(at, other)}
              onRemove={() => onChange(targets.filter((_one, index) => index !== at))}
            />
          </li>
        ))}
      </ol>
      {targets.length < MAX_TARGETS && (
        <Button
          size="small"
          icon={<Plus />}
          onClick={() => onChange([...targets, { model: '', endpoint_id: null }])}
        >
          Add a model
        </Button>
      )}
    </fieldset>
  )
}

interface TargetOrderProps {
  readonly at: number
  readonly count: number
  readonly onSwap: (other: number) => void
  readonly onRemove: () => void
}

function TargetOrder({ at, count, onSwap, onRemove }: TargetOrderProps) {
  const name = `model ${at + 1}`
  return (
    <div className={styles.order}>
      <IconButton
        label={`Move ${name} up`}
        icon={<ArrowUp />}
        disabled={at === 0}
        onClick={() => onSwap(at - 1)}
      />
      <IconButton
        label={`Move ${name} down`}
        icon={<ArrowDown />}
        disabled={at === count - 1}
        onClick={() => onSwap(at + 1)}
      />
      <IconButton label={`Remove ${name}`} icon={<X />} disabled={count === 1} onClick={onRemove} />
    </div>
  )
}
