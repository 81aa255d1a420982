// Two selections that follow each other by notifications, which are delivered in any order.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSelectionSync } from '../../../../../public/admin/canvas/model/selection-sync.ts'
import type { NodeRef, WireRef } from '../../../../../public/admin/state/node-ref.ts'

interface Selection {
  readonly nodes: readonly NodeRef[]
  readonly wires: readonly WireRef[]
}

const cards = (...ids: number[]): Selection => ({
  nodes: ids.map((id) => ({ kind: 'endpoint', id })),
  wires: [],
})

const MAX_DELIVERIES = 100

function startBoth() {
  const toCanvas: Selection[] = []
  const toPage: Selection[] = []
  let page = cards()
  let canvas = cards()
  const select = (nodes: readonly NodeRef[], wires: readonly WireRef[] = []): void => {
    page = { nodes, wires }
    // The effect runs later, with what the page showed when it was scheduled.
    if (sync.isForeign(page)) toCanvas.push(page)
  }
  const sync = createSelectionSync({ getState: () => page, select })
  const selectOnCanvas = (selection: Selection): void => {
    canvas = selection
    toPage.push(selection)
  }
  return {
    select,
    selectOnCanvas,
    /** @returns whether anything was to be delivered. */
    deliver(towards: 'canvas' | 'page'): boolean {
      const queue = towards === 'canvas' ? toCanvas : toPage
      const next = queue.shift()
      if (next === undefined) return false
      if (towards === 'canvas') selectOnCanvas(next)
      else sync.publish(next, true)
      return true
    },
    both: () => [page.nodes, canvas.nodes],
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('select', 'selectOnCanvas'), id: fc.nat(3) }),
    fc.record({ kind: fc.constant('deliver'), towards: fc.constantFrom('canvas', 'page') }),
  ),
  { maxLength: 30 },
)

it('comes to rest with both selections equal, in whatever order they hear of each other', () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.boolean()), (taken, order) => {
      const { select, selectOnCanvas, deliver, both } = startBoth()
      for (const step of taken) {
        if ('towards' in step) deliver(step.towards)
        else if (step.kind === 'select') select(cards(step.id).nodes)
        else selectOnCanvas(cards(step.id))
      }
      let deliveries = 0
      for (;;) {
        const isPageFirst = order.next().value as boolean
        if (!deliver(isPageFirst ? 'page' : 'canvas') && !deliver(isPageFirst ? 'canvas' : 'page')) break
        deliveries += 1
        expect(deliveries).toBeLessThan(MAX_DELIVERIES)
      }
      const [page, canvas] = both()
      expect(page).toEqual(canvas)
    }),
  )
})
