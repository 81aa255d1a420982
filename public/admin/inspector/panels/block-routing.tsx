/** How requests of a block are routed: its own mode and placement, or the gateway's, and what its sessions are told apart by. */
import type { IncomingBlockView } from '../../../../src/contract/incoming-block.ts'
import { SelectField } from '../../../ui/fields/select-field.tsx'
import { TextField } from '../../../ui/fields/text-field.tsx'
import { choiceOf, modes, placements } from '../../routing/routing-words.ts'
import { useGateway } from '../../state/page/page.tsx'
import { DraftChoice } from '../form/draft-fields.tsx'
import type { DraftForm } from '../form/use-draft.ts'

interface RoutingProps {
  readonly form: DraftForm
}

export function BlockRouting({ form }: RoutingProps) {
  const gateways = useGateway((state) => state)
  if (gateways === undefined) return null
  const ownMode = form.valueOf('routing_mode') as IncomingBlockView['routing_mode']
  const ownPlacement = form.valueOf('placement') as IncomingBlockView['placement']
  return (
    <>
      <DraftChoice
        form={form}
        field="routing_mode"
        label="Routing mode"
        none={`As the gateway: ${choiceOf(modes, gateways.routing_mode).label}`}
        options={modes}
        hint={choiceOf(modes, ownMode ?? gateways.routing_mode).hint}
      />
      <DraftChoice
        form={form}
        field="placement"
        label="Placement"
        none={`As the gateway: ${choiceOf(placements, gateways.placement).label}`}
        options={placements}
        hint={choiceOf(placements, ownPlacement ?? gateways.placement).hint}
      />
      <SessionAffinity form={form} />
    </>
  )
}

const HEADER = 'header:'
const USUAL_HEADER = 'x-session-id'

const affinities = [
  { value: 'none', label: 'None' },
  { value: 'token', label: 'The client token' },
  { value: 'user', label: 'The field user' },
  { value: 'prompt_cache_key', label: 'The field prompt_cache_key' },
  { value: HEADER, label: 'A header' },
] as const

function SessionAffinity({ form }: RoutingProps) {
  const affinity = String(form.valueOf('session_affinity'))
  const header = affinity.startsWith(HEADER) ? affinity.slice(HEADER.length) : undefined
  const set = (next: string): void => form.set('session_affinity', next)
  return (
    <>
      <SelectField
        label="Session affinity"
        hint="Requests of one session stay at one endpoint, while it has room."
        value={header === undefined ? affinity : HEADER}
        options={affinities}
        onValueChange={(next) => set(next === HEADER ? HEADER + USUAL_HEADER : next)}
      />
      {header !== undefined && (
        <TextField
          label="Header of the session"
          mono
          hint="Such as x-session-id, or x-claude-code-session-id for Claude Code."
          value={header}
          error={form.errorOf('session_affinity')}
          onChange={(event) => set(HEADER + event.target.value.trim().toLowerCase())}
        />
      )}
    </>
  )
}
