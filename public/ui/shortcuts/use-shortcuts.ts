/**
 * Registers shortcuts for the whole page. They are ignored in text fields, while a modal dialog is open, and while another
 * dialog, a menu or a list has the focus.
 */
import { useEffect, useRef } from 'react'
import { hasMod } from './shortcut-keys.ts'

export interface Shortcut {
  /** For example `R`, `Mod+K`, `Shift+Alt+T`, `?`. */
  readonly keys: string
  readonly run: () => void
  /** Also active in text fields and dialogs; only for the palette. */
  readonly everywhere?: boolean | undefined
}

const EDITABLE = 'input, textarea, select, [contenteditable=true]'
const POPUPS = '[role=dialog], [role=alertdialog], [role=menu], [role=listbox]'
// A key can be pressed after a modal dialog has opened and before it has the focus.
const OPEN_MODAL = '[data-modal][data-open]'

/** Compares by character; by key position when the character is not Latin, as with Alt on a Mac or a Cyrillic layout. */
function isKeyOf(key: string, event: KeyboardEvent): boolean {
  if (!/^[A-Z0-9]$/.test(key)) return event.key === key
  const character = event.key.toUpperCase()
  return /^[A-Z0-9]$/.test(character)
    ? character === key
    : event.code === `Key${key}` || event.code === `Digit${key}`
}

/** @param keys - as in `Shortcut`. For a symbol such as `?`, Shift is ignored, because only some layouts need it. */
export function matchesShortcut(keys: string, event: KeyboardEvent): boolean {
  const parts = keys.split('+')
  const key = parts.at(-1) ?? ''
  const requires = (modifier: string): boolean => parts.slice(0, -1).includes(modifier)
  const isSymbol = !/^[A-Z0-9]$/.test(key) && key.length === 1
  const shiftMatches = isSymbol || event.shiftKey === requires('Shift')
  const modMatches = requires('Mod') ? hasMod(event) : !event.ctrlKey && !event.metaKey
  return isKeyOf(key, event) && shiftMatches && modMatches && event.altKey === requires('Alt')
}

export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target instanceof Element ? event.target : document.body
      // A focused disabled button, such as Undo after the last step, prevents the default of every key but Tab.
      const isHandled = event.defaultPrevented && target.closest('[aria-disabled=true]') === null
      if (isHandled || event.isComposing) return
      const isForPage =
        target.closest(`${EDITABLE}, ${POPUPS}`) === null && document.querySelector(OPEN_MODAL) === null
      const found = latest.current.find(
        ({ keys, everywhere }) => (isForPage || everywhere === true) && matchesShortcut(keys, event),
      )
      if (found === undefined) return
      event.preventDefault()
      found.run()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
