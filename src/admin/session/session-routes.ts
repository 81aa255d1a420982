// Routes of the operator's session: sign in, show, sign out.
import { okView, type OkView } from '../../contract/gateway.ts'
import { sessionCreate, sessionView } from '../../contract/session.ts'
import type { AdminContext } from '../http/admin-context.ts'
import { defineRoute, type AdminRoute } from '../http/define-route.ts'

// Sign-in is open to unauthenticated clients, so its body is kept small.
const MAX_BODY_BYTES = 16_384

export function createSessionRoutes({ authentication }: AdminContext): AdminRoute[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/session',
      summary: 'Sign in: exchange the admin token for a session cookie',
      isOpen: true,
      maxBodyBytes: MAX_BODY_BYTES,
      body: sessionCreate,
      response: sessionView,
      refuses: [403],
      async handle({ body, request, setHeader }) {
        const { view, cookie } = await authentication.signIn(request, body.token)
        setHeader('set-cookie', cookie)
        return view
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/session',
      summary: 'The session of the cookie',
      response: sessionView,
      handle: ({ operator }) => authentication.view(operator),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/session',
      summary: 'Sign out: the session ends at once',
      isConditional: false,
      response: okView,
      async handle({ operator, request, setHeader }): Promise<OkView> {
        if (operator.session) await authentication.signOut(request)
        const cookie = authentication.clearedCookie(request)
        if (cookie !== undefined) setHeader('set-cookie', cookie)
        return { ok: true }
      },
    }),
  ]
}
