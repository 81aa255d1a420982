/** Moves the focus where an operator goes on: to a new card, to the neighbour of a deleted one, to the first action after the sign-in. */
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { nodeKey } from '../state/node-ref.ts'
import { usePage, useWorkspace } from '../state/page/page.tsx'

/** A card that is not there by then has been deleted again. */
const LONGEST_WAIT_MS = 3_000
/** A dialog that closes gives the focus back to what had opened it, some frames later. */
const FIRM_FRAMES = 6

const isDialogOpen = (): boolean => document.querySelector('[data-modal]') !== null

/** Whether the focus is nowhere, as after a dialog that nothing on the page had opened. */
const hasNoFocus = (): boolean => document.activeElement === null || document.activeElement === document.body

/**
 * Focuses what is found as soon as no dialog is open, and holds it there for some frames, until a key or the pointer is used.
 * @param mayTake - whether the focus may be taken from where it is.
 * @returns a function that ends it.
 */
function focusWhenFree(find: () => HTMLElement | null, mayTake: () => boolean = () => true): () => void {
  const endMs = performance.now() + LONGEST_WAIT_MS
  let held = 0
  let frame = 0
  const end = (): void => {
    cancelAnimationFrame(frame)
    removeEventListener('keydown', end, true)
    removeEventListener('pointerdown', end, true)
  }
  const look = (): void => {
    const target = isDialogOpen() ? null : find()
    if (target !== null) {
      if (document.activeElement !== target) {
        if (!mayTake()) return end()
        target.focus({ preventScroll: true })
      }
      held += 1
    }
    if (held < FIRM_FRAMES && performance.now() < endMs) frame = requestAnimationFrame(look)
    else end()
  }
  frame = requestAnimationFrame(look)
  addEventListener('keydown', end, true)
  addEventListener('pointerdown', end, true)
  return end
}

const firstAction = (): HTMLElement | null =>
  document.querySelector<HTMLElement>('[data-first-action]') ??
  document.querySelector<HTMLElement>('[data-other-action]')

export function useFocusRequests(): void {
  const { session } = usePage()
  const request = useWorkspace((workspace) => workspace.focusRequest)
  const isTyped = useStore(session.store, ({ isTypedIn }) => isTypedIn)
  const first = useRef(true)
  useEffect(() => {
    if (request === undefined) return undefined
    const id = nodeKey(request.node)
    return focusWhenFree(() => document.querySelector<HTMLElement>(`.react-flow__node[data-id="${id}"]`))
  }, [request])
  useEffect(() => {
    if (!isTyped || !first.current) return undefined
    first.current = false
    // The step of the guide that is next, else the search, which leads to everything.
    return focusWhenFree(firstAction, hasNoFocus)
  }, [isTyped])
}
