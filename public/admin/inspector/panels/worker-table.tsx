/** The processes that serve clients, with how busy each is. */
import type { LiveView } from '../../../../src/contract/traffic/live.ts'
import { count, duration, percent, withUnit } from '../../../ui/format/figures.ts'
import styles from './worker-table.module.css'

const MIB = 2 ** 20

type Running = NonNullable<LiveView['stats']['workers']>['running']

export const WorkerTable = ({ running }: { readonly running: Running }) => (
  <table className={styles.table} aria-label="Workers">
    <thead>
      <tr>
        <th scope="col">pid</th>
        <th scope="col">in flight</th>
        <th scope="col">busy</th>
        <th scope="col">delay</th>
        <th scope="col">memory</th>
      </tr>
    </thead>
    <tbody>
      {running.map(({ id, pid, inflight, utilization_percent, loop_delay_ms, memory_bytes }) => (
        <tr key={id}>
          <th scope="row">{pid}</th>
          <td>{count(inflight)}</td>
          <td>{percent(utilization_percent)}</td>
          <td>{duration(loop_delay_ms)}</td>
          <td>{withUnit(memory_bytes / MIB, 0, 'MiB')}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
