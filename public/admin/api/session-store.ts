/** Who is signed in. The credential itself is in a cookie that no script can read. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SessionView } from '../../../src/contract/session.ts'
import { createCallAdmin, type CallAdmin } from './call-admin.ts'
import { problemOf } from './problem.ts'

export type SessionPhase = 'checking' | 'signed-out' | 'signed-in' | 'expired' | 'unreachable'

interface SessionState {
  /** `expired`: was signed in; the page stays as it is behind the sign-in, with its unsaved drafts. */
  readonly phase: SessionPhase
  readonly actor: string | undefined
}

export interface Session {
  readonly store: StoreApi<SessionState>
  readonly call: CallAdmin
  /** Asks the server whether the cookie still holds. */
  check(): Promise<void>
  /** @throws an error that `problemOf` knows. */
  signIn(token: string): Promise<void>
  signOut(): Promise<void>
}

export function createSession(): Session {
  const store = createStore<SessionState>(() => ({ phase: 'checking', actor: undefined }))
  let csrfToken: string | undefined

  const setSignedOut = (): void => {
    csrfToken = undefined
    const { phase } = store.getState()
    const wasIn = phase === 'signed-in' || phase === 'expired'
    store.setState({ phase: wasIn ? 'expired' : 'signed-out' })
  }
  const setSignedIn = (answer: SessionView): void => {
    csrfToken = answer.csrf_token
    store.setState({ phase: 'signed-in', actor: answer.actor })
  }
  const call = createCallAdmin({
    csrfToken: () => csrfToken,
    onSignedOut: setSignedOut,
    onCsrfViolation: check,
  })

  async function check(): Promise<void> {
    try {
      setSignedIn(await call<SessionView>('GET', '/session'))
    } catch (error) {
      const problem = problemOf(error)
      if (problem?.status === 401) setSignedOut()
      // A server that restarts has not ended the session.
      else if (store.getState().phase === 'checking') store.setState({ phase: 'unreachable' })
    }
  }

  return {
    store,
    call,
    check,
    async signIn(token) {
      setSignedIn(await call<SessionView>('POST', '/session', { body: { token } }))
    },
    async signOut() {
      await call('DELETE', '/session')
      csrfToken = undefined
      store.setState({ phase: 'signed-out', actor: undefined })
    },
  }
}
