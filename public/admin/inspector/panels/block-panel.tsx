/** The panel of an incoming block: its traffic, its client tokens and its endpoints. */
import { incomingBlockPatch, type IncomingBlockView } from '../../../../src/contract/incoming-block.ts'
import { Button } from '../../../ui/buttons/button.tsx'
import { count, percent, plural, rate } from '../../../ui/format/figures.ts'
import { Section } from '../../../ui/display/section.tsx'
import { useGateway, useLive, usePage } from '../../state/page/page.tsx'
import { BlockRouting } from './block-routing.tsx'
import { DraftLines, DraftText } from '../form/draft-fields.tsx'
import { FiguresList } from '../panel/figures-list.tsx'
import { NodeLinks } from '../panel/node-links.tsx'
import { ObjectHistory } from '../panel/object-history.tsx'
import { FormFooter, Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'
import { RateSparkline } from '../panel/rate-sparkline.tsx'
import { useDraft } from '../form/use-draft.ts'

export function BlockPanel({ block }: { readonly block: IncomingBlockView }) {
  const { workspace } = usePage()
  const node = { kind: 'block', id: block.id } as const
  const form = useDraft(node, block, incomingBlockPatch)
  const live = useLive('block', String(block.id))
  const state = useGateway((all) => all)
  const clients = (state?.client_tokens ?? []).filter((token) => token.incoming_block_id === block.id)
  const endpoints = (state?.endpoints ?? []).filter((endpoint) =>
    state?.wires.some((wire) => wire.incoming_block_id === block.id && wire.endpoint_id === endpoint.id),
  )
  const promised = clients.reduce((sum, token) => sum + token.guaranteed_share_percent, 0)
  return (
    <Panel
      title={block.name}
      subtitle={`incoming block · ${plural(clients.length, 'client')}`}
      footer={
        <FormFooter
          name={block.name}
          form={form}
          onDelete={() => workspace.openDialog({ name: 'delete', nodes: [node] })}
        />
      }
    >
      <Section name="block.live" title="Live">
        <RateSparkline of="incoming_blocks" id={block.id} />
        <FiguresList
          figures={[
            ['in flight', count(live?.inflight)],
            ['queued', count(live?.queued)],
            ['requests', `${rate(live?.requests_per_second)} /s`],
            ['errors', `${rate(live?.errors_per_second)} /s`],
          ]}
        />
      </Section>
      <Section name="block.settings" title="Settings">
        <DraftText form={form} field="name" label="Name" />
        <DraftLines
          form={form}
          field="allowed_models"
          label="Allowed models"
          mono
          hint="Models and aliases that its clients may use, one a line; * stands for any text. Empty: all."
        />
      </Section>
      <Section name="block.routing" title="Routing">
        <BlockRouting form={form} />
      </Section>
      <Section name="block.endpoints" title="Wired to" note={endpoints.length}>
        <NodeLinks kind="endpoint" things={endpoints} none="Nothing. Drag from its handle to an endpoint." />
      </Section>
      <Section name="block.clients" title="Client tokens" note={clients.length}>
        {promised > 0 && <p className={styles.muted}>Promised shares together: {percent(promised)}.</p>}
        <NodeLinks kind="token" things={clients} none="None yet." />
        <Button size="small" onClick={() => workspace.openDialog({ name: 'new-token' })}>
          Make a client token
        </Button>
      </Section>
      <Section name="block.history" title="History" openAtFirst={false}>
        <ObjectHistory type="incoming_block" id={block.id} />
      </Section>
    </Panel>
  )
}
