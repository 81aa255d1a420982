/** What can be done with a named object: one table for the palette and for the menus of cards and wires. */
import { plural } from '../../ui/format/figures.ts'
import { setRouting } from '../state/commands/canvas-commands.ts'
import { setEnabled } from '../state/commands/object-commands.ts'
import { addressOfFilter, noFilter } from '../requests/decision-filter.ts'
import { nodeName } from '../state/named-objects.ts'
import { nodeKey, type NodeRef } from '../state/node-ref.ts'
import { isModeInUse } from '../routing/modes-in-use.ts'
import { type Verb, type VerbParts } from './verb.ts'
import { wireLike } from './wire-verbs.ts'

function endpointVerbs({ page, runner, state }: VerbParts, id: number): Verb[] {
  const endpoint = state.endpoints.find((one) => one.id === id)
  if (endpoint === undefined) return []
  const { name, enabled } = endpoint
  const live = page.live.get('endpoint', String(id)) ?? endpoint
  const disable = (): void => {
    if (live.inflight > 0) page.workspace.openDialog({ name: 'disable', endpointIds: [id] })
    else void runner.run(setEnabled(page.call, [endpoint], false), `disabled ${name}`)
  }
  const verbs: Verb[] = [
    enabled
      ? {
          id: 'disable',
          label: live.inflight > 0 ? 'Disable…' : 'Disable',
          sentence: `Disable ${name}`,
          hint:
            live.inflight > 0
              ? `Asks what becomes of ${plural(live.inflight, 'request')} in flight`
              : 'It takes no more requests',
          run: disable,
        }
      : {
          id: 'enable',
          label: 'Enable',
          sentence: `Enable ${name}`,
          hint: 'It takes requests again',
          run: () => void runner.run(setEnabled(page.call, [endpoint], true), `enabled ${name}`),
        },
  ]
  if (live.cooldown_remaining_s > 0 || live.breaker_state !== 'closed')
    verbs.push({
      id: 'end-cooldown',
      label: 'End cooldown',
      sentence: `End cooldown of ${name}`,
      hint: 'It takes requests at once, and its failures in a row are forgotten',
      run: () => void runner.attempt(() => page.call('POST', `/endpoints/${id}/reset`), 'Cooldown ended'),
    })
  return verbs
}

function tokenVerbs({ page, runner, state }: VerbParts, id: number): Verb[] {
  const token = state.client_tokens.find((one) => one.id === id)
  if (token === undefined) return []
  const verbs: Verb[] = []
  if (isModeInUse(state, 'priority') && state.priority_input_token_id !== id)
    verbs.push({
      id: 'first',
      label: 'Put first in line',
      sentence: `Put ${token.name} first in line`,
      hint: 'Its requests are prioritised',
      run: () =>
        void runner.run(
          setRouting(
            page.call,
            { priority_input_token_id: id },
            { priority_input_token_id: state.priority_input_token_id },
          ),
          'prioritised input changed',
        ),
    })
  return verbs
}

function blockVerbs(parts: VerbParts, id: number): Verb[] {
  const { page, state } = parts
  const name = nodeName(state, { kind: 'block', id })
  const { copiedWires } = page.workspace.getState()
  const pasted = copiedWires === undefined ? undefined : wireLike(parts, id, copiedWires)
  return [
    {
      id: 'copy-wires',
      label: 'Copy its wires',
      sentence: `Copy the wires of ${name}`,
      hint: 'Another block can then be wired like it',
      run: () => page.workspace.copyWires(id),
    },
    ...(pasted ? [pasted] : []),
  ]
}

const filterNames = { endpoint: 'endpointId', block: 'blockId', token: 'tokenId' } as const

/** The first is the most usual one, the last deletes. */
export function verbsOf(node: NodeRef, parts: VerbParts): readonly Verb[] {
  const { page, state } = parts
  const name = nodeName(state, node)
  const own =
    node.kind === 'endpoint'
      ? endpointVerbs(parts, node.id)
      : node.kind === 'block'
        ? blockVerbs(parts, node.id)
        : tokenVerbs(parts, node.id)
  const verbs: Verb[] = [
    {
      id: 'show',
      label: 'Show',
      sentence: `Show ${name}`,
      hint: 'On the canvas, with what is connected to it',
      run: () => page.workspace.reveal(node),
    },
    ...own,
    {
      id: 'requests',
      label: 'Show its requests',
      sentence: `Show requests of ${name}`,
      hint: 'The last of them, with the reasons for their endpoints',
      run() {
        // The view begins without a filter.
        page.workspace.show('requests')
        page.workspace.filterRequests(
          addressOfFilter({ ...noFilter, [filterNames[node.kind]]: String(node.id) }),
        )
      },
    },
    {
      id: 'delete',
      label: 'Delete…',
      sentence: `Delete ${name}`,
      hint: 'Asks before, and can be undone',
      danger: true,
      run: () => page.workspace.openDialog({ name: 'delete', nodes: [node] }),
    },
  ]
  return verbs.map((verb) => ({ ...verb, id: `${verb.id}-${nodeKey(node)}` }))
}
