/** What can be done with a named object or a wire: one table for the palette and for the menus of cards and wires. */
import { addressOfFilter, noFilter } from '../requests/decision-filter.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { addWire, removeWire, setRouting } from '../state/commands/canvas-commands.ts'
import { compound, type Command } from '../state/commands/history.ts'
import { editObject, setEnabled } from '../state/commands/object-commands.ts'
import { nodeName } from '../state/named-objects.ts'
import { nodeKey, sameWire, wireKey, wireOf, type NodeRef, type WireRef } from '../state/node-ref.ts'
import type { Page } from '../state/page/page.tsx'
import type { CommandRunner } from '../state/page/use-command-runner.ts'
import { isModeInUse } from '../routing/modes-in-use.ts'

export interface Verb {
  readonly id: string
  /** In a menu of the object. */
  readonly label: string
  /** With the object's name, in the palette. */
  readonly sentence: string
  /** What it will do. */
  readonly hint?: string
  readonly danger?: boolean
  readonly run: () => void
}

export interface VerbParts {
  readonly page: Page
  readonly runner: CommandRunner
  readonly state: StateView
}

const many = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

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
              ? `Asks what becomes of ${many(live.inflight, 'request')} in flight`
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

const wiresOfBlock = (state: StateView, id: number): WireRef[] =>
  state.wires.map(wireOf).filter(({ blockId }) => blockId === id)

/** Gives a block the wires of another one: what it lacks is added, what the other has not is removed. */
export function wireLike({ page, runner, state }: VerbParts, id: number, modelId: number): Verb | undefined {
  const [own, wanted] = [
    wiresOfBlock(state, id),
    wiresOfBlock(state, modelId).map((wire) => ({ ...wire, blockId: id })),
  ]
  const has = (wires: readonly WireRef[], wire: WireRef): boolean => wires.some((one) => sameWire(one, wire))
  const added = wanted.filter((wire) => !has(own, wire))
  const removed = own.filter((wire) => !has(wanted, wire))
  if (id === modelId || added.length + removed.length === 0) return undefined
  const [name, model] = [
    nodeName(state, { kind: 'block', id }),
    nodeName(state, { kind: 'block', id: modelId }),
  ]
  const effects = [
    ...(added.length > 0 ? [`adds ${many(added.length, 'wire')}`] : []),
    ...(removed.length > 0 ? [`removes ${many(removed.length, 'wire')}`] : []),
  ].join(', ')
  const commands = [
    ...added.map((wire) => addWire(page.call, wire)),
    ...removed.map((wire) => removeWire(page.call, wire)),
  ]
  return {
    id: `wire-like-${id}-${modelId}`,
    label: `Wire like ${model}`,
    sentence: `Wire ${name} like ${model}`,
    hint: effects,
    run: () =>
      void runner.run(compound(`wire ${name} like ${model}`, commands), `wired ${name} like ${model}`),
  }
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
        page.workspace.filterRequests(addressOfFilter({ ...noFilter, [filterNames[node.kind]]: String(node.id) }))
        page.workspace.show('requests')
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

/** What two objects can have to do with each other. */
export function verbsBetween(from: NodeRef, to: NodeRef, parts: VerbParts): readonly Verb[] {
  const { page, runner, state } = parts
  const [one, other] = [nodeName(state, from), nodeName(state, to)]
  const verb = (id: string, sentence: string, hint: string, command: Command, done: string): Verb => ({
    id: `${id}-${nodeKey(from)}-${nodeKey(to)}`,
    label: sentence,
    sentence,
    hint,
    run: () => void runner.run(command, done),
  })
  if (from.kind === 'block' && to.kind === 'endpoint') {
    const wire = { blockId: from.id, endpointId: to.id }
    const isWired = state.wires.some((known) => sameWire(wireOf(known), wire))
    const words = `${one} to ${other}`
    return isWired
      ? [{ ...removal([wire], parts), id: `unwire-${wireKey(wire)}`, sentence: `Remove wire ${words}` }]
      : [
          verb(
            'wire',
            `Wire ${words}`,
            `Requests of ${one} may go to ${other}`,
            addWire(page.call, wire, `wire ${words}`),
            `wired ${words}`,
          ),
        ]
  }
  const token = from.kind === 'token' ? state.client_tokens.find(({ id }) => id === from.id) : undefined
  if (token === undefined) return []
  const edit = (after: object, before: object): Command =>
    editObject(page.call, { node: from, name: token.name, etag: token.etag, after, before })
  if (to.kind === 'block' && token.incoming_block_id !== to.id) {
    const command = edit({ incoming_block_id: to.id }, { incoming_block_id: token.incoming_block_id })
    return [
      verb(
        'move',
        `Move ${one} to ${other}`,
        `Its requests go where ${other} leads`,
        command,
        `moved ${one} to ${other}`,
      ),
    ]
  }
  if (to.kind !== 'endpoint' || token.preferred_endpoint_id === to.id) return []
  const command = edit(
    { preferred_endpoint_id: to.id },
    { preferred_endpoint_id: token.preferred_endpoint_id },
  )
  return [
    verb(
      'prefer',
      `Let ${one} prefer ${other}`,
      'Its requests go there while that is possible',
      command,
      `${one} now prefers ${other}`,
    ),
  ]
}

/** @param wires - at least one. */
export function removal(wires: readonly WireRef[], { page, runner, state }: VerbParts): Verb {
  const [first] = wires
  const words =
    wires.length === 1 && first
      ? `wire ${nodeName(state, { kind: 'block', id: first.blockId })} to ${nodeName(state, { kind: 'endpoint', id: first.endpointId })}`
      : many(wires.length, 'wire')
  const command = compound(
    `remove ${words}`,
    wires.map((wire) => removeWire(page.call, wire)),
  )
  return {
    id: `remove-${wires.map(wireKey).join()}`,
    label: wires.length === 1 ? 'Remove wire' : `Remove ${words}`,
    sentence: `Remove ${words}`,
    hint: 'No request goes this way any more; can be undone',
    danger: true,
    run: () => void runner.run(command, `removed ${words}`),
  }
}
