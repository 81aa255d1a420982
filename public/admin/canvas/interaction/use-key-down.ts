/** Listens for the keys of the canvas, and for two shortcuts that work anywhere on the page. */
import { useEffect, type RefObject } from 'react'

interface KeyDownOptions {
  /** @returns whether the key was used. */
  readonly onCanvas: (event: KeyboardEvent, target: Element) => boolean
  readonly tidy: () => void
  readonly fit: () => void
}

/** Elements in which keys write text, or which lie over the page. */
const IGNORED_TARGETS =
  'input, textarea, select, [contenteditable=true], [role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

export function useKeyDown(canvas: RefObject<HTMLElement | null>, { onCanvas, tidy, fit }: KeyDownOptions) {
  useEffect(() => {
    const isShortcut = ({ shiftKey, altKey, code, key }: KeyboardEvent): boolean => {
      if (shiftKey && altKey && code === 'KeyT') tidy()
      else if (key === '1' && !altKey && !shiftKey) fit()
      else return false
      return true
    }
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as Element
      // A disabled button that keeps the focus, as Undo does after the last step, prevents every key but Tab.
      const isTaken = event.defaultPrevented && target.closest('[aria-disabled=true]') === null
      if (isTaken || event.ctrlKey || event.metaKey || target.closest(IGNORED_TARGETS)) return
      const isHere = target === document.body || canvas.current?.contains(target) === true
      if (isShortcut(event) || (isHere && onCanvas(event, target))) event.preventDefault()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [canvas, onCanvas, tidy, fit])
}
