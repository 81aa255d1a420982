/** The models of an endpoint: what its backend lists, and the field that narrows or replaces that. */
import { useState } from 'react'
import type { EndpointModelsView } from '../../../../src/contract/models/models.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { Skeleton } from '../../../ui/display/skeleton.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { count } from '../../../ui/format/figures.ts'
import { problemOf } from '../../api/problem.ts'
import { listWords } from '../../models/model-words.ts'
import { useEndpointModels } from '../../models/use-models.ts'
import { DraftLines } from '../form/draft-fields.tsx'
import type { DraftForm } from '../form/use-draft.ts'
import panel from '../panel/panel.module.css'
import styles from './endpoint-models.module.css'

/** With more models than this there is a field to search them. */
const MANY = 8

interface EndpointModelsProps {
  readonly id: number
  readonly form: DraftForm
}

export function EndpointModels({ id, form }: EndpointModelsProps) {
  const models = useEndpointModels(id)
  return (
    <>
      {models.data !== undefined ? (
        <Listed known={models.data} readMs={models.dataUpdatedAt} form={form} />
      ) : models.error === null ? (
        <Skeleton label="Loading the models" lines={2} />
      ) : (
        <div role="alert" className={panel.notice}>
          <span>{problemOf(models.error)?.detail ?? models.error.message}</span>
          <Button size="small" onClick={() => void models.refetch()}>
            Try again
          </Button>
        </div>
      )}
      <DraftLines
        form={form}
        field="models"
        label="Served models"
        mono
        hint="One a line; * stands for any text. Empty: the models that the backend lists."
      />
    </>
  )
}

interface ListedProps {
  readonly known: EndpointModelsView
  /** When it was fetched, in ms since 1970. */
  readonly readMs: number
  readonly form: DraftForm
}

function Listed({ known, readMs, form }: ListedProps) {
  const [search, setSearch] = useState('')
  const { models, listed, takes_any: takesAny } = known
  const wanted = search.trim().toLowerCase()
  const rows = models.filter(({ id }) => id.toLowerCase().includes(wanted))
  return (
    <>
      <p className={panel.muted}>
        {listWords(known, readMs)}
        {takesAny && ' Requests for any model may go there.'}
      </p>
      {models.length > MANY && (
        <TextField
          type="search"
          label="Search the models of the backend"
          hideLabel
          placeholder="Search models"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
      )}
      {models.length > 0 && (
        <ul className={styles.list} aria-label="Models of the backend">
          {rows.map((model) => (
            <Row key={model.id} model={model} form={form} />
          ))}
        </ul>
      )}
      {models.length > 0 && rows.length === 0 && <p className={panel.muted}>No name contains that.</p>}
      {listed > models.length && (
        <p className={panel.muted}>The first {count(models.length)} by name are shown.</p>
      )}
    </>
  )
}

interface RowProps {
  readonly model: EndpointModelsView['models'][number]
  readonly form: DraftForm
}

/** A press puts the name into the field, or takes it out again. */
function Row({ model: { id, listed, served, max_model_len: length, ...card }, form }: RowProps) {
  const value = form.valueOf('models')
  const names: readonly unknown[] = Array.isArray(value) ? value : []
  const isNamed = names.includes(id)
  const facts = [
    length !== null && `${count(length)} tokens at most`,
    card.parent !== null && `adapts ${card.parent}`,
    !listed && 'not listed by the backend',
    !served && 'left out',
  ]
  const word = isNamed ? 'Remove' : names.length === 0 ? 'Only this' : 'Add'
  return (
    <li className={styles.model} data-served={served}>
      <span className={styles.words}>
        <span className={styles.id}>{id}</span>
        <span className={styles.facts}>{facts.filter(Boolean).join(' · ')}</span>
      </span>
      <Button
        size="small"
        variant="quiet"
        aria-label={`${word}: ${id}`}
        onClick={() => form.set('models', isNamed ? names.filter((name) => name !== id) : [...names, id])}
      >
        {word}
      </Button>
    </li>
  )
}
