/** The keys of the canvas: move, open, wire and remove the focused or selected cards and lines. */
import type { CanvasNoteView } from '../../../../src/contract/canvas/canvas-note.ts'
import type { WorkspaceStore } from '../../state/workspace/workspace.ts'
import type { CanvasParts } from '../controllers/canvas-context.ts'
import type { Point } from '../model/card.ts'
import { wiresOfLine, type Line } from '../model/edges.ts'
import type { Graph } from '../graph/use-graph.ts'
import { objectsOfCards, type CardNode } from '../model/nodes.ts'
import { createNoteKeys } from './note-keys.ts'
import { isNote } from '../model/notes/note-nodes.ts'
import { nodeOfKey, parseNoteKey, type NodeRef } from '../../state/node-ref.ts'

interface KeyHandlerOptions {
  readonly graph: () => Pick<Graph, 'nodes' | 'edges' | 'shown' | 'onNodesChange'>
  readonly parts: Pick<CanvasParts, 'actions' | 'wiring' | 'wireFocus' | 'notes'>
  readonly noteOf: (key: string) => CanvasNoteView | undefined
  readonly workspace: WorkspaceStore
  /** Clears the selection, after a question where there are unsaved changes. */
  readonly deselect: () => void
  readonly nudge: (cards: readonly CardNode[], steps: Point) => void
  /** Folds a group or the client tokens of a block, or unfolds them. */
  readonly toggle: (key: string) => void
  /** Cancels a wire that is being dragged. @returns whether there was one. */
  readonly cancelDrawing: () => boolean
}

const steps: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

const SHIFT_STEPS = 5

/** The card or line that has the focus itself; undefined where a button inside it has the focus. */
function focusedItem<Item extends { readonly id: string }>(
  target: Element,
  kind: 'node' | 'edge',
  items: readonly Item[],
): Item | undefined {
  if (!target.matches(`.react-flow__${kind}`)) return undefined
  return items.find(({ id }) => id === target.getAttribute('data-id'))
}

interface KeyHandler {
  /** @param target - an element of the canvas, or the body. @returns whether the key was used. */
  press(event: KeyboardEvent, target: Element): boolean
  /** Deletes or removes what is selected, after a question where there are cards. */
  removeSelected(): void
}

export function createKeyHandler(options: KeyHandlerOptions): KeyHandler {
  const { graph, parts, workspace, deselect, nudge, toggle, cancelDrawing, noteOf } = options
  const notes = createNoteKeys(parts.notes, noteOf)
  const objectsOf = (cards: readonly CardNode[]): NodeRef[] =>
    objectsOfCards(
      cards.map(({ id }) => id),
      graph().shown,
    )
  const chosenCards = (focused: CardNode | undefined): CardNode[] => {
    const selected = graph().nodes.filter((node) => node.selected === true)
    return focused === undefined || selected.includes(focused) ? selected : [focused]
  }

  function remove(card: CardNode | undefined, line: Line | undefined): boolean {
    const cards = line === undefined ? chosenCards(card) : []
    const objects = objectsOf(cards)
    const noteIds = cards.flatMap(({ id }) => parseNoteKey(id) ?? [])
    if (objects.length > 0) workspace.openDialog({ name: 'delete', nodes: objects, noteIds })
    else if (cards.length > 0) void notes.remove(cards)
    if (cards.length > 0) return true
    const lines = line === undefined ? graph().edges.filter(({ selected }) => selected === true) : [line]
    const wires = lines.flatMap(wiresOfLine)
    const preferring = lines.filter(({ type }) => type === 'preference').map(({ data }) => data?.fromId ?? 0)
    parts.wireFocus.dismiss()
    void parts.actions.remove(wires, preferring)
    return lines.length > 0
  }

  function onCard(event: KeyboardEvent, card: CardNode): boolean {
    const { key, shiftKey } = event
    const step = steps[key]
    if (step !== undefined) {
      const times = shiftKey ? SHIFT_STEPS : 1
      nudge(chosenCards(card), { x: step.x * times, y: step.y * times })
    } else if (isNote(card)) {
      return notes.press(key, card)
    } else if (key === 'f' || key === 'F') {
      toggle(card.id)
    } else if (key === 'Enter' || key === ' ') {
      workspace.select(objectsOf([card]))
      workspace.setInspectorOpen(true)
    } else if ((key === 'w' || key === 'W') && card.type !== 'group') {
      parts.wiring.press(nodeOfKey(card.id), true)
    } else {
      return false
    }
    return true
  }

  function onLine({ key }: KeyboardEvent, line: Line): boolean {
    if (key !== 'Enter' && key !== ' ') return false
    const wires = wiresOfLine(line)
    if (wires.length > 0) workspace.select([], wires)
    parts.wireFocus.enter(line.id)
    // The toolbar is rendered by then.
    requestAnimationFrame(() =>
      document.getElementById(`toolbar-${line.id}`)?.querySelector('button')?.focus(),
    )
    return true
  }

  function escape(): boolean {
    if (cancelDrawing() || parts.wiring.cancel()) return true
    parts.wireFocus.dismiss()
    const { nodes, wires } = workspace.getState()
    if (nodes.length + wires.length > 0) deselect()
    const chosen = graph().nodes.filter((node) => node.selected === true && isNote(node))
    graph().onNodesChange(chosen.map(({ id }) => ({ id, type: 'select', selected: false })))
    return true
  }

  return {
    press(event, target) {
      if (event.altKey) return false
      const card = focusedItem(target, 'node', graph().nodes)
      const line = focusedItem(target, 'edge', graph().edges)
      if (event.key === 'Escape') return escape()
      if (event.key === 'Delete' || event.key === 'Backspace') return remove(card, line)
      if (card !== undefined) return onCard(event, card)
      return line !== undefined && onLine(event, line)
    },
    removeSelected: () => void remove(undefined, undefined),
  }
}
