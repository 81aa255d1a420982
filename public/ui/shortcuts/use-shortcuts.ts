/** Keys that do something wherever the page is, but never where somebody writes or a dialog is open. */
import { useEffect, useRef } from 'react'
import { hasMod } from './shortcut-keys.ts'

export interface Shortcut {
  /** Such as `R`, `Mod+K`, `Shift+Alt+T`, `?`. */
  readonly keys: string
  readonly run: () => void
  /** Also while writing or in a dialog; for the palette alone. */
  readonly everywhere?: boolean | undefined
}

const EDITABLE = 'input, textarea, select, [contenteditable=true]'
const POPUPS = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'

/** What a key says; the place where it is counts where that says no Latin letter, as with Alt on a Mac or a Cyrillic layout. */
function isKeyOf(key: string, event: KeyboardEvent): boolean {
  if (!/^[A-Z0-9]$/.test(key)) return event.key === key
  const said = event.key.toUpperCase()
  return /^[A-Z0-9]$/.test(said) ? said === key : event.code === `Key${key}` || event.code === `Digit${key}`
}

/** @param keys - as in `Shortcut`. A sign such as `?` counts whatever it takes to type it. */
export function matchesShortcut(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const wants = (modifier: string): boolean => parts.slice(0, -1).includes(modifier)
  const isSign = !/^[A-Z0-9]$/.test(key) && key.length === 1
  const shiftFits = isSign || event.shiftKey === wants('Shift')
  const modFits = wants('Mod') ? hasMod(event) : !event.ctrlKey && !event.metaKey
  return isKeyOf(key, event) && shiftFits && modFits && event.altKey === wants('Alt')
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : document.body
      // A disabled button that keeps the focus, as Undo does after the last step, prevents every key but Tab.
      const isTaken = event.defaultPrevented && target.closest('[aria-disabled=true]') === null
      if (isTaken || event.isComposing) return
      const busy = target.closest(`${EDITABLE}, ${POPUPS}`) !== null
      const found = latest.current.find(
        (one) => (!busy || one.everywhere === true) && matchesShortcut(one.keys, event),
      )
      if (found === undefined) return
      event.preventDefault()
      found.run()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
