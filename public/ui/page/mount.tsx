/** Mounts a page: theme, toasts, and React in strict mode without inline style elements. */
import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '../styles/base.css'
import { applyStoredTheme } from '../styles/theme.ts'
import { ToastProvider } from '../overlays/toasts.tsx'

export function mount(page: ReactNode): void {
  const element = document.getElementById('root')
  if (element === null) throw new Error('the page has no #root')
  applyStoredTheme()
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <Tooltip.Provider delay={400}>
          <ToastProvider>{page}</ToastProvider>
        </Tooltip.Provider>
      </CSPProvider>
    </StrictMode>,
  )
}
