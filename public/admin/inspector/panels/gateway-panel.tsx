/** The panel of the gateway, shown while nothing is selected. */
import { count, duration, percent, rate } from '../../../ui/format/figures.ts'
import { Section } from '../../../ui/display/section.tsx'
import { choiceOf, modes, placements } from '../../routing/routing-words.ts'
import { useGateway, useLive } from '../../state/page/page.tsx'
import { FiguresList } from '../panel/figures-list.tsx'
import { NodeLinks } from '../panel/node-links.tsx'
import { Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'
import { RateSparkline } from '../panel/rate-sparkline.tsx'
import { WorkerTable } from './worker-table.tsx'

export function GatewayPanel() {
  const stats = useLive('gateway', '')
  return (
    <Panel title="Gateway" subtitle="Select a card or a wire to see and change it.">
      <Section name="gateway.live" title="Live">
        <RateSparkline of="totals" />
        <FiguresList
          figures={[
            ['in flight', count(stats?.total_inflight)],
            ['queued', count(stats?.queued)],
            ['requests', `${rate(stats?.requests_per_second)} /s`],
            ['errors', `${rate(stats?.errors_per_second)} /s`],
            ['first token', duration(stats?.first_token_ms)],
            ['served', count(stats?.total_requests_served)],
            ['hit rate', percent(stats?.cached_percent)],
            ['session moves', count(stats?.session_moves)],
          ]}
        />
      </Section>
      {stats?.workers && (
        <Section name="gateway.workers" title="Workers">
          <WorkerTable running={stats.workers.running} />
        </Section>
      )}
      <Section name="gateway.routing" title="Routing">
        <Routing />
      </Section>
      <Section name="gateway.help" title="Drawing">
        <ul className={styles.rows}>
          <li>Drag from a block to an endpoint to let its traffic go there.</li>
          <li>Drag a client token to another block, or to the endpoint that it shall prefer.</li>
          <li>Press ? for the keys, Ctrl K for everything that can be done.</li>
        </ul>
      </Section>
    </Panel>
  )
}

/** What is chosen in the header, in words, and the blocks that have something of their own. */
function Routing() {
  const state = useGateway((all) => all)
  if (state === undefined) return null
  const own = state.incoming_blocks.filter((block) => block.routing_mode !== null || block.placement !== null)
  return (
    <>
      {[choiceOf(modes, state.routing_mode), choiceOf(placements, state.placement)].map(({ label, hint }) => (
        <p key={label} className={styles.muted}>
          <strong>{label}</strong> {hint}
        </p>
      ))}
      {own.length > 0 && (
        <>
          <p className={styles.muted}>Not as the gateway:</p>
          <NodeLinks kind="block" things={own} none="" />
        </>
      )}
    </>
  )
}
