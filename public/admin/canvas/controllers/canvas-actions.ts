/** The actions of the canvas: each runs on the server, reports its outcome as a toast and can be undone. */
import type { Pos, StateView } from '../../../../src/contract/gateway.ts'
import type { Toasts } from '../../../ui/overlays/toasts.tsx'
import { moveNodes } from '../../state/commands/canvas-commands.ts'
import { applyOptimistically } from '../../state/live/gateway-store.ts'
import type { Command } from '../../state/commands/history.ts'
import { showProblem } from '../../state/page/show-problem.ts'
import type { Page } from '../../state/page/page.tsx'
import {
  nodeKey,
  sameWire,
  wireOf,
  type NodeRef,
  type PlacedItem,
  type WireRef,
} from '../../state/node-ref.ts'
import {
  connectAllCommand,
  connectCommand,
  removeCommand,
  rewireCommand,
  wireLabel,
  type DrawCommand,
} from './draw-commands.ts'
import { checkPendingWire, type PendingWire, type Verdict } from '../model/connection-rules.ts'

export interface CanvasActions {
  /** Adds a wire, moves a token or sets its preferred endpoint, depending on the two cards; shows the reason where it is refused. */
  connect(from: NodeRef, to: NodeRef): Promise<void>
  /** Wires a block to all of the endpoints that it has no wire to, in one undo step. */
  connectAll(blockId: number, endpointIds: readonly number[]): Promise<void>
  /** Connects a pending wire to a card. */
  finishWire(pending: PendingWire, to: NodeRef): Promise<void>
  /** Replaces a wire in one undo step. */
  rewire(from: WireRef, to: WireRef): Promise<void>
  /** @param preferring - client tokens that shall prefer no endpoint any more. */
  remove(wires: readonly WireRef[], preferring?: readonly number[]): Promise<void>
  /** @param before - the same cards at their previous positions. Resolves when the page's configuration has the new ones. */
  move(after: readonly PlacedItem[], before: readonly PlacedItem[], label?: string): Promise<void>
  refuse(reason: string): void
  /** @param removes - adds an Undo button to the message. @returns whether the server has taken it. */
  execute(draw: DrawCommand, removes?: boolean): Promise<boolean>
}

type ActionPage = Pick<Page, 'call' | 'gateway' | 'history'>

type Placed = Pos & { readonly id: number }

/** The configuration with the cards' new positions; what the server has told already keeps its identity. */
function withMovedCards(state: StateView, cards: readonly PlacedItem[]): Partial<StateView> {
  const positions = new Map(cards.map((card) => [nodeKey(card), card]))
  const withPositions = <Item extends Placed>(kind: PlacedItem['kind'], objects: Item[]): Item[] => {
    const moved = objects.map((object) => {
      const { x, y } = positions.get(nodeKey({ kind, id: object.id })) ?? { x: object.pos_x, y: object.pos_y }
      return object.pos_x === x && object.pos_y === y ? object : { ...object, pos_x: x, pos_y: y }
    })
    return moved.every((object, index) => object === objects[index]) ? objects : moved
  }
  return {
    client_tokens: withPositions('token', state.client_tokens),
    incoming_blocks: withPositions('block', state.incoming_blocks),
    endpoints: withPositions('endpoint', state.endpoints),
    canvas_notes: withPositions('note', state.canvas_notes),
  }
}

const createMove =
  ({ call, gateway, history }: ActionPage, toasts: Toasts): CanvasActions['move'] =>
  async (after, before, label) => {
    try {
      await history.run(moveNodes(call, after, before, label))
      applyOptimistically(gateway, (state) => withMovedCards(state, after))
    } catch (error) {
      showProblem(toasts, error)
    }
  }

const missingWires = (state: StateView, blockId: number, endpointIds: readonly number[]): WireRef[] =>
  endpointIds
    .map((endpointId) => ({ blockId, endpointId }))
    .filter((wire) => !state.wires.some((one) => sameWire(wireOf(one), wire)))

export function createCanvasActions({ call, gateway, history }: ActionPage, toasts: Toasts): CanvasActions {
  async function execute(draw: DrawCommand, removes = false): Promise<boolean> {
    const { command, successMessage: title } = draw
    try {
      await history.run(command)
    } catch (error) {
      showProblem(toasts, error)
      return false
    }
    applyOptimistically(gateway, draw.optimisticState)
    if (!removes) toasts.success(title)
    else toasts.success({ title, action: { label: 'Undo', onClick: () => void undoCommand(command) } })
    return true
  }

  /** Undoes the given command, and no later one. */
  async function undoCommand(command: Command): Promise<void> {
    if (history.store.getState().past.at(-1) !== command) {
      return refuse('Something else has been done since. Undo that first.')
    }
    try {
      await history.undo()
      toasts.info(`Undone: ${command.label}`)
    } catch (error) {
      showProblem(toasts, error)
    }
  }

  const refuse = (reason: string): void => toasts.info({ title: 'Not possible', detail: reason })

  /** Offers to add the wire that a preference needs, together with the preference. */
  function offerMissingWire(
    state: StateView,
    verdict: Extract<Verdict, { kind: 'prefer' }>,
    missing: WireRef,
  ): void {
    toasts.info({
      title: 'Its block has no wire to that endpoint',
      detail: `A client token reaches only what its block is wired to: ${wireLabel(state, missing)} is missing.`,
      action: {
        label: 'Add the wire and prefer it',
        onClick: () => void execute(connectCommand(call, gateway.getState().state ?? state, verdict)),
      },
    })
  }

  async function rewire(from: WireRef, to: WireRef): Promise<void> {
    const { state } = gateway.getState()
    if (state !== undefined) await execute(rewireCommand(call, state, from, to), true)
  }

  async function finishWire(pending: PendingWire, to: NodeRef): Promise<void> {
    const { state } = gateway.getState()
    if (state === undefined) return
    const verdict = checkPendingWire(state, pending, to)
    if (verdict.kind === 'refused') return refuse(verdict.reason)
    if (verdict.kind === 'wire' && pending.replacing) return rewire(pending.replacing, verdict.wire)
    if (verdict.kind === 'prefer' && verdict.missing) return offerMissingWire(state, verdict, verdict.missing)
    await execute(connectCommand(call, state, verdict))
  }

  return {
    execute,
    refuse,
    rewire,
    finishWire,
    connect: (from, to) => finishWire({ from, replacing: undefined }, to),
    async connectAll(blockId, endpointIds) {
      const { state } = gateway.getState()
      if (state === undefined) return
      const missing = missingWires(state, blockId, endpointIds)
      if (missing.length === 0) return refuse('All of these wires are there already.')
      await execute(connectAllCommand(call, state, missing))
    },
    async remove(wires, preferring = []) {
      const { state } = gateway.getState()
      if (state === undefined || wires.length + preferring.length === 0) return
      await execute(removeCommand(call, state, wires, preferring), true)
    },
    move: createMove({ call, gateway, history }, toasts),
  }
}
