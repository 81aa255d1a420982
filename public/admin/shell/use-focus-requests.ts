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

/** Focuses what is found as soon as no dialog is open, and holds it there for some frames. @returns a function that ends it. */
function focusWhenFree(find: () => HTMLElement | null): () => void {
  const endMs = performance.now() + LONGEST_WAIT_MS
  let held = 0
  let frame = 0
  const look = (): void => {
    const target = isDialogOpen() ? null : find()
    if (target !== null) {
      if (document.activeElement !== target) target.focus({ preventScroll: true })
      held += 1
    }
    if (held < FIRM_FRAMES && performance.now() < endMs) frame = requestAnimationFrame(look)
  }
  frame = requestAnimationFrame(look)
  return () => cancelAnimationFrame(frame)
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
    return focusWhenFree(() => firstAction())
  }, [isTyped])
}
