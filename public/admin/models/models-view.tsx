/** The models view: a row an alias and a row a model, with what serves it. */
import { Plus } from 'lucide-react'
import type { ModelsView as Models } from '../../../src/contract/models/models.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { useDebounced } from '../../ui/browser/use-debounced.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { EmptyState } from '../../ui/display/empty-state.tsx'
import { Skeleton } from '../../ui/display/skeleton.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { count } from '../../ui/format/figures.ts'
import { problemOf } from '../api/problem.ts'
import { useGateway, usePage, useWorkspace } from '../state/page/page.tsx'
import { AliasTable } from './alias-table.tsx'
import { EndpointLinks } from './endpoint-links.tsx'
import { ModelTable } from './model-table.tsx'
import styles from './models-view.module.css'
import { OtherTraffic } from './traffic-cells.tsx'
import { useModels } from './use-models.ts'

const TYPING_PAUSE_MS = 200
const NO_ENDPOINTS: StateView['endpoints'] = []
const NO_ALIASES: StateView['model_aliases'] = []

export function ModelsView() {
  const { workspace } = usePage()
  const search = useWorkspace(({ modelSearch }) => modelSearch)
  const models = useModels(useDebounced(search.trim(), TYPING_PAUSE_MS))
  return (
    <section className={styles.view} aria-labelledby="models-title">
      <header className={styles.head}>
        <div>
          <h2 id="models-title">Models</h2>
          <p>What clients can ask for: aliases, and the models that backends list and endpoints serve.</p>
        </div>
        <Button icon={<Plus />} onClick={() => workspace.openDialog({ name: 'alias' })}>
          New alias
        </Button>
      </header>
      <TextField
        type="search"
        label="Search models"
        hideLabel
        placeholder="Search by name"
        className={styles.search}
        value={search}
        onChange={({ target }) => workspace.searchModels(target.value)}
      />
      {models.data !== undefined ? (
        <Found models={models.data} search={search} />
      ) : models.error === null ? (
        <Skeleton label="Loading the models" lines={8} />
      ) : (
        <div role="alert" className={styles.trouble}>
          <p>{problemOf(models.error)?.detail ?? models.error.message}</p>
          <Button onClick={() => void models.refetch()}>Try again</Button>
        </div>
      )}
    </section>
  )
}

interface FoundProps {
  readonly models: Models
  readonly search: string
}

function Found({ models: { models, total, endpoints: summaries }, search }: FoundProps) {
  const endpoints = useGateway((state) => state.endpoints) ?? NO_ENDPOINTS
  const aliases = useGateway((state) => state.model_aliases) ?? NO_ALIASES
  const text = search.trim().toLowerCase()
  const foundAliases = aliases.filter(({ name }) => name.toLowerCase().includes(text))
  const takingAny = new Set(summaries.filter(({ takes_any }) => takes_any).map(({ id }) => id))
  const open = endpoints.filter(({ id }) => takingAny.has(id))
  return (
    <>
      {foundAliases.length > 0 && <AliasTable aliases={foundAliases} />}
      {models.length > 0 ? (
        <ModelTable models={models} endpoints={endpoints} />
      ) : text !== '' && foundAliases.length > 0 ? null : text !== '' ? (
        <p role="status" className={styles.muted}>
          No name contains that.
        </p>
      ) : (
        <None hasEndpoints={endpoints.length > 0} />
      )}
      {total > models.length && (
        <p className={styles.muted}>
          These are the first {count(models.length)} of {count(total)}; search for the others.
        </p>
      )}
      {open.length > 0 && (
        <div className={styles.open}>
          <h3>Any other model</h3>
          <p className={styles.muted}>Requests for it go to these endpoints, which take any:</p>
          <EndpointLinks endpoints={open} />
          <OtherTraffic />
        </div>
      )}
    </>
  )
}

function None({ hasEndpoints }: { readonly hasEndpoints: boolean }) {
  const { workspace } = usePage()
  if (hasEndpoints)
    return (
      <EmptyState title="No model is known by name">
        They appear here once a backend lists them, or once an endpoint’s field Models names them.
      </EmptyState>
    )
  return (
    <EmptyState
      title="No models yet"
      action={
        <Button variant="primary" onClick={() => workspace.openDialog({ name: 'new-endpoint' })}>
          Add an endpoint
        </Button>
      }
    >
      They appear here once there is an endpoint, and its backend lists them.
    </EmptyState>
  )
}
