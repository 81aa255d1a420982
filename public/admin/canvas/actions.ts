/** What hands do on the canvas, carried out on the server, told to people, and undoable. */
import type { StateView } from '../../../src/contract/gateway.ts'
import type { Toasts } from '../../ui/toasts.tsx'
import { problemOf } from '../api/problem.ts'
import { moveNodes } from '../state/canvas-commands.ts'
import { amend } from '../state/gateway-store.ts'
import type { Command } from '../state/history.ts'
import type { Page } from '../state/page.tsx'
import type { NodeRef, WireRef } from '../state/workspace.ts'
import { cardId, type PlacedCard } from './card.ts'
import { drawConnection, drawRemoval, drawRewired, wireWords, type Drawn } from './commands.ts'
import { judgeLed, type Led, type Verdict } from './connection-rules.ts'

export interface Actions {
  /** Wires, moves or prefers, whichever the two cards make of it; or says why it cannot be. */
  connect(from: NodeRef, to: NodeRef): Promise<void>
  /** Ends a wire that has been led to a card. */
  end(led: Led, to: NodeRef): Promise<void>
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
function moved(state: StateView, cards: readonly PlacedCard[]): Partial<StateView> {
  const places = new Map(cards.map((card) => [cardId(card), card]))
  const put =
    <Thing extends { readonly id: number }>(kind: NodeRef['kind']) =>
    (thing: Thing): Thing => {
      const place = places.get(cardId({ kind, id: thing.id }))
      return place === undefined ? thing : { ...thing, pos_x: place.x, pos_y: place.y }
    }
  return {
    client_tokens: state.client_tokens.map(put('token')),
    incoming_blocks: state.incoming_blocks.map(put('block')),
    endpoints: state.endpoints.map(put('endpoint')),
  }
}

export function createActions({ call, gateway, history }: ActionPage, toasts: Toasts): Actions {
  const tell = (error: unknown): void => {
    const problem = problemOf(error)
    if (problem === undefined) throw error
    toasts.error({
      title: problem.title,
      detail: problem.detail,
      statusCode: problem.status === 0 ? undefined : problem.status,
      requestId: problem.requestId,
    })
  }

  /** @param removes - then the message offers to take it back, for hands that slip. */
  async function carryOut({ command, done, shown }: Drawn, removes = false): Promise<void> {
    try {
      await history.run(command)
    } catch (error) {
      return tell(error)
    }
    amend(gateway, shown)
    if (!removes) return toasts.success(done)
    toasts.success({ title: done, action: { label: 'Undo', onClick: () => void takeBack(command) } })
  }

  /** Undoes this one, not whatever has been done since. */
  async function takeBack(command: Command): Promise<void> {
    if (history.store.getState().past.at(-1) !== command) {
      return refuse('Something else has been done since. Undo that first.')
    }
    try {
      await history.undo()
    } catch (error) {
      tell(error)
    }
  }

  const refuse = (reason: string): void => toasts.info({ title: 'Not possible', detail: reason })

  /** A preference needs a wire that is not there: offers to draw both. */
  function offer(state: StateView, verdict: Extract<Verdict, { kind: 'prefer' }>, missing: WireRef): void {
    toasts.info({
      title: 'Its block has no wire to that endpoint',
      detail: `A client token reaches only what its block is wired to: ${wireWords(state, missing)} is missing.`,
      action: {
        label: 'Add the wire and prefer it',
        onClick: () => void carryOut(drawConnection(call, gateway.getState().state ?? state, verdict)),
      },
    })
  }

  async function rewire(from: WireRef, to: WireRef): Promise<void> {
    const { state } = gateway.getState()
    if (state !== undefined) await carryOut(drawRewired(call, state, from, to), true)
  }

  async function end(led: Led, to: NodeRef): Promise<void> {
    const { state } = gateway.getState()
    if (state === undefined) return
    const verdict = judgeLed(state, led, to)
    if (verdict.kind === 'refused') return refuse(verdict.reason)
    if (verdict.kind === 'wire' && led.replacing) return rewire(led.replacing, verdict.wire)
    if (verdict.kind === 'prefer' && verdict.missing) return offer(state, verdict, verdict.missing)
    await carryOut(drawConnection(call, state, verdict))
  }

  return {
    refuse,
    rewire,
    end,
    connect: (from, to) => end({ from, replacing: undefined }, to),
    async remove(wires, preferring = []) {
      const { state } = gateway.getState()
      if (state === undefined || wires.length + preferring.length === 0) return
      await carryOut(drawRemoval(call, state, wires, preferring), true)
    },
    async move(after, before, label) {
      try {
        await history.run(moveNodes(call, after, before, label))
        amend(gateway, (state) => moved(state, after))
      } catch (error) {
        tell(error)
      }
    },
  }
}
