/** What hands do on the canvas, carried out on the server, told to people, and undoable. */
import type { StateView } from '../../../../src/contract/gateway.ts'
import type { Toasts } from '../../../ui/overlays/toasts.tsx'
import { moveNodes } from '../../state/commands/canvas-commands.ts'
import { applyOptimistically } from '../../state/live/gateway-store.ts'
import type { Command } from '../../state/commands/history.ts'
import { showProblem } from '../../state/page/show-problem.ts'
import type { Page } from '../../state/page/page.tsx'
import { nodeKey, type NodeRef, type WireRef } from '../../state/node-ref.ts'
import type { PlacedCard } from '../model/card.ts'
import { connectCommand, removeCommand, rewireCommand, wireLabel, type DrawCommand } from './draw-commands.ts'
import { checkPendingWire, type PendingWire, type Verdict } from '../model/connection-rules.ts'

export interface CanvasActions {
  /** Wires, moves or prefers, whichever the two cards make of it; or says why it cannot be. */
  connect(from: NodeRef, to: NodeRef): Promise<void>
  /** Ends a wire that has been led to a card. */
  finishWire(led: PendingWire, to: NodeRef): Promise<void>
  /** One undo step. */
  rewire(from: WireRef, to: WireRef): Promise<void>
  /** @param preferring - client tokens that shall prefer no endpoint any more. */
  remove(wires: readonly WireRef[], preferring?: readonly number[]): Promise<void>
  /** @param before - the same cards as they stood. Resolves when the page's configuration has them. */
  move(after: readonly PlacedCard[], before: readonly PlacedCard[], label?: string): Promise<void>
  refuse(reason: string): void
}

type ActionPage = Pick<Page, 'call' | 'gateway' | 'history'>

/** The configuration with cards where they have been put. */
function withMovedCards(state: StateView, cards: readonly PlacedCard[]): Partial<StateView> {
  const places = new Map(cards.map((card) => [nodeKey(card), card]))
  const put =
    <Thing extends { readonly id: number }>(kind: NodeRef['kind']) =>
    (thing: Thing): Thing => {
      const place = places.get(nodeKey({ kind, id: thing.id }))
      return place === undefined ? thing : { ...thing, pos_x: place.x, pos_y: place.y }
    }
  return {
    client_tokens: state.client_tokens.map(put('token')),
    incoming_blocks: state.incoming_blocks.map(put('block')),
    endpoints: state.endpoints.map(put('endpoint')),
  }
}

export function createCanvasActions({ call, gateway, history }: ActionPage, toasts: Toasts): CanvasActions {
  /** @param removes - then the message offers to take it back, for hands that slip. */
  async function execute(draw: DrawCommand, removes = false): Promise<void> {
    const { command, successMessage: title } = draw
    try {
      await history.run(command)
    } catch (error) {
      return showProblem(toasts, error)
    }
    applyOptimistically(gateway, draw.optimisticState)
    if (!removes) return toasts.success(title)
    toasts.success({ title, action: { label: 'Undo', onClick: () => void undoCommand(command) } })
  }

  /** Undoes this one, not whatever has been done since. */
  async function undoCommand(command: Command): Promise<void> {
    if (history.store.getState().past.at(-1) !== command) {
      return refuse('Something else has been done since. Undo that first.')
    }
    try {
      await history.undo()
    } catch (error) {
      showProblem(toasts, error)
    }
  }

  const refuse = (reason: string): void => toasts.info({ title: 'Not possible', detail: reason })

  /** A preference needs a wire that is not there: offers to draw both. */
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
    refuse,
    rewire,
    finishWire,
    connect: (from, to) => finishWire({ from, replacing: undefined }, to),
    async remove(wires, preferring = []) {
      const { state } = gateway.getState()
      if (state === undefined || wires.length + preferring.length === 0) return
      await execute(removeCommand(call, state, wires, preferring), true)
    },
    async move(after, before, label) {
      try {
        await history.run(moveNodes(call, after, before, label))
        applyOptimistically(gateway, (state) => withMovedCards(state, after))
      } catch (error) {
        showProblem(toasts, error)
      }
    },
  }
}
