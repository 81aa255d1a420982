/** The sign-in with the admin token; shown over the page where a session has expired. */
import { Eye, EyeOff } from 'lucide-react'
import { useState, type FormEvent } from 'react'
import { Button } from '../../ui/buttons/button.tsx'
import { IconButton } from '../../ui/buttons/icon-button.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { problemOf, type ApiProblem } from '../api/problem.ts'
import { Logo } from '../shell/logo.tsx'
import { usePage } from '../state/page/page.tsx'
import { nextPage } from './next-page.ts'
import type { SessionPhase } from '../api/session-store.ts'
import styles from './sign-in.module.css'

const words: Record<Exclude<SessionPhase, 'checking' | 'signed-in'>, string> = {
  'signed-out': 'Sign in with the admin token.',
  expired: 'Your session has ended. Sign in again: the page behind is as you left it.',
  unreachable: 'The load balancer does not answer.',
}

export function SignIn({ phase }: { readonly phase: SessionPhase }) {
  const { session } = usePage()
  if (phase === 'checking' || phase === 'signed-in') return null
  return (
    <div className={styles.place}>
      <main className={styles.card}>
        <Heading />
        <p className={styles.words}>{words[phase]}</p>
        {phase === 'unreachable' ? (
          <Button variant="primary" onClick={() => void session.check()}>
            Try again
          </Button>
        ) : (
          <TokenForm />
        )}
      </main>
    </div>
  )
}

function Heading() {
  return (
    <div className={styles.heading}>
      <Logo className={styles.mark} />
      <h1>LLM Load Balancer</h1>
    </div>
  )
}

function wordsOf(problem: ApiProblem | undefined): string {
  if (problem === undefined) return 'Signing in failed.'
  if (problem.status === 401) return 'This is not the admin token.'
  if (problem.status === 429)
    return `Too many failed sign-ins from your address. Try again in ${problem.retryAfterS ?? 60} seconds.`
  return problem.detail
}

function TokenForm() {
  const { session } = usePage()
  const [token, setToken] = useState('')
  const [shown, setShown] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<string>()

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    if (token === '') return setFault('Enter the admin token.')
    setBusy(true)
    try {
      await session.signIn(token)
      const next = nextPage(location.search)
      if (next !== undefined) location.replace(next)
    } catch (error) {
      setFault(wordsOf(problemOf(error)))
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit} className={styles.form}>
      {/* Password managers keep a credential under a name. */}
      <input type="text" name="username" autoComplete="username" value="admin" readOnly hidden />
      <TextField
        label="Admin token"
        name="password"
        type={shown ? 'text' : 'password'}
        autoComplete="current-password"
        mono
        autoFocus
        value={token}
        error={fault}
        onChange={(event) => {
          setToken(event.target.value)
          setFault(undefined)
        }}
        suffix={
          <IconButton
            label={shown ? 'Hide it' : 'Show it'}
            icon={shown ? <EyeOff /> : <Eye />}
            size="small"
            onClick={() => setShown(!shown)}
          />
        }
        hint="LB_ADMIN_TOKEN, or the file whose path the log tells at the start."
      />
      <Button type="submit" variant="primary" busy={busy}>
        Sign in
      </Button>
    </form>
  )
}
