/** Formats a shortcut such as `Mod+Shift+K` for the keyboard of the user; Mod is Command on a Mac, else Control. */

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

const symbols: Record<string, string> = isMac
  ? { Mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '↵', Delete: '⌫' }
  : { Mod: 'Ctrl', Delete: 'Del' }

const ariaNames: Record<string, string> = { Mod: isMac ? 'Meta' : 'Control' }

/** @returns the keys to show, in order: `['Ctrl', 'K']`. */
export const shownKeys = (shortcut: string): string[] => shortcut.split('+').map((key) => symbols[key] ?? key)

/** @see https://www.w3.org/TR/wai-aria-1.2/#aria-keyshortcuts */
export const ariaKeys = (shortcut: string | undefined): string | undefined =>
  shortcut
    ?.split('+')
    .map((key) => ariaNames[key] ?? key)
    .join('+')

/** Whether the Mod key (Command on a Mac, else Control) is pressed. */
export const hasMod = (event: { ctrlKey: boolean; metaKey: boolean }): boolean =>
  isMac ? event.metaKey : event.ctrlKey
