/** Starts a page: its element, its theme, and React in strict mode without inline styles. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './base.css'
import { applyStoredTheme } from './theme.ts'

export function mount(page: ReactNode): void {
  const element = document.getElementById('root')
  if (element === null) throw new Error('the page has no #root')
  applyStoredTheme()
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>{page}</CSPProvider>
    </StrictMode>,
  )
}
