/** The table of models: how much each is asked for, how long a prompt may be, how many of its endpoints can serve it now, and which they are. */
import { useMemo, useState } from 'react'
import type { ModelsView } from '../../../src/contract/models/models.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { StatusDot } from '../../ui/display/status-dot.tsx'
import { count } from '../../ui/format/figures.ts'
import { joinClasses } from '../../ui/styles/join-classes.ts'
import { isServing, type Condition } from '../endpoint-condition/endpoint-condition.ts'
import { useEndpointConditions } from '../endpoint-condition/use-endpoint-conditions.ts'
import { EndpointLinks } from './endpoint-links.tsx'
import styles from './model-table.module.css'
import shared from './table.module.css'
import { TrafficCells, TrafficHeads } from './traffic-cells.tsx'

type Model = ModelsView['models'][number]
type Endpoints = StateView['endpoints']

const PAGE_SIZE = 100

interface ModelTableProps {
  readonly models: readonly Model[]
  readonly endpoints: Endpoints
}

export function ModelTable({ models, endpoints }: ModelTableProps) {
  const [shown, setShown] = useState(PAGE_SIZE)
  const conditions = useEndpointConditions({ endpoints })
  const byId = useMemo(() => new Map(endpoints.map((one) => [one.id, one])), [endpoints])
  return (
    <>
      <table className={joinClasses(shared.table, styles.table)} aria-label="Models">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <TrafficHeads of="model" />
            <th scope="col" className={joinClasses(shared.figure, styles.length)}>
              Max tokens
            </th>
            <th scope="col" className={styles.serving}>
              Serving
            </th>
            <th scope="col">Endpoints</th>
          </tr>
        </thead>
        <tbody>
          {models.slice(0, shown).map((model) => (
            <Row
              key={model.id}
              model={model}
              endpoints={model.endpoint_ids.flatMap((id) => byId.get(id) ?? [])}
              conditions={conditions}
            />
          ))}
        </tbody>
      </table>
      {models.length > shown && (
        <Button className={styles.more} onClick={() => setShown(shown + PAGE_SIZE)}>
          Show {count(Math.min(PAGE_SIZE, models.length - shown))} more
        </Button>
      )}
    </>
  )
}

interface RowProps {
  readonly model: Model
  readonly endpoints: Endpoints
  readonly conditions: ReadonlyMap<number, Condition>
}

function Row({ model: { id, parent, root, max_model_len: length }, endpoints, conditions }: RowProps) {
  const serving = endpoints.filter((one) => isServing(conditions.get(one.id))).length
  const tone = serving === 0 ? 'bad' : serving < endpoints.length ? 'warn' : 'ok'
  const origin = parent !== null ? `adapts ${parent}` : root !== null && root !== id ? root : undefined
  return (
    <tr>
      <th scope="row" className={styles.model}>
        <span className={styles.id}>{id}</span>
        {origin !== undefined && <span className={styles.origin}>{origin}</span>}
      </th>
      <TrafficCells of="model" id={id} />
      <td className={shared.figure}>
        {count(length)}
        <span className={shared.unit}> tokens at most</span>
      </td>
      <td className={styles.serving}>
        <StatusDot tone={tone} />
        {serving} of {endpoints.length}
      </td>
      <td className={styles.endpoints}>
        <EndpointLinks endpoints={endpoints} conditions={conditions} />
      </td>
    </tr>
  )
}
