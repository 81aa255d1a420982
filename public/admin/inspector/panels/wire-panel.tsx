/** The panel of a wire: its live figures. */
import type { EndpointView } from '../../../../src/contract/endpoint.ts'
import type { IncomingBlockView } from '../../../../src/contract/incoming-block.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { count, percent, rate } from '../../../ui/format/figures.ts'
import { Section } from '../../../ui/display/section.tsx'
import { removeWire } from '../../state/commands/canvas-commands.ts'
import { useLive, usePage } from '../../state/page/page.tsx'
import { usePanelActions } from '../panel/use-panel-actions.ts'
import { useCommandRunner } from '../../state/page/use-command-runner.ts'
import { FiguresList } from '../panel/figures-list.tsx'
import { NodeLinks } from '../panel/node-links.tsx'
import { Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'
import { unusableWords } from '../../canvas/model/edges.ts'
import { useUnusableWires } from '../../models/use-models.ts'
import { wireKey } from '../../state/node-ref.ts'

interface WirePanelProps {
  readonly block: IncomingBlockView
  readonly endpoint: EndpointView
}

export function WirePanel({ block, endpoint }: WirePanelProps) {
  const { call } = usePage()
  const { run } = useCommandRunner()
  const live = useLive('wire', wireKey({ blockId: block.id, endpointId: endpoint.id }))
  const isUnusable = useUnusableWires().includes(wireKey({ blockId: block.id, endpointId: endpoint.id }))
  const words = `${block.name} to ${endpoint.name}`
  const wire = { blockId: block.id, endpointId: endpoint.id }
  const remove = (): void =>
    void run(removeWire(call, wire, `remove wire ${words}`), `removed the wire ${words}`)
  usePanelActions([{ id: 'remove-wire', label: `Remove the wire ${words}`, run: remove }])
  return (
    <Panel
      title={words}
      subtitle="wire"
      footer={
        <Button variant="danger" onClick={remove}>
          Remove wire
        </Button>
      }
    >
      <Section name="wire.live" title="Live">
        {isUnusable && (
          <p role="status" className={styles.notice}>
            {unusableWords(block.name, endpoint.name)}: no request can take this wire.
          </p>
        )}
        <FiguresList
          figures={[
            ['tok/s', rate(live?.tokens_per_second)],
            ['req/s', rate(live?.requests_per_second)],
            ['errors', `${rate(live?.errors_per_second)} /s`],
            ['in flight', count(live?.inflight)],
            ['hit rate', percent(live?.cached_percent)],
          ]}
        />
      </Section>
      <Section name="wire.ends" title="Ends">
        <NodeLinks kind="block" things={[block]} none="" />
        <NodeLinks kind="endpoint" things={[endpoint]} none="" />
      </Section>
    </Panel>
  )
}
