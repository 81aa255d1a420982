/** The session of the operator. Its credential is an HttpOnly cookie. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { SessionView } from '../../../src/contract/session.ts'
import { createCallAdmin, type CallAdmin } from './call-admin.ts'
import { problemOf } from './problem.ts'

export type SessionPhase = 'checking' | 'signed-out' | 'signed-in' | 'expired' | 'unreachable'

interface SessionState {
  /** `expired`: the session has ended; the page keeps its state and drafts behind the sign-in dialog. */
  readonly phase: SessionPhase
  readonly actor: string | undefined
  /** Whether the operator has typed the token into this page, rather than come with a session. */
  readonly isTypedIn: boolean
}

export interface Session {
  readonly store: StoreApi<SessionState>
  readonly call: CallAdmin
  /** Asks the server whether the session is valid. */
  check(): Promise<void>
  /** @throws an error that `problemOf` converts. */
  signIn(token: string): Promise<void>
  signOut(): Promise<void>
}

export function createSession(): Session {
  const store = createStore<SessionState>(() => ({ phase: 'checking', actor: undefined, isTypedIn: false }))
  let csrfToken: string | undefined
  // All tabs have one cookie: where one has signed in, the others need not ask for it.
  const tabs = new BroadcastChannel('session')

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
    const asked = csrfToken
    try {
      const answer = await call<SessionView>('GET', '/session')
      // A late response says nothing of a session that has begun or ended since.
      if (csrfToken === asked) setSignedIn(answer)
    } catch (error) {
      if (csrfToken !== asked) return
      const problem = problemOf(error)
      if (problem?.status === 401) setSignedOut()
      // A failed connection, as during a restart of the server, does not end the session.
      else if (store.getState().phase === 'checking') store.setState({ phase: 'unreachable' })
    }
  }

  tabs.onmessage = () => {
    if (store.getState().phase !== 'signed-in') void check()
  }

  return {
    store,
    call,
    check,
    async signIn(token) {
      const answer = await call<SessionView>('POST', '/session', { body: { token } })
      store.setState({ isTypedIn: true })
      setSignedIn(answer)
      tabs.postMessage('signed in')
    },
    async signOut() {
      await call('DELETE', '/session')
      csrfToken = undefined
      store.setState({ phase: 'signed-out', actor: undefined, isTypedIn: false })
    },
  }
}
