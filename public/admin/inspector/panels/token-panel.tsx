/** The panel of a client token: its traffic, its block and endpoints, its guarantee and limits. */
import { clientTokenPatch, type ClientTokenView } from '../../../../src/contract/client-token.ts'
import { count, percent, rate } from '../../../ui/format/figures.ts'
import { Section } from '../../../ui/display/section.tsx'
import { useGateway, useLive, usePage } from '../../state/page/page.tsx'
import { DraftLines, DraftNumber, DraftSelect, DraftText } from '../form/draft-fields.tsx'
import { FiguresList } from '../panel/figures-list.tsx'
import { ObjectHistory } from '../panel/object-history.tsx'
import { FormFooter, Panel } from '../panel/panel.tsx'
import styles from '../panel/panel.module.css'
import { useDraft, type DraftForm } from '../form/use-draft.ts'

interface TokenProps {
  readonly token: ClientTokenView
}

export function TokenPanel({ token }: TokenProps) {
  const { workspace } = usePage()
  const node = { kind: 'token', id: token.id } as const
  const form = useDraft(node, token, clientTokenPatch)
  return (
    <Panel
      title={token.name}
      subtitle={
        <>
          client token · <code>{token.token_preview}</code>
        </>
      }
      footer={
        <FormFooter
          name={token.name}
          form={form}
          onDelete={() => workspace.openDialog({ name: 'delete', nodes: [node] })}
        />
      }
    >
      <Section name="token.live" title="Live">
        <Live token={token} />
      </Section>
      <Section name="token.settings" title="Where it goes">
        <DraftText form={form} field="name" label="Name" />
        <RoutingFields form={form} />
      </Section>
      <Section name="token.promises" title="Promises and limits">
        <LimitFields form={form} token={token} />
      </Section>
      <Section name="token.history" title="History" openAtFirst={false}>
        <ObjectHistory type="client_token" id={token.id} />
      </Section>
    </Panel>
  )
}

function Live({ token }: TokenProps) {
  // A token without traffic is not in the live figures: its rates are 0, its totals are in the state.
  const live = useLive('token', String(token.id))
  const totals = live ?? token
  return (
    <FiguresList
      figures={[
        ['tok/s', rate(live?.tokens_per_second ?? 0)],
        ['req/s', rate(live?.requests_per_second ?? 0)],
        ['in flight', count(live?.inflight ?? 0)],
        ['served', count(totals.total_requests)],
        ['prompt tok', count(totals.prompt_tokens_total)],
        ['cached', count(totals.cached_tokens_total)],
        ['completion tok', count(totals.completion_tokens_total)],
        ['reasoning', count(totals.reasoning_tokens_total)],
      ]}
    />
  )
}

function RoutingFields({ form }: { readonly form: DraftForm }) {
  const state = useGateway((all) => all)
  const blockId = form.valueOf('incoming_block_id')
  const reachable = (state?.endpoints ?? []).filter((endpoint) =>
    state?.wires.some((wire) => wire.incoming_block_id === blockId && wire.endpoint_id === endpoint.id),
  )
  return (
    <>
      <DraftSelect
        form={form}
        field="incoming_block_id"
        label="Incoming block"
        options={state?.incoming_blocks ?? []}
      />
      <DraftSelect
        form={form}
        field="preferred_endpoint_id"
        label="Preferred endpoint"
        none="None: as the routing says"
        options={reachable}
        hint="Its requests then go to that one alone. Only endpoints wired to its block are listed."
      />
      <DraftLines
        form={form}
        field="allowed_models"
        label="Allowed models"
        mono
        hint="Models and aliases that it may use, of those that its block allows, one a line. Empty: all."
      />
    </>
  )
}

function LimitFields({ form, token }: TokenProps & { readonly form: DraftForm }) {
  const others = useGateway((state) =>
    state.client_tokens
      .filter(({ id, incoming_block_id }) => id !== token.id && incoming_block_id === token.incoming_block_id)
      .reduce((sum, other) => sum + other.guaranteed_share_percent, 0),
  )
  return (
    <>
      <div className={styles.pair}>
        <DraftNumber
          form={form}
          field="guaranteed_share_percent"
          label="Assured share"
          suffix="%"
          min={0}
          max={100}
          hint={`Of its block's tokens while requests wait; the others of its block have ${percent(others)}.`}
        />
        <DraftNumber
          form={form}
          field="min_traffic_percent"
          label="Cap"
          suffix="%"
          min={0}
          max={100}
          hint="Over this part of all requests it is answered from the cache only. 0: no cap."
        />
      </div>
      <DraftNumber
        form={form}
        field="request_priority"
        label="Request priority"
        min={0}
        hint="Lower is earlier, in our queue and in vLLM's. 0: not sent."
      />
    </>
  )
}
