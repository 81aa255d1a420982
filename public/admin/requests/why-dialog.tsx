/** Why one request went where it went: its candidates, with what was known of each. */
import type { CandidateView, DecisionView } from '../../../src/contract/traffic/decision.ts'
import { Button } from '../../ui/buttons/button.tsx'
import { CopyButton } from '../../ui/buttons/copy-button.tsx'
import { Badge } from '../../ui/display/badge.tsx'
import { DataTable, type Column } from '../../ui/display/data-table.tsx'
import { count, duration, MISSING, rate } from '../../ui/format/figures.ts'
import { Dialog } from '../../ui/overlays/dialog.tsx'
import { wireKey } from '../state/node-ref.ts'
import { reasonSentence, selectedOf } from './decision-words.ts'
import type { NameOf } from './use-names.ts'
import styles from './why-dialog.module.css'

interface WhyDialogProps {
  readonly decision: DecisionView
  readonly nameOf: NameOf
  readonly onClose: () => void
}

const columnsOf = (
  { endpoint_id, routing_mode }: DecisionView,
  nameOf: NameOf,
): readonly Column<CandidateView>[] => [
  { key: 'name', label: 'Endpoint', text: true, cell: (each) => nameOf('endpoint', each.endpoint_id) },
  {
    key: 'state',
    label: 'Found',
    text: true,
    cell: (each) => (each.endpoint_id === endpoint_id ? <Badge tone="ok">selected</Badge> : each.state),
  },
  { key: 'expected', label: 'First token', cell: (each) => duration(each.expected_ms) },
  { key: 'cached', label: 'Cached', cell: (each) => count(each.cached_tokens) },
  { key: 'queue', label: 'Queue', cell: (each) => duration(each.queue_ms) },
  { key: 'inflight', label: 'In flight', cell: (each) => count(each.inflight) },
  ...(routing_mode === 'percentage'
    ? [{ key: 'pass', label: 'Pass', cell: (each: CandidateView) => rate(each.pass) }]
    : []),
  ...(routing_mode === 'priority'
    ? [{ key: 'rank', label: 'Rank', cell: (each: CandidateView) => count(each.rank) }]
    : []),
]

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

export function WhyDialog({ decision, nameOf, onClose }: WhyDialogProps) {
  const { block_id, endpoint_id, routing_mode, placement, request_id, prompt_tokens } = decision
  const selected = selectedOf(decision)
  const endpoint = endpoint_id === null ? '' : nameOf('endpoint', endpoint_id)
  return (
    <Dialog
      open
      size="large"
      title={`Why ${endpoint}?`}
      description={reasonSentence(decision)}
      onClose={onClose}
      actions={
        endpoint_id !== null && (
          <Button
            variant="primary"
            onClick={() =>
              (location.hash = `#/wire/${wireKey({ blockId: block_id, endpointId: endpoint_id })}`)
            }
          >
            Show on canvas
          </Button>
        )
      }
    >
      <dl className={styles.facts}>
        <Fact name="Mode and placement" value={`${routing_mode}, ${placement.replaceAll('_', ' ')}`} />
        <Fact name="Attempt" value={`${decision.attempt}${decision.queued ? ', from the queue' : ''}`} />
        <Fact name="Session" value={decision.has_session ? 'kept together' : MISSING} />
        <Fact name="Prompt" value={`about ${count(prompt_tokens)} tokens`} />
        <Fact
          name="Cached, expected and reported"
          value={`${count(selected?.cached_tokens)} → ${count(decision.cached_tokens)}`}
        />
        <Fact
          name="First token, expected and measured"
          value={`${duration(selected?.expected_ms)} → ${duration(decision.first_token_ms)}`}
        />
        <Fact name="Took" value={duration(decision.duration_ms)} />
        {decision.error !== null && <Fact name="Failed with" value={decision.error} />}
      </dl>
      <DataTable
        label="Candidates"
        columns={columnsOf(decision, nameOf)}
        rows={decision.candidates}
        keyOf={(each) => each.endpoint_id}
      />
      {request_id !== null && (
        <p className={styles.request}>
          Request <code>{request_id}</code>
          <CopyButton text={request_id} label="Copy request id" iconOnly />
        </p>
      )}
    </Dialog>
  )
}
