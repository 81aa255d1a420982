/** The admin page: the sign-in, and behind it the workspace, which stays as it is where a session expires. */
import { lazy, Suspense, useState } from 'react'
import { useStore } from 'zustand'
import { SignIn } from './session/sign-in.tsx'
import { usePage } from './state/page.tsx'

const Workspace = lazy(async () => ({ default: (await import('./shell/workspace.tsx')).Workspace }))

export function App() {
  const { session } = usePage()
  const phase = useStore(session.store, (state) => state.phase)
  const [wasIn, setWasIn] = useState(false)
  if (phase === 'signed-in' && !wasIn) setWasIn(true)
  if (phase === 'signed-out' && wasIn) setWasIn(false)
  const behind = wasIn && phase !== 'signed-out'
  return (
    <>
      {behind && (
        <div inert={phase !== 'signed-in'}>
          <Suspense>
            <Workspace />
          </Suspense>
        </div>
      )}
      {phase !== 'signed-in' && <SignIn phase={phase} />}
    </>
  )
}
