/** The admin page: the sign-in and the workspace, which keeps its state when a session expires. */
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useStore } from 'zustand'
import { DialogsHidden } from '../ui/overlays/dialogs-hidden.ts'
import { SignIn } from './session/sign-in.tsx'
import { usePage } from './state/page/page.tsx'

const Workspace = lazy(async () => ({ default: (await import('./shell/workspace.tsx')).Workspace }))

export function App() {
  const { session, queries } = usePage()
  const phase = useStore(session.store, (state) => state.phase)
  const [wasIn, setWasIn] = useState(false)
  if (phase === 'signed-in' && !wasIn) setWasIn(true)
  if (phase === 'signed-out' && wasIn) setWasIn(false)
  return (
    <QueryClientProvider client={queries}>
      {wasIn && phase !== 'signed-out' && (
        <div inert={phase !== 'signed-in'}>
          <DialogsHidden value={phase !== 'signed-in'}>
            <Suspense>
              <Workspace />
            </Suspense>
          </DialogsHidden>
        </div>
      )}
      {phase !== 'signed-in' && <SignIn phase={phase} />}
    </QueryClientProvider>
  )
}
