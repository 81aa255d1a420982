/** What can be done between two named objects: wires, moves and preferences. */
import { plural } from '../../ui/format/figures.ts'
import type { StateView } from '../../../src/contract/gateway.ts'
import { addWire, removeWire } from '../state/commands/canvas-commands.ts'
import { compound, type Command } from '../state/commands/history.ts'
import { editObject } from '../state/commands/object-commands.ts'
import { nodeName } from '../state/named-objects.ts'
import { nodeKey, sameWire, wireKey, wireOf, type NodeRef, type WireRef } from '../state/node-ref.ts'
import { type Verb, type VerbParts } from './verb.ts'

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
    ...(added.length > 0 ? [`adds ${plural(added.length, 'wire')}`] : []),
    ...(removed.length > 0 ? [`removes ${plural(removed.length, 'wire')}`] : []),
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
      : plural(wires.length, 'wire')
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
