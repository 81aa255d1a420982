/** The colour theme (dark, light or that of the system), remembered by the browser. */
import { useSyncExternalStore } from 'react'
import { createStoredSetting } from '../browser/stored-setting.ts'

const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const setting = createStoredSetting<Theme>(
  'theme',
  (stored) => themes.find((theme) => theme === stored) ?? 'system',
)

function applyTheme(): void {
  const theme = setting.get()
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}

/** Must be called once, before the first render. */
export function applyStoredTheme(): void {
  applyTheme()
  setting.subscribe(applyTheme)
}

export const setTheme = (theme: Theme): void => setting.set(theme)

/** Switches to the next of system, light, dark. */
export function cycleTheme(): Theme {
  const next = themes[(themes.indexOf(setting.get()) + 1) % themes.length] ?? 'system'
  setting.set(next)
  return next
}

export const useTheme = (): Theme => useSyncExternalStore(setting.subscribe, setting.get)
