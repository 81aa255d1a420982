/** The table of model aliases: how much each is asked for, what it leads to, and which of that is served. */
import { Pencil, Trash2 } from 'lucide-react'
import type { ModelAliasView } from '../../../src/contract/models/model-alias.ts'
import type { ModelsView } from '../../../src/contract/models/models.ts'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { StatusDot } from '../../ui/display/status-dot.tsx'
import { deleteObject } from '../state/commands/object-commands.ts'
import { useGateway, usePage } from '../state/page/page.tsx'
import { useCommandRunner } from '../state/page/use-command-runner.ts'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import hiding from '../../ui/styles/visually-hidden.module.css'
import styles from './alias-table.module.css'
import shared from './table.module.css'
import { TrafficCells, TrafficHeads } from './traffic-cells.tsx'
import { useModels } from './use-models.ts'

type Target = ModelAliasView['targets'][number]

/** @returns the ids of the endpoints that the target may be served by; undefined while that is not known. */
function serversOf({ model, endpoint_id }: Target, known: ModelsView | undefined): number[] | undefined {
  if (known === undefined) return undefined
  const { models, total, endpoints } = known
  const listed = models.find(({ id }) => id === model)
  if (listed === undefined && total > models.length) return undefined
  const ids = [
    ...(listed?.endpoint_ids ?? []),
    ...endpoints.filter(({ takes_any }) => takes_any).map(({ id }) => id),
  ]
  return endpoint_id === null ? ids : ids.filter((id) => id === endpoint_id)
}

export function AliasTable({ aliases }: { readonly aliases: readonly ModelAliasView[] }) {
  const models = useModels('').data
  const { call, workspace } = usePage()
  const { run } = useCommandRunner()
  return (
    <table className={joinClasses(shared.table, styles.table)} aria-label="Model aliases">
      <thead>
        <tr>
          <th scope="col">Alias</th>
          <TrafficHeads of="alias" />
          <th scope="col">Leads to</th>
          <th scope="col" className={styles.full}>
            Full
          </th>
          <th scope="col" className={styles.actions}>
            <span className={hiding.hidden}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {aliases.map(({ id, name, targets, on_full, rewrite_response }) => (
          <tr key={id}>
            <th scope="row" className={styles.name}>
              {name}
              {rewrite_response && <span className={styles.muted}>named in responses</span>}
            </th>
            <TrafficCells of="alias" id={String(id)} />
            <td className={styles.leads}>
              <ol className={styles.targets}>
                {targets.map((target, at) => (
                  <TargetRow key={at} target={target} models={models} />
                ))}
              </ol>
            </td>
            <td className={joinClasses(styles.muted, styles.full)}>
              {on_full === 'wait' ? 'waits' : 'next'}
            </td>
            <td className={styles.actions}>
              <IconButton
                label={`Edit ${name}`}
                icon={<Pencil />}
                onClick={() => workspace.openDialog({ name: 'alias', aliasId: id })}
              />
              <IconButton
                label={`Delete ${name}`}
                icon={<Trash2 />}
                onClick={() => void run(deleteObject(call, { kind: 'alias', id }, name), `deleted ${name}`)}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface TargetRowProps {
  readonly target: Target
  readonly models: ModelsView | undefined
}

function TargetRow({ target, models }: TargetRowProps) {
  const { model, endpoint_id } = target
  const name = useGateway((state) => state.endpoints.find(({ id }) => id === endpoint_id)?.name)
  const isServed = serversOf(target, models)?.length !== 0
  return (
    <li>
      <StatusDot tone={isServed ? 'ok' : 'bad'} />
      <span className={styles.model}>{model}</span>
      {endpoint_id !== null && <span className={styles.muted}>at {name ?? 'a deleted endpoint'}</span>}
      {!isServed && <span className={styles.muted}>served by no endpoint</span>}
    </li>
  )
}
