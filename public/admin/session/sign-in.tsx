/** Asks for the admin token. */
import { useState, type FormEvent } from 'react'
import { problemOf } from '../api/problem.ts'
import { usePage } from '../state/page.tsx'
import type { SessionPhase } from './session-store.ts'

export function SignIn({ phase }: { readonly phase: SessionPhase }) {
  const { session } = usePage()
  const [token, setToken] = useState('')
  const [fault, setFault] = useState<string>()
  if (phase === 'checking') return null

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    try {
      await session.signIn(token)
      setToken('')
    } catch (error) {
      setFault(problemOf(error)?.detail ?? 'Something went wrong.')
    }
  }
  return (
    <main>
      <h1>LLM Load Balancer</h1>
      <form onSubmit={submit}>
        <label>
          Admin token
          <input
            type="password"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        {fault !== undefined && <p role="alert">{fault}</p>}
        <button type="submit">Sign in</button>
      </form>
    </main>
  )
}
